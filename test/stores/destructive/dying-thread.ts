/**
 * A thread that writes blocks of rows, all holding the same number, for as long as it lives: large ones, in turns that are
 * long enough to be terminated in. Waits for a message before it begins when it is a victim.
 * Runs on: thread.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { openEnvironments, type Put } from '../../../stores/environment.js';
import { noteKey } from '../../../stores/keys.js';

export interface WriterData {
  readonly dir: string;
  /** 0 is a victim's. */
  readonly partition: number;
  /** By partition: blocks that have flushed. */
  readonly words: ArrayBufferLike;
}

export const PARTITIONS = 4;
const ROWS = 3_000;
/** A block's rows by name. */
export const ROW_NAMES = Array.from({ length: ROWS }, (_, i) => `row ${i}`);
const LARGE_BLOCKS = 8;

if (!isMainThread) await run(workerData as WriterData);

async function run({ dir, partition, words }: WriterData): Promise<void> {
  const { state } = openEnvironments(dir, { durability: 'os' });
  const flushed = new Int32Array(words);
  const isVictim = partition === 0;
  let number = Date.now();
  const makeBlock = () => {
    number++;
    const value = new Uint8Array(64);
    new DataView(value.buffer).setFloat64(0, number);
    const puts = ROW_NAMES.map((name): Put => {
      return { table: state.tables.notes, key: noteKey(partition, name), value };
    });
    return { puts };
  };
  const blocks = isVictim ? LARGE_BLOCKS : 1;
  if (isVictim) {
    const began = new Promise((resolve) => {
      parentPort?.once('message', resolve);
    });
    parentPort?.postMessage('ready');
    await began;
  } else parentPort?.postMessage('ready');
  for (;;) {
    await Promise.all(Array.from({ length: blocks }, () => state.write(makeBlock)));
    Atomics.add(flushed, partition, 1);
  }
}
