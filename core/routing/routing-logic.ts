/**
 * Who of n routees gets the next message: functions from state to index, without I/O and without allocation. All
 * answer -1 when there is nobody to choose. Routing by key is in hash-ring.ts.
 * Runs on: any.
 */
import type { Random } from '../random.js';

/** How a replica set or router chooses. 'hash' needs a key and falls to round-robin without one. */
export type Routing = 'round-robin' | 'random' | 'least-loaded' | 'hash';

/**
 * How much a routee has to do, typically its mailbox depth; lower is better. Infinity: it cannot be chosen (dead,
 * or stopping).
 */
export type LoadOf = (index: number) => number;

/** Routees up to which `leastLoaded` looks at all of them; beyond it compares two drawn at random. */
export const FULL_SCAN_MAX = 16;

/**
 * The next in turn. State in, state out: the answer is what to pass as `previous` next time (-1 at first). After
 * a resize the turn goes on from where it was, or from the start if that place is gone.
 */
export function roundRobin(count: number, previous: number): number {
  if (count <= 0) return -1;
  const next = previous + 1;
  return next < count ? next : 0;
}

/** Any, each as likely. */
export function randomRoutee(count: number, random: Random): number {
  return count <= 0 ? -1 : random.int(count);
}

/**
 * The least loaded of all; among equals the first after `previous`, so that idle routees take turns. Pass the
 * last answer as `previous`.
 */
export function leastLoadedOfAll(count: number, loadOf: LoadOf, previous: number): number {
  let best = -1;
  let bestLoad = Infinity;
  let index = previous;
  for (let seen = 0; seen < count; seen++) {
    index = roundRobin(count, index);
    const load = loadOf(index);
    if (load < bestLoad) {
      best = index;
      bestLoad = load;
      if (load <= 0) break; // nobody has less to do
    }
  }
  return best;
}

/**
 * The less loaded of two different routees drawn at random: nearly as even as looking at all, at a fixed price,
 * and many senders with the same stale view do not all run to the same one. If both are Infinity it looks at all.
 */
export function leastLoadedOfTwo(count: number, loadOf: LoadOf, random: Random): number {
  if (count <= 1) return leastLoadedOfAll(count, loadOf, -1);
  const one = random.int(count);
  const step = 1 + random.int(count - 1);
  const other = one + step < count ? one + step : one + step - count;
  const loadOfOne = loadOf(one);
  const loadOfOther = loadOf(other);
  if (loadOfOne === Infinity && loadOfOther === Infinity)
    return leastLoadedOfAll(count, loadOf, one);
  return loadOfOther < loadOfOne ? other : one;
}

/** `leastLoadedOfAll` for few routees, `leastLoadedOfTwo` beyond {@link FULL_SCAN_MAX}. */
export function leastLoaded(
  count: number,
  loadOf: LoadOf,
  previous: number,
  random: Random,
): number {
  return count <= FULL_SCAN_MAX
    ? leastLoadedOfAll(count, loadOf, previous)
    : leastLoadedOfTwo(count, loadOf, random);
}

/**
 * Who is next by that routing among those whose load is finite: in turn after `previous`, any, or the least loaded.
 * A whole round is looked through before the answer is -1.
 */
export function chooseRoutee(
  routing: Routing,
  count: number,
  loadOf: LoadOf,
  { previous, random }: { readonly previous: number; readonly random: Random },
): number {
  if (routing === 'least-loaded') return leastLoaded(count, loadOf, previous, random);
  let index = routing === 'random' ? randomRoutee(count, random) : roundRobin(count, previous);
  for (let seen = 0; seen < count; seen++) {
    if (loadOf(index) !== Infinity) return index;
    index = roundRobin(count, index);
  }
  return -1;
}
