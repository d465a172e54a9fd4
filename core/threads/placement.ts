/**
 * Which thread gets a new actor: a function of the wish, the loads and the threads there are. Threads go by their
 * logical number: 0 is main, the pool's follow, dedicated ones come after. An actor never moves later.
 * Runs on: any.
 */
import { CodedError } from '../errors.js';

/** Where an actor shall live. 'dedicated' is not here: it makes a thread instead of choosing one. */
export type PlacementRequest =
  /** The pool thread with the least load; among equals the first after `previous`. Asked of main if there is no pool. */
  | { readonly type: 'least-loaded'; readonly previous?: number }
  /**
   * The pool thread with the fewest siblings, then the least load: replicas. `siblings[thread]` counts those
   * already there, absent is 0. Main if there is no pool.
   */
  | { readonly type: 'spread'; readonly siblings: readonly (number | undefined)[] }
  | { readonly type: 'main' }
  /** Just that one, by logical number. */
  | { readonly type: 'pinned'; readonly thread: number }
  /** Where another actor lives, so that their messages stay on one thread. */
  | { readonly type: 'near'; readonly thread: number };

/** The threads of a system besides main, by logical number. */
export interface ThreadSet {
  readonly pool: readonly number[];
  readonly dedicated: readonly number[];
}

const MAIN = 0;

/**
 * The logical number of the thread to use. `loads[thread]` is any measure of which less is better, absent is 0.
 * Throws THREAD_UNKNOWN when a thread was named that the system does not have.
 */
export function chooseThread(
  request: PlacementRequest,
  loads: readonly (number | undefined)[],
  threads: ThreadSet,
): number {
  switch (request.type) {
    case 'main':
      return MAIN;
    case 'pinned':
    case 'near':
      return known(request.thread, request.type, threads);
    case 'least-loaded':
      return least(inTurn(threads.pool, request.previous ?? MAIN), (thread) => [
        loads[thread] ?? 0,
        0,
      ]);
    case 'spread':
      return least(threads.pool, (thread) => [request.siblings[thread] ?? 0, loads[thread] ?? 0]);
  }
}

function known(thread: number, wish: 'pinned' | 'near', threads: ThreadSet): number {
  if (thread === MAIN || threads.pool.includes(thread) || threads.dedicated.includes(thread))
    return thread;
  const there = [MAIN, ...threads.pool, ...threads.dedicated];
  const what = wish === 'near' ? 'an actor to be near on' : 'the placement to name';
  throw new CodedError(
    'THREAD_UNKNOWN',
    `expected ${what} one of the threads ${there.join(', ')}, got ${thread}`,
    { details: { thread, threads: there } },
  );
}

/** The same threads, beginning after `previous`. */
function inTurn(pool: readonly number[], previous: number): readonly number[] {
  const start = pool.findIndex((thread) => thread > previous);
  return start <= 0 ? pool : [...pool.slice(start), ...pool.slice(0, start)];
}

/** The first of the threads whose pair of measures is smallest; main if there are none. */
function least(
  pool: readonly number[],
  measure: (thread: number) => readonly [number, number],
): number {
  let best = MAIN;
  let bestMeasure: readonly [number, number] = [Infinity, Infinity];
  for (const thread of pool) {
    const [first, second] = measure(thread);
    if (first < bestMeasure[0] || (first === bestMeasure[0] && second < bestMeasure[1])) {
      best = thread;
      bestMeasure = [first, second];
    }
  }
  return best;
}
