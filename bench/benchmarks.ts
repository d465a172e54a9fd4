/**
 * The benchmarks that have peers: name, group, unit and direction, fixed here once so that our rows
 * and the peers measure the same thing in the same unit. A row of ours is
 *
 *   row({ ...benchmark('tell/number'), ours, peers: peersFor('tell/number') })
 *
 * and may take another name ("ping-pong, two threads") beside the same peers.
 * Runs on: any.
 */
import type { Better } from './row.js';
import { PARAMETERS, type Program } from './savina/parameters.js';

interface Description {
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  readonly better: Better;
  readonly warmups?: number;
  readonly rounds?: number;
}

/** These take seconds a run, nearly all of it computing: fewer rounds say as much. */
const SLOW_PROGRAMS: ReadonlySet<Benchmark> = new Set([
  'savina/bounded-buffer',
  'savina/concurrent-sorted-list',
]);
const SLOW_ROUNDS = { warmups: 2, rounds: 3 } as const;

const TELL = { group: 'tell over threads', unit: 'messages/s', better: 'higher' } as const;
const ASK = { group: 'ask over threads' } as const;
const LOCAL = { group: 'within a thread' } as const;
const THREADS = { group: 'threads' } as const;
/** These take seconds a round. */
const PLATFORM_ROUNDS = { warmups: 1, rounds: 3 } as const;
const POINTS = { unit: 'data-points/s', better: 'higher', ...PLATFORM_ROUNDS } as const;
const ACCEPT = { group: 'platform: accept', ...POINTS } as const;
const APPLY = { group: 'platform: apply', ...POINTS } as const;

const SERVICES = {
  /** One sender, one receiver on another thread, `tells` messages of {@link PAYLOADS}. */
  'tell/number': { ...TELL, name: 'tell, number' },
  'tell/four-fields': { ...TELL, name: 'tell, four fields' },
  'tell/text-1kb': { ...TELL, name: 'tell, 1 kB of text' },
  'tell/buffer-64kb': { ...TELL, name: 'tell, 64 kB buffer' },
  'tell/buffer-8mb': { ...TELL, name: 'tell, 8 MB buffer' },
  /**
   * One sender, eight receivers on two threads, each gets every four-field message; rate of
   * receipts.
   */
  'tell/fan-out-8': { ...TELL, name: 'fan-out to 8, four fields' },
  /** a + b on one thread, 256 calls in flight. */
  'ask/in-flight-256': {
    ...ASK,
    name: 'ask, 256 in flight',
    unit: 'calls/s',
    better: 'higher',
  },
  /** a + b on one thread, one call after another: the median of a call. */
  'ask/lone': { ...ASK, name: 'lone ask, p50', unit: 'us', better: 'lower' },
  /** One sender, one receiver on the same thread. */
  'local/tell': { ...LOCAL, name: 'tell', unit: 'messages/s', better: 'higher' },
  /** a + b by an actor of the same thread, one after another: the mean of a call. */
  'local/ask': { ...LOCAL, name: 'ask', unit: 'us', better: 'lower' },
  /** Actors spawned a second, until all have answered one message. */
  'local/spawn': { ...LOCAL, name: 'spawn', unit: 'actors/s', better: 'higher' },
  /** Bytes of an idle actor with two handlers, over 100 000 of them. */
  'local/idle-actor': { ...LOCAL, name: 'idle actor', unit: 'bytes', better: 'lower' },
  /** From asking for a thread to its first message. */
  'threads/start': { ...THREADS, name: 'thread start', unit: 'ms', better: 'lower' },
  /** From the first request to the last acknowledgement, all flushed; five data-points an entity. */
  'platform/accept-uniform': { ...ACCEPT, name: 'accept, uniform' },
  'platform/accept-zipf': { ...ACCEPT, name: 'accept, Zipf' },
  /** From the first request until every data-point is where it belongs, flushed. */
  'platform/apply-uniform': { ...APPLY, name: 'apply, uniform' },
  'platform/apply-zipf': { ...APPLY, name: 'apply, Zipf' },
  /** Given to write calls until all is applied, for one data-point. */
  'platform/bytes': {
    group: 'platform: apply',
    name: 'written for a data-point',
    unit: 'bytes',
    better: 'lower',
    warmups: 0,
    rounds: 1,
  },
  /** Bodies of 500 data-points over some connections. */
  'platform/http': { ...POINTS, group: 'platform: HTTP', name: 'ingest over HTTP' },
} as const satisfies Readonly<Record<string, Description>>;

/** A Savina program, or one of the services above. */
export type Benchmark = keyof typeof SERVICES | `savina/${Program}`;

/** Every benchmark, the programs first. */
export const BENCHMARKS: readonly Benchmark[] = [
  ...(Object.keys(PARAMETERS) as Program[]).map((program): Benchmark => `savina/${program}`),
  ...(Object.keys(SERVICES) as Array<keyof typeof SERVICES>),
];

/**
 * Name, group, unit, direction and, for slow ones, rounds of a benchmark, to be spread into row().
 */
export function benchmark(key: Benchmark): Description {
  if (key in SERVICES) return SERVICES[key as keyof typeof SERVICES];
  const name = key.slice('savina/'.length);
  const rounds = SLOW_PROGRAMS.has(key) ? SLOW_ROUNDS : {};
  return { group: 'savina', name, unit: 'ms', better: 'lower', ...rounds };
}

/** How much is done in one measurement. The same for ours and for every peer. */
export const SIZES = {
  /** Calls of `ask/in-flight-256`. */
  calls: 60_000,
  callsInFlight: 256,
  /** Calls of `ask/lone`, and those before them that are not counted. */
  loneCalls: 3_000,
  loneCallsDiscarded: 300,
  /** Messages of `local/tell`. */
  localTells: 300_000,
  /** Calls of `local/ask`. */
  localCalls: 20_000,
  /** Actors of `local/spawn`. */
  spawns: 10_000,
  /** Actors of `local/idle-actor`. */
  idleActors: 100_000,
  /**
   * Messages of `tell/fan-out-8` (each makes `fanOut` receipts), and the threads the receivers live
   * on.
   */
  fanOutTells: 20_000,
  fanOut: 8,
  fanOutThreads: 2,
  /** Threads started one after another for `threads/start`; the mean counts. */
  threadStarts: 3,
} as const;
