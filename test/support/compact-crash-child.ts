/**
 * A process that closes a data folder compacted and is killed over it by itself: before the step of that number which changes
 * or flushes something in the file system, or so many ms after it, when lmdb copies. It ends by itself when there are fewer.
 *
 * `compact-crash-child.js DIR STEP [MS]`
 * Runs on: main.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { openFolder } from '../../stores/internal.js';

const STEPS = ['rmSync', 'mkdirSync', 'fsyncSync', 'renameSync'] as const;

const [dir = '', step = '', ms] = process.argv.slice(2);
const folder = await openFolder(dir, { isThere: true });
let left = Number(step);
for (const name of STEPS) {
  const real: (...args: never[]) => unknown = fs[name];
  Object.assign(fs, {
    [name]: (...args: never[]) => {
      if (--left === 0) die();
      return real(...args);
    },
  });
}
// What has imported them by name calls these from now on.
syncBuiltinESMExports();
await folder.closeCompacted();

function die(): void {
  if (ms !== undefined) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(ms));
  else process.kill(process.pid, 'SIGKILL');
}
