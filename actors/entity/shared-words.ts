/**
 * What the threads of one run know of each other without a message: Int32 words in shared memory, each written by one
 * side only. They survive the death of a thread, which is what the poison notes are for.
 *
 *   head        | isClosed | fullAt |
 *   partition p | lag | outbox | restarts | appends | wanted | changes end | notes: NOTES x (state, lane, number low, number high, hook) |   written by its actor
 *   sender s    | reserved in partition 0, 1, …                                                   |   written by ingest replica s
 *
 * Runs on: any.
 */
import { assert } from '../../core/internal.js';

/** Notes of one partition: 16 entities in flight, the one whose hooks run in place, and one to try a suspect again. */
export const NOTES = 18;

const HEAD_WORDS = 16;
const NOTE_WORDS = 5;
const NOTES_AT = 8;
const PARTITION_WORDS = NOTES_AT + NOTES * NOTE_WORDS + 3;

const Head = { isClosed: 0, fullAt: 1 } as const;
const Word = { lag: 0, outbox: 1, restarts: 2, appends: 3, wanted: 4, changesEnd: 5 } as const;

/** State of a note: free; a hook runs; a hook ran when the thread died, once, or twice. */
export const NoteState = { free: 0, running: 1, suspect: 2, runningAgain: 3, poison: 4 } as const;

/** One note as it was left. */
export interface Note {
  readonly state: number;
  readonly lane: number;
  readonly number: number;
  /** Mark of the hook that began last; 0 before the first. */
  readonly hook: number;
}

export class SharedWords {
  readonly #words: Int32Array;
  readonly #partitions: number;

