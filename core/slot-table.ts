/**
 * The slot table: one row per actor in shared memory, so that any thread can read any mailbox's depth,
 * admit a message to it, or see that it has stopped, without sending anything.
 *
 *   admitted[slot]   messages ever admitted; senders on any thread add          (own region: senders' line)
 *   row[slot]        state|generation, settled, capacity, waiters, owner, stashed, local, next  (owner's line)
 *
 * `next` links free rows; in a let one it names the thread whose spawn signal has still to come.
 * Depth = admitted + local - settled; local counts what the owner's own thread admitted. All only grow and are never reset, not even for a new tenant, so a slot may be
 * re-let exactly when it is STOPPED and its depth is 0: then no message of the old tenant is anywhere.
 * A thread can be terminated only at function entries and loop back-edges; every multi-step change here is
 * straight-line code in one function, so a killed thread leaves it done or not begun.
 * Runs on: any.
 */
import { CodedError } from './errors.js';
import { LIMITS } from './limits.js';
import { Counter, Word } from './thread-table.js';

/** Life of a slot's tenant. Only STARTING, RUNNING and SUSPENDED admit messages. */
export const SlotState = {
  free: 0,
  starting: 1,
  running: 2,
  suspended: 3,
  stopping: 4,
  stopped: 5,
} as const;
export type SlotState = (typeof SlotState)[keyof typeof SlotState];

/** What admission answers. */
export const Admission = { accepted: 0, full: 1, stopped: 2 } as const;
export type Admission = (typeof Admission)[keyof typeof Admission];

// In this file, where V8 folds them: a constant of another module is loaded and checked at each use.
const { suspended: SUSPENDED, stopped: STOPPED, free: FREE, starting: STARTING } = SlotState;
const { accepted: ADMITTED, full: FULL, stopped: REFUSED } = Admission;
const { accepted: ACCEPTED } = Counter;

const ROW_WORDS = 8;
const STATE = 0;
const SETTLED = 1;
const CAPACITY = 2;
const WAITERS = 3;
const OWNER = 4;
const STASHED = 5;
const LOCAL = 6;
const NEXT = 7;

/** In the word of the stash's count: the mailbox is over its byte bound, admission answers full. */
const OVER_BYTES = 1 << 30;

const TAIL = 49;
const ENTRIES = 64;
const ENTRIES_MASK = LIMITS.outboxMessages * 2 - 1;
/** Where a sender journals what it admitted: the words of its channel's memory (transport/channel-memory.ts). */
export const JOURNAL_TAIL = TAIL;
export const JOURNAL = ENTRIES;
/** Entries of the ring: what waits for credit, and the batch being filled. */
export const JOURNAL_SIZE = ENTRIES_MASK + 1;

const STATE_BITS = 3;
const STATE_MASK = 7;
/** Owner of a slot that nobody has claimed. */
const NOBODY = -1;

/** The two shared buffers of a table; plain data that is handed to every thread. */
export interface SlotTableMemory {
  readonly rows: SharedArrayBuffer;
  readonly admitted: SharedArrayBuffer;
  readonly head: SharedArrayBuffer;
}

export class SlotTable {
  readonly slotsMax: number;
  /** For the hot path of senders; see {@link admit}. */
  readonly admitted: Int32Array;
  readonly #rows: Int32Array;
  /** [0] first slot never handed out. [1] top of the stack of free blocks: (tag << 32) | block head + 1. */
  readonly #head: BigInt64Array;

  constructor(readonly memory: SlotTableMemory) {
    this.#rows = new Int32Array(memory.rows);
    this.admitted = new Int32Array(memory.admitted);
    this.#head = new BigInt64Array(memory.head);
    this.slotsMax = this.admitted.length;
  }

  static allocate(slotsMax: number): SlotTableMemory {
    return {
      rows: new SharedArrayBuffer(slotsMax * ROW_WORDS * 4),
      admitted: new SharedArrayBuffer(slotsMax * 4),
      head: new SharedArrayBuffer(16),
    };
  }

