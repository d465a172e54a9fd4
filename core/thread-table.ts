/**
 * The thread table: one row per logical thread in shared memory. A row says which life of the thread is on
 * (epoch), what it is doing at this moment, and its accounts. Only the thread writes its row, except epoch and
 * interest, which main writes; so no write here needs a lock and a dead thread's last words can still be read.
 * Runs on: any.
 */
import { LIMITS } from './limits.js';

const WORDS = 16;
const COUNTERS = 16;

/** Word of main's row: logical thread numbers given out so far. */
const THREADS = 9;
/** Word of main's row: numbers given back, a bit each. */
const RETURNED = 13;

/** In the word `serving`: the number was just claimed, no thread has lived under it since. */
export const UNBORN = -2;

/** Int32 words of a row. */
export const Word = {
  /** Grows at every death, and again before the next life; addresses of an older life are void. */
  epoch: 0,
  /** Slot in its turn, plus one; 0 between turns. */
  running: 1,
  /** Number of the handler's name, see handler-names in the host. */
  handler: 2,
  /** Grows with every message begun: a watchdog sees that the thread still moves. */
  begun: 3,
  /** Messages handled in this turn and not yet in the slot's settled word. */
  inTurn: 4,
  /** Messages popped and not handled to the end: async handlers in flight. */
  inFlight: 5,
  /** Bit per event kind that main listens to. Main's row is the one that counts. */
  interest: 6,
  /** Actors alive on the thread. */
  actors: 7,
  /** 1 while a host serves this logical thread, -1 once it has been given up. */
  serving: 8,
  /** Only touched as a barrier. (9 is taken, see THREADS.) */
  barrier: 10,
  /** Messages accepted for a thread that is away, and not admitted yet: if this one dies too they are lost. */
  held: 11,
  /** Messages read out of the channel to a dead thread, and not given again yet. */
  salvaged: 12,
  /** The death of the thread they were meant for, see {@link deathOf}. (13 is taken, see RETURNED.) */
  salvagedFor: 14,
} as const;

/** Float64 counters of a row: the accounts. */
export const Counter = {
  accepted: 0,
  refused: 1,
  stopped: 2,
  handled: 3,
  deadLetters: 4,
  asks: 5,
  spawned: 6,
  ended: 7,
  restarts: 8,
  framesOut: 9,
  bytesOut: 10,
  framesIn: 11,
  failures: 12,
} as const;

export type CounterName = keyof typeof Counter;
export type Counters = Readonly<Record<CounterName, number>>;

export interface ThreadTableMemory {
  readonly words: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
}

export class ThreadTable {
  readonly words: Int32Array;
  readonly counters: Float64Array;

  constructor(readonly memory: ThreadTableMemory) {
    this.words = new Int32Array(memory.words);
    this.counters = new Float64Array(memory.counters);
  }

  static allocate(): ThreadTableMemory {
    return {
      words: new SharedArrayBuffer(LIMITS.threadsMax * WORDS * 4),
      counters: new SharedArrayBuffer(LIMITS.threadsMax * COUNTERS * 8),
    };
  }

  /** The words of one thread, for its own hot path. */
  wordsOf(thread: number): Int32Array {
    return this.words.subarray(thread * WORDS, (thread + 1) * WORDS);
  }

  /** The counters of one thread, for its own hot path. */
  countersOf(thread: number): Float64Array {
    return this.counters.subarray(thread * COUNTERS, (thread + 1) * COUNTERS);
  }

  load(thread: number, word: number): number {
    return Atomics.load(this.words, thread * WORDS + word);
  }

  store(thread: number, word: number, value: number): void {
    Atomics.store(this.words, thread * WORDS + word, value);
  }

  epoch(thread: number): number {
    return this.load(thread, Word.epoch);
  }

  /** One number for a thread and which of its deaths this is, while that is being mourned. */
  deathOf(thread: number): number {
    return this.epoch(thread) * LIMITS.threadsMax + thread;
  }

  /** Takes the next logical thread number; undefined when all are given out. */
  claimThread(): number | undefined {
    for (;;) {
      const given = Atomics.load(this.words, RETURNED);
      if (given === 0) break;
      const bit = given & -given;
      if (Atomics.compareExchange(this.words, RETURNED, given, given & ~bit) === given)
        return 31 - Math.clz32(bit);
    }
    const thread = Atomics.add(this.words, THREADS, 1);
    if (thread < LIMITS.threadsMax) return thread;
    Atomics.sub(this.words, THREADS, 1);
    return undefined;
  }

  /** Gives a number back whose thread has ended for good: the next claim may have it. */
  returnThread(thread: number): void {
    Atomics.or(this.words, RETURNED, 1 << thread);
  }

  /** Logical threads there are, main included. */
  get threads(): number {
    return Atomics.load(this.words, THREADS);
  }

  /** The accounts of one thread, or summed over all. */
  read(thread?: number): Counters {
    const sums: Record<string, number> = {};
    for (const [name, index] of Object.entries(Counter)) {
      let sum = 0;
      for (let t = 0; t < LIMITS.threadsMax; t++) {
        if (thread === undefined || thread === t)
          sum += this.counters[t * COUNTERS + index] as number;
      }
      sums[name] = sum;
    }
    return sums as Counters;
  }

  /** Adds to a dead thread's account. Main only, after the thread is gone. */
  add(thread: number, counter: number, amount: number): void {
    const index = thread * COUNTERS + counter;
    this.counters[index] = (this.counters[index] as number) + amount;
  }
}