  constructor(memory: SharedArrayBuffer, partitions: number) {
    this.#words = new Int32Array(memory);
    this.#partitions = partitions;
    assert(this.#words.length >= HEAD_WORDS + partitions * PARTITION_WORDS, 'shared words to fit');
  }

  /** Memory for a run of so many partitions and ingest replicas; all zero. */
  static allocate(partitions: number, senders: number): SharedArrayBuffer {
    return new SharedArrayBuffer(
      4 * (HEAD_WORDS + partitions * PARTITION_WORDS + senders * partitions),
    );
  }

  /** True from the beginning of a stop: nothing new from outside. */
  get isClosed(): boolean {
    return Atomics.load(this.#words, Head.isClosed) !== 0;
  }

  close(): void {
    Atomics.store(this.#words, Head.isClosed, 1);
  }

  /**
   * True for a second after the disk took nothing. Then somebody may try again: only a write tells that there is room.
   * `now` in epoch ms.
   */
  isFull(now: number): boolean {
    const second = Atomics.load(this.#words, Head.fullAt);
    return second !== 0 && Math.floor(now / 1_000) - second <= 1;
  }

  /** When the disk last took nothing, in epoch ms to the second below; 0 for never. */
  get lastFullAt(): number {
    return Atomics.load(this.#words, Head.fullAt) * 1_000;
  }

  /** The disk took nothing. */
  setFull(now: number): void {
    Atomics.store(this.#words, Head.fullAt, Math.floor(now / 1_000));
  }

  /** Tasks of a partition that are stored and not applied. */
  lag(partition: number): number {
    return Atomics.load(this.#words, this.#at(partition) + Word.lag);
  }

  setLag(partition: number, tasks: number): void {
    Atomics.store(this.#words, this.#at(partition) + Word.lag, tasks);
  }

  /** Derived tasks of a partition that are not delivered. */
  outbox(partition: number): number {
    return Atomics.load(this.#words, this.#at(partition) + Word.outbox);
  }

  setOutbox(partition: number, tasks: number): void {
    Atomics.store(this.#words, this.#at(partition) + Word.outbox, tasks);
  }

  /** How often the actor of a partition has begun anew. */
  restarts(partition: number): number {
    return Atomics.load(this.#words, this.#at(partition) + Word.restarts);
  }

  addRestart(partition: number): void {
    Atomics.add(this.#words, this.#at(partition) + Word.restarts, 1);
  }

  /** Grows, and wraps, with everything appended: who sees it stand still has seen nothing come. */
  appends(partition: number): number {
    return Atomics.load(this.#words, this.#at(partition) + Word.appends);
  }

  addAppend(partition: number): void {
    Atomics.add(this.#words, this.#at(partition) + Word.appends, 1);
  }

  /** A reader of changes waits: to be told when the partition has more. Set on main, taken by the partition. */
  wantChanges(partition: number): void {
    Atomics.store(this.#words, this.#at(partition) + Word.wanted, 1);
  }

  /** Whether one waits; until {@link wantChanges} none does then. */
  takeWanted(partition: number): boolean {
    const at = this.#at(partition) + Word.wanted;
    return Atomics.load(this.#words, at) === 1 && Atomics.exchange(this.#words, at, 0) === 1;
  }

  /** The number after the last change of a partition that has flushed; its low 32 bits are kept. */
  setChangesEnd(partition: number, end: number): void {
    Atomics.store(this.#words, this.#at(partition) + Word.changesEnd, end | 0);
  }

  /** That number, given one less than 2^31 from it: where a view of the store that may be a commit behind says it is. */
  changesEndNear(partition: number, above: number): number {
    const at = this.#at(partition) + Word.changesEnd;
    return above - ((above - Atomics.load(this.#words, at)) | 0);
  }

  /** That number, given one that is as high or lower, by less than 2^32. */
  changesEndAbove(partition: number, below: number): number {
    return (
      below + lowBits(Atomics.load(this.#words, this.#at(partition) + Word.changesEnd) - below)
    );
  }

  /** Plain stores: the reader is the next incarnation of the writer, which begins after the thread's end. */
  setNote(partition: number, note: number, to: Omit<Note, 'hook'>): void {
    const at = this.#at(partition) + NOTES_AT + note * NOTE_WORDS;
    const words = this.#words;
    words[at + 1] = to.lane;
    words[at + 2] = to.number | 0;
    words[at + 3] = Math.floor(to.number / 0x1_0000_0000);
    words[at + 4] = 0;
    words[at] = to.state;
  }

  setNoteState(partition: number, note: number, state: number): void {
    this.#words[this.#at(partition) + NOTES_AT + note * NOTE_WORDS] = state;
  }

  setNoteHook(partition: number, note: number, hook: number): void {
    this.#words[this.#at(partition) + NOTES_AT + note * NOTE_WORDS + 4] = hook;
  }

  note(partition: number, note: number): Note {
    const at = this.#at(partition) + NOTES_AT + note * NOTE_WORDS;
    const words = this.#words;
    return {
      state: words[at]!,
      lane: words[at + 1]!,
      number: words[at + 3]! * 0x1_0000_0000 + (words[at + 2]! >>> 0),
      hook: words[at + 4]!,
    };
  }

  /** Room that ingest replica `sender` has taken in a partition for what it is about to send there. */
  reserve(sender: number, partition: number, tasks: number): void {
    Atomics.add(this.#words, this.#reservedAt(sender, partition), tasks);
  }

  /** Tasks on their way to a partition from all ingest replicas. */
  reserved(partition: number): number {
    let sum = 0;
    for (let at = this.#reservedAt(0, partition); at < this.#words.length; at += this.#partitions)
      sum += Atomics.load(this.#words, at);
    return sum;
  }

  /** What a dead incarnation of the replica had taken is free again. */
  forgetReserved(sender: number): void {
    const from = this.#reservedAt(sender, 0);
    for (let at = from; at < from + this.#partitions; at++) Atomics.store(this.#words, at, 0);
  }

  #at(partition: number): number {
    return HEAD_WORDS + partition * PARTITION_WORDS;
  }

  #reservedAt(sender: number, partition: number): number {
    return this.#at(this.#partitions) + sender * this.#partitions + partition;
  }
}

/** From 0 to 2^32 - 1, of any whole number. */
function lowBits(number: number): number {
  return number >>> 0;
}
