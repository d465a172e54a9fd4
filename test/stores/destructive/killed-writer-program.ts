/**
 * A process of two writing threads that is killed from outside. Says each acknowledged entity on a line of its own; when
 * it only finishes what was left, says `idle` and exits 0.
 *
 *   argument 1: the data folder   argument 2: name of this run, or `finish`
 * Runs on: main, as a program.
 */
import { writeSync } from 'node:fs';
import { MessageChannel, Worker } from 'node:worker_threads';
import { openFolder } from '../../../stores/folder.js';
import { killedWriterModel, PARTITIONS, THREADS } from './killed-writer-model.js';
import type { KilledWriterData } from './killed-writer-thread.js';

const [dir = '', run = ''] = process.argv.slice(2);
const folder = await openFolder(dir, {
  partitions: PARTITIONS,
  durability: 'os',
  model: killedWriterModel(),
});
const { port1, port2 } = new MessageChannel();
const idle = new Set<number>();
for (const [thread, port] of [port1, port2].entries()) {
  const isFinishing = run === 'finish';
  const workerData: KilledWriterData = { dir: folder.dir, thread, port, run, isFinishing };
  const url = new URL('./killed-writer-thread.js', import.meta.url);
  const writer = new Worker(url, { workerData, transferList: [port] });
  writer.on('message', (said: string) => {
    if (said !== 'idle') process.stdout.write(`${said}\n`);
    else if (idle.add(thread).size === THREADS && !folder.hasWork()) {
      process.stdout.write('idle\n', () => process.exit(0));
    }
  });
  writer.on('error', (error) => {
    writeSync(process.stderr.fd, `${error.stack}\n`);
    process.exit(1);
  });
}
