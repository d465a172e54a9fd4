/**
 * A process in which threads are terminated inside large turns of writing, round after round, while two others go on
 * writing. Prints `{ rounds, written }` and exits 0; says on stderr what hung, or what was torn, and exits 1.
 *
 *   argument 1: the data folder   argument 2: rounds   argument 3: seed
 * Runs on: main, as a program.
 */
import { once } from 'node:events';
import { rmSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { openFolder } from '../../../stores/folder.js';
import { noteKey } from '../../../stores/keys.js';
import { PARTITIONS, ROW_NAMES, type WriterData } from './dying-thread.js';

/** Longer than any commit: who has written nothing for so long hangs. */
const HANGS_MS = 8_000;
/** A victim is terminated at most so long after it began to write. */
const LIFE_MS_MAX = 12;
const VICTIMS_READY = 2;

const [dir = '', rounds = '1', seed = '1'] = process.argv.slice(2);
let random = Number(seed) >>> 0;
const threadModule = await lightModule('./dying-thread.js');

const folder = await openFolder(dir, { partitions: PARTITIONS, durability: 'os' });
const words = new Int32Array(new SharedArrayBuffer(4 * PARTITIONS));
const survivors = [2, 3].map((partition) => startWriter(partition));
await Promise.all(survivors.map(({ isReady }) => isReady));
const victims = Array.from({ length: VICTIMS_READY }, () => startWriter(0));
for (let round = 0; round < Number(rounds); round++) {
  const victim = victims.shift()!;
  await within('a thread to start', victim.isReady);
  victim.thread.postMessage('begin');
  await pause(nextRandom() * LIFE_MS_MAX);
  await within('a thread to end', victim.thread.terminate());
  victims.push(startWriter(0));
  const before = [...words];
  await within('the others to go on writing', progress(before));
}
await within(
  'the last threads to end',
  Promise.all([...victims, ...survivors].map(({ thread }) => thread.terminate())),
);
const written = words.reduce((sum, count) => sum + count, 0);
checkWhole();
await within('the folder to close', folder.close());
process.stdout.write(`${JSON.stringify({ rounds: Number(rounds), written })}\n`);
process.exit(0);

interface Writer {
  readonly thread: Worker;
  readonly isReady: Promise<unknown>;
}

function startWriter(partition: number): Writer {
  const data: WriterData = { dir, partition, words: words.buffer };
  const thread = new Worker(threadModule, { workerData: data });
  thread.on('error', (error) => fail(`a thread failed: ${error.stack}`));
  const isReady = once(thread, 'message');
  isReady.catch(() => {});
  return { thread, isReady };
}

/** The module with nothing of the runtime but what it uses: a thread of it starts in half the time. */
async function lightModule(path: string): Promise<URL> {
  const light = new URL(path.replace('.js', `.light-${process.pid}.js`), import.meta.url);
  await build({
    entryPoints: [fileURLToPath(new URL(path, import.meta.url))],
    outfile: fileURLToPath(light),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  process.once('exit', () => rmSync(light, { force: true }));
  return light;
}

async function progress(before: readonly number[]): Promise<void> {
  while ([2, 3].some((partition) => Atomics.load(words, partition) <= before[partition]!))
    await pause(1);
}

/** Every block was written whole: all its rows hold the same number. */
function checkWhole(): void {
  folder.environments.refresh();
  const { notes } = folder.environments.state.tables;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const values = new Set<string>();
    for (const name of ROW_NAMES) {
      const row = notes.get(noteKey(partition, name));
      if (row !== undefined) values.add(Buffer.from(row.subarray(0, 8)).toString('hex'));
    }
    if (values.size > 1) fail(`a torn block in partition ${partition}: ${[...values].join(', ')}`);
  }
}

async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  const given = new AbortController();
  const late = pause(HANGS_MS, undefined, { signal: given.signal }).then(
    () => fail(`expected ${what} within ${HANGS_MS} ms`),
    () => undefined as never,
  );
  const value = await Promise.race([promise, late]);
  given.abort();
  return value;
}

function fail(what: string): never {
  writeSync(process.stderr.fd, `${what}\n`);
  // The thread that hangs would keep process.exit from ending.
  process.kill(process.pid, 'SIGKILL');
  throw new Error(what);
}

function nextRandom(): number {
  random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
  return random / 2 ** 32;
}
