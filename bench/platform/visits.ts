/**
 * What is sent, the same in every run and for every contender: visits of hosts drawn from a seed, uniform or by Zipf's
 * law, each with one data-point for each of five attributes. A round goes on where the last one ended, so that nothing is
 * ever sent twice.
 *
 *   visit 17 of host 4711  ->  name, ip, port, os, risk of "h-0004711", valid from BASE + 17 s on
 *
 * Runs on: any.
 */
import { REQUEST_POINTS, VISIT_POINTS } from './sizes.js';

/** How hosts are drawn: all alike, or the r-th most visited one with a chance of 1 / r. */
export type Distribution = 'uniform' | 'zipf';

/** Which host is visited, and how many visits there were before, of any. */
export interface Visit {
  readonly entity: number;
  readonly number: number;
}

/** A data-point of a visit, as values. */
export interface VisitPoint {
  readonly attr: (typeof ATTRIBUTES)[number];
  readonly v: string | number;
  /** Epoch ms; of the plain attribute not sent. */
  readonly t1: number;
  readonly t2: number;
  readonly c: number;
}

/** In the order in which a visit tells them; `name` is plain, the others are observations. */
export const ATTRIBUTES = ['name', 'ip', 'port', 'os', 'risk'] as const;

const SEED = 20_261_122;
const BASE_MS = Date.UTC(2020, 0, 1);
const STEP_MS = 1_000;
const VALID_MS = 500;
/** Spreads ranks over the ids, so that the hosts visited most do not lie side by side. */
const STRIDE = 7_919;
const SYSTEMS = ['linux', 'windows', 'macos', 'freebsd', 'ios', 'android'] as const;

/** The visits of one store, in order. Two streams of the same arguments give the same ones. */
export class VisitStream {
  readonly #entities: number;
  readonly #draw: () => number;
  #next = 0;

  constructor(entities: number, distribution: Distribution) {
    const random = seeded(SEED);
    this.#entities = entities;
    this.#draw = distribution === 'zipf' ? zipfRank(entities, random) : () => random() * entities;
  }

  /** The visits that make so many data-points. */
  take(points: number): Visit[] {
    return Array.from({ length: points / VISIT_POINTS }, () => {
      return {
        entity: entityOfRank(Math.floor(this.#draw()), this.#entities),
        number: this.#next++,
      };
    });
  }
}

/** The host that is visited most but for `rank` others. */
export function entityOfRank(rank: number, entities: number): number {
  return (rank * STRIDE + 17) % entities;
}

export function eidOf(entity: number): string {
  return `h-${String(entity).padStart(7, '0')}`;
}

/** Never changes, so that it does not matter which of two requests under way is taken first. */
export function nameOf(entity: number): string {
  return `host-${entity}.example.org`;
}

/** The data-points of a visit, by {@link ATTRIBUTES}. */
export function pointsOf({ entity, number }: Visit): readonly VisitPoint[] {
  const t1 = BASE_MS + number * STEP_MS;
  const time = { t1, t2: t1 + VALID_MS };
  const mixed = mix(number);
  return [
    { attr: 'name', v: nameOf(entity), ...time, c: 1 },
    {
      attr: 'ip',
      v: `10.${mixed & 255}.${(mixed >>> 8) & 255}.${(mixed >>> 16) & 255}`,
      ...time,
      c: 1,
    },
    { attr: 'port', v: mixed & 65_535, ...time, c: 1 },
    { attr: 'os', v: SYSTEMS[mixed % SYSTEMS.length]!, ...time, c: 1 },
    { attr: 'risk', v: (mixed % 1_000) / 1_000, ...time, c: (1 + (mixed % 100)) / 100 },
  ];
}

/** Requests of {@link REQUEST_POINTS} data-points each, as they go over the wire. */
export function bodiesOf(visits: readonly Visit[]): Uint8Array[] {
  const perRequest = REQUEST_POINTS / VISIT_POINTS;
  return inGroups(visits, perRequest).map((some) => bodyOf(some.flatMap(wirePointsOf)));
}

/** Requests that make `entities` hosts with a name each, in order of their ids. */
export function* preloadBodies(entities: number): Generator<Uint8Array> {
  for (let from = 0; from < entities; from += REQUEST_POINTS) {
    const count = Math.min(REQUEST_POINTS, entities - from);
    yield bodyOf(Array.from({ length: count }, (_, i) => wireNameOf(from + i)));
  }
}

function wirePointsOf(visit: Visit): object[] {
  const id = eidOf(visit.entity);
  return pointsOf(visit).map(({ attr, v, t1, t2, c }) => {
    if (attr === 'name') return wireNameOf(visit.entity);
    const times = { t1: new Date(t1).toISOString(), t2: new Date(t2).toISOString() };
    return { type: 'host', id, attr, v, ...times, ...(c === 1 ? {} : { c }), src: 'bench' };
  });
}

function wireNameOf(entity: number): object {
  return { type: 'host', id: eidOf(entity), attr: 'name', v: nameOf(entity), src: 'bench' };
}

function bodyOf(points: readonly object[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(points));
}

function inGroups<T>(list: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let from = 0; from < list.length; from += size) groups.push(list.slice(from, from + size));
  return groups;
}

/** Ranks from 0, each drawn from the sums of all chances before it. */
function zipfRank(entities: number, random: () => number): () => number {
  const sums = new Float64Array(entities);
  let sum = 0;
  for (let rank = 0; rank < entities; rank++) {
    sum += 1 / (rank + 1);
    sums[rank] = sum;
  }
  return () => {
    const drawn = random() * sum;
    let [low, high] = [0, entities - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Numbers from 0 up to, not including, 1: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    return mix(state) / 0x1_0000_0000;
  };
}

/** 32 bits that look like nothing, from others. */
function mix(number: number): number {
  let bits = Math.imul(number ^ (number >>> 15), number | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}
