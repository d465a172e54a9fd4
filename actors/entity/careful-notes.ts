/**
 * Which task each partition was working on, in a small file of the data folder: for finding the one that takes the whole
 * process along. Made when the last process ended without a stop, gone when one has stopped in order. Plain writes: they
 * are for the death of the process, which the page cache survives, not for that of the machine.
 *
 *   partition p, at 24 p:   deaths (0: nothing runs) | hook | seq (float64) | check
 *
 * Runs on: any.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'suspects';
const ROW_BYTES = 24;
const CHECK = 0x6e6f7465;

/** The task a partition was at when the process ended, and how many ends were noted there. */
export interface CarefulNote {
  readonly seq: number;
  readonly deaths: number;
  /** Mark of the hook that began last; 0 before the first. */
  readonly hook: number;
}

/** Makes the file, where it is not there yet: before threads open it. */
export function makeCarefulNotes(dir: string): void {
  closeSync(openSync(join(dir, NAME), 'a'));
}

/** A platform has stopped in order: nothing is suspected any more. */
export function removeCarefulNotes(dir: string): void {
  rmSync(join(dir, NAME), { force: true });
}

export class CarefulNotes {
  readonly #file: number;
  readonly #row = Buffer.alloc(ROW_BYTES);

  /** One per thread. */
  constructor(dir: string) {
    this.#file = openSync(join(dir, NAME), 'r+');
  }

  /** What the last process left; undefined for nothing, or a row that was torn. */
  read(partition: number): CarefulNote | undefined {
    const row = Buffer.alloc(ROW_BYTES);
    if (readSync(this.#file, row, 0, ROW_BYTES, partition * ROW_BYTES) < ROW_BYTES)
      return undefined;
    const deaths = row.readUInt32LE(0);
    const note = { seq: row.readDoubleLE(8), deaths, hook: row.readInt32LE(4) };
    return deaths === 0 || row.readUInt32LE(16) !== checkOf(note) ? undefined : note;
  }

  write(partition: number, note: CarefulNote): void {
    this.#row.writeUInt32LE(note.deaths, 0);
    this.#row.writeInt32LE(note.hook, 4);
    this.#row.writeDoubleLE(note.seq, 8);
    this.#row.writeUInt32LE(checkOf(note), 16);
    writeSync(this.#file, this.#row, 0, ROW_BYTES, partition * ROW_BYTES);
  }

  clear(partition: number): void {
    this.write(partition, { seq: 0, deaths: 0, hook: 0 });
  }

  close(): void {
    closeSync(this.#file);
  }
}

function checkOf({ seq, deaths, hook }: CarefulNote): number {
  return (CHECK ^ deaths ^ hook ^ (seq | 0)) >>> 0;
}