  /**
   * Admits one message for an actor on another thread: adds first, then looks; a wrong tenant, a state that takes
   * nothing or a mailbox over capacity is answered by taking the addition back. The journal entry (see
   * transport/channel-memory.ts) and the sender's account are written in the same straight line.
   */
  admit(slot: number, generation: number, journal: Int32Array, accounts: Float64Array): Admission {
    const row = slot * ROW_WORDS;
    const before = Atomics.add(this.admitted, slot, 1);
    const word = Atomics.load(this.#rows, row + STATE);
    const state = word & STATE_MASK;
    if (word >>> STATE_BITS !== generation || state === 0 || state > SUSPENDED) {
      Atomics.sub(this.admitted, slot, 1);
      return REFUSED;
    }
    const local = Atomics.load(this.#rows, row + LOCAL);
    const depth = (before + 1 + local - Atomics.load(this.#rows, row + SETTLED)) | 0;
    if (
      depth > (this.#rows[row + CAPACITY] as number) ||
      (this.#rows[row + STASHED] as number) >= OVER_BYTES
    ) {
      Atomics.sub(this.admitted, slot, 1);
      return FULL;
    }
    const tail = journal[TAIL] as number;
    journal[ENTRIES + (tail & ENTRIES_MASK)] = slot;
    journal[TAIL] = (tail + 1) | 0;
    accounts[ACCEPTED] = (accounts[ACCEPTED] as number) + 1;
    return ADMITTED;
  }

  /**
   * Owner only: admits one message from its own thread, without a locked instruction. `settled` is the owner's own,
   * newer count. A sender elsewhere may admit at the same instant, so the capacity may be passed by one message
   * per other thread; which is why its count is only read here, not loaded with a call of Atomics.
   */
  admitLocal(slot: number, settled: number, capacity: number, accounts: Float64Array): boolean {
    const row = slot * ROW_WORDS;
    const local = (this.#rows[row + LOCAL] as number) + 1;
    const depth = ((this.admitted[slot] as number) + local - settled) | 0;
    if (depth > capacity || (this.#rows[row + STASHED] as number) >= OVER_BYTES) return false;
    this.#rows[row + LOCAL] = local | 0;
    accounts[ACCEPTED] = (accounts[ACCEPTED] as number) + 1;
    return true;
  }

  /** Owner only: takes a local admission back. */
  withdrawLocal(slot: number, accounts: Float64Array): void {
    const row = slot * ROW_WORDS;
    this.#rows[row + LOCAL] = ((this.#rows[row + LOCAL] as number) - 1) | 0;
    accounts[ACCEPTED] = (accounts[ACCEPTED] as number) - 1;
  }

  /** Messages ever admitted, from all threads. */
  admittedTotal(slot: number): number {
    return (
      (Atomics.load(this.admitted, slot) + Atomics.load(this.#rows, slot * ROW_WORDS + LOCAL)) | 0
    );
  }

  /**
   * Journals a message that is given again after a thread's death; one that was held (accepted while the thread was
   * away) is admitted here, whatever the capacity says. The holder's word is written in the same straight line.
   */
  admitAgain(slot: number, journal: Int32Array, words: Int32Array, wasHeld: boolean): void {
    const word = wasHeld ? Word.held : Word.salvaged;
    if (wasHeld) Atomics.add(this.admitted, slot, 1);
    const tail = journal[TAIL] as number;
    journal[ENTRIES + (tail & ENTRIES_MASK)] = slot;
    journal[TAIL] = (tail + 1) | 0;
    words[word] = (words[word] as number) - 1;
  }

  /** The thread whose spawn signal for this actor is on its way; undefined once it has come. */
  spawner(slot: number): number | undefined {
    const word = this.#rows[slot * ROW_WORDS + NEXT] as number;
    return word === 0 ? undefined : word - 1;
  }

  setSpawner(slot: number, thread: number | undefined): void {
    this.#rows[slot * ROW_WORDS + NEXT] = thread === undefined ? 0 : thread + 1;
  }

  /** Counts a message in that comes back from the stash. */
  admitHeld(slot: number): void {
    Atomics.add(this.admitted, slot, 1);
  }

  /** Takes an admission back that led to nothing. */
  withdraw(slot: number): void {
    Atomics.sub(this.admitted, slot, 1);
  }

  /** Messages admitted and not yet settled: queued, on their way, or being handled. */
  depth(slot: number): number {
    return (this.admittedTotal(slot) - Atomics.load(this.#rows, slot * ROW_WORDS + SETTLED)) | 0;
  }

  settled(slot: number): number {
    return Atomics.load(this.#rows, slot * ROW_WORDS + SETTLED);
  }

  /** Owner only, at the end of a turn. No barrier: one follows at the end of the pass, see {@link storeSettled}. */
  storeSettledSoon(slot: number, settled: number): void {
    this.#rows[slot * ROW_WORDS + SETTLED] = settled;
  }

  /** Owner only. A full barrier: whoever set its waiter bit before sees this, or is seen by {@link waiters}. */
  storeSettled(slot: number, settled: number): void {
    Atomics.store(this.#rows, slot * ROW_WORDS + SETTLED, settled);
  }

  capacity(slot: number): number {
    return this.#rows[slot * ROW_WORDS + CAPACITY] as number;
  }

  /** Threads with senders that wait for room here, a bit each. */
  waiters(slot: number): number {
    return Atomics.load(this.#rows, slot * ROW_WORDS + WAITERS);
  }

  addWaiter(slot: number, thread: number): void {
    Atomics.or(this.#rows, slot * ROW_WORDS + WAITERS, 1 << thread);
  }

  takeWaiters(slot: number): number {
    return Atomics.exchange(this.#rows, slot * ROW_WORDS + WAITERS, 0);
  }

  owner(slot: number): number {
    return Atomics.load(this.#rows, slot * ROW_WORDS + OWNER);
  }

  state(slot: number): SlotState {
    return (Atomics.load(this.#rows, slot * ROW_WORDS + STATE) & STATE_MASK) as SlotState;
  }

  generation(slot: number): number {
    return Atomics.load(this.#rows, slot * ROW_WORDS + STATE) >>> STATE_BITS;
  }

  /** True while the tenant `generation` of the slot has not stopped. */
  isLive(slot: number, generation: number): boolean {
    const word = Atomics.load(this.#rows, slot * ROW_WORDS + STATE);
    const state = word & STATE_MASK;
    return word >>> STATE_BITS === generation && state !== FREE && state < STOPPED;
  }

  /** True when the account of that tenant is closed: nothing that was admitted for it has still to be settled. */
  isSettled(slot: number, generation: number): boolean {
    return this.generation(slot) !== generation || this.state(slot) === FREE;
  }

  setState(slot: number, generation: number, state: SlotState): void {
    Atomics.store(this.#rows, slot * ROW_WORDS + STATE, (generation << STATE_BITS) | state);
  }

  stashed(slot: number): number {
    return (this.#rows[slot * ROW_WORDS + STASHED] as number) & (OVER_BYTES - 1);
  }

  setStashed(slot: number, count: number): void {
    const row = slot * ROW_WORDS;
    this.#rows[row + STASHED] = ((this.#rows[row + STASHED] as number) & OVER_BYTES) | count;
  }

  /** Owner only. While the mailbox is over its byte bound, admission answers full. */
  setOverBytes(slot: number, isOver: boolean): void {
    this.#rows[slot * ROW_WORDS + STASHED] = this.stashed(slot) | (isOver ? OVER_BYTES : 0);
  }

  /**
   * Lets a claimed slot to a new tenant in state STARTING; answers the tenant's generation. `spawner` is the thread that
   * will send the spawn signal, if that is another one.
   */
  let(slot: number, owner: number, capacity: number, spawner?: number): number {
    const row = slot * ROW_WORDS;
    const generation = ((Atomics.load(this.#rows, row + STATE) >>> STATE_BITS) + 1) & 0x1fffffff;
    this.#rows[row + CAPACITY] = Math.min(capacity, 0x7fffffff);
    this.#rows[row + WAITERS] = 0;
    this.#rows[row + STASHED] = 0;
    this.#rows[row + NEXT] = spawner === undefined ? 0 : spawner + 1;
    // In this order: free and owned by `owner` would be a slot of its free list to whoever mourns that thread.
    Atomics.store(this.#rows, row + STATE, (generation << STATE_BITS) | STARTING);
    Atomics.store(this.#rows, row + OWNER, owner);
    return generation;
  }

  /** Slots ever handed out: rows at or above this one were never used. */
  get slotsUsed(): number {
    return Number(Atomics.load(this.#head, 0));
  }

  /**
   * Takes a block of free slots for a thread: a returned block if there is one, else fresh rows.
   * Throws SLOTS_EXHAUSTED. The tag in the stack's top makes a popped-and-pushed-again block visible (ABA).
   */
  claimBlock(thread: number, into: number[]): void {
    for (;;) {
      const top = Atomics.load(this.#head, 1);
      const first = Number(top & 0xffffffffn) - 1;
      if (first < 0) break;
      const below = this.#rows[first * ROW_WORDS + CAPACITY] as number;
      const next = (((top >> 32n) + 1n) << 32n) | BigInt(below);
      if (Atomics.compareExchange(this.#head, 1, top, BigInt.asIntN(64, next)) !== top) continue;
      for (let slot = first; slot >= 0; ) {
        this.#rows[slot * ROW_WORDS + OWNER] = thread;
        into.push(slot);
        slot = (this.#rows[slot * ROW_WORDS + NEXT] as number) - 1;
      }
      return;
    }
    const from = Number(Atomics.add(this.#head, 0, BigInt(LIMITS.slotBlock)));
    const to = Math.min(from + LIMITS.slotBlock, this.slotsMax);
    if (from >= to) {
      Atomics.sub(this.#head, 0, BigInt(LIMITS.slotBlock));
      throw new CodedError(
        'SLOTS_EXHAUSTED',
        `expected a free row in the slot table, got none of ${this.slotsMax}`,
        {
          details: { actorsMax: this.slotsMax },
        },
      );
    }
    for (let slot = to - 1; slot >= from; slot--) {
      this.#rows[slot * ROW_WORDS + OWNER] = thread;
      into.push(slot);
    }
  }

  /** Gives free slots back to all threads as one block. In a free block CAPACITY links blocks, NEXT links rows. */
  returnBlock(slots: readonly number[]): void {
    if (slots.length === 0) return;
    const first = slots[0] as number;
    for (let i = 0; i < slots.length; i++) {
      const row = (slots[i] as number) * ROW_WORDS;
      this.#rows[row + OWNER] = NOBODY;
      this.#rows[row + NEXT] = i + 1 < slots.length ? (slots[i + 1] as number) + 1 : 0;
    }
    for (;;) {
      const top = Atomics.load(this.#head, 1);
      this.#rows[first * ROW_WORDS + CAPACITY] = Number(top & 0xffffffffn);
      const next = (((top >> 32n) + 1n) << 32n) | BigInt(first + 1);
      if (Atomics.compareExchange(this.#head, 1, top, BigInt.asIntN(64, next)) === top) return;
    }
  }

  /** Marks a stopped slot free. The caller has seen that depth is 0 and keeps the slot in its own list. */
  free(slot: number, thread: number): void {
    const row = slot * ROW_WORDS;
    this.#rows[row + OWNER] = thread;
    Atomics.store(this.#rows, row + STATE, (this.generation(slot) << STATE_BITS) | FREE);
  }
}
