/**
 * A thread that writes blocks of rows, all holding the same number, for as long as it lives: large ones, in turns that are
 * long enough to be terminated in. Waits for a message before it begins when it is a victim.
 * Runs on: thread.
 */
import { setTimeout as pause } from 'node:timers/promises';
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
const ROWS = 1_500;
/** A block's rows by name. */
export const ROW_NAMES = Array.from({ length: ROWS }, (_, i) => `row ${i}`);
const LARGE_BLOCKS = 4;
/** What a survivor writes at a time: enough to be told apart from nothing. */
const SMALL_ROWS = 20;
const SMALL_BLOCK_EVERY_MS = 2;

if (!isMainThread) await run(workerData as WriterData);

async function run({ dir, partition, words }: WriterData): Promise<void> {
  const { state } = openEnvironments(dir, { durability: 'os' });
  const flushed = new Int32Array(words);
  const isVictim = partition === 0;
  const names = isVictim ? ROW_NAMES : ROW_NAMES.slice(0, SMALL_ROWS);
  const keys = names.map((name) => noteKey(partition, name));
  let number = Date.now();
  const makeBlock = () => {
    number++;
    const value = new Uint8Array(64);
    new DataView(value.buffer).setFloat64(0, number);
    return { puts: keys.map((key): Put => ({ table: state.tables.notes, key, value })) };
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
    if (!isVictim) await pause(SMALL_BLOCK_EVERY_MS);
  }
}
