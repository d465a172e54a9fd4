/**
 * Opens a data folder and says `opened`, or the code it was refused with.
 * Runs on: main, as a program.
 */
import { openFolder } from '../../../stores/folder.js';

const [dir = ''] = process.argv.slice(2);
try {
  const folder = await openFolder(dir, { partitions: 1 });
  await folder.close();
  process.stdout.write('opened\n');
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`);
}
