/**
 * What a store must hold after what was sent, in the most simple way: for a sample of hosts, the list of their visits. Some
 * of the sample are those that Zipf's law visits most.
 * Runs on: main.
 */
import type { Platform } from '../../actors/index.js';
import { BenchError, expectEqual } from '../bench-error.js';
import { host } from './host-entity.js';
import { SAMPLED } from './sizes.js';
import { ATTRIBUTES, eidOf, entityOfRank, nameOf, pointsOf, type Visit } from './visits.js';

/** One item of a history, comparable. */
interface Seen {
  readonly t1: number;
  readonly t2: number;
  readonly v: unknown;
  readonly c: number;
}

export class NaiveHosts {
  readonly #visits = new Map<number, Visit[]>();

  constructor(entities: number) {
    const count = Math.min(SAMPLED, entities);
    for (let rank = 0; rank < count / 5; rank++) this.#visits.set(entityOfRank(rank, entities), []);
    for (let i = 0; this.#visits.size < count; i++)
      this.#visits.set(Math.floor((i * entities) / count + i / count) % entities, []);
  }

  /** These have been sent. */
  add(visits: readonly Visit[]): void {
    for (const visit of visits) this.#visits.get(visit.entity)?.push(visit);
  }

  /** Throws ANSWER_WRONG unless every host of the sample is stored with all its visits, once each, and no others. */
  check(platform: Platform): void {
    const hosts = platform.entity(host);
    for (const [entity, visits] of this.#visits) {
      const eid = eidOf(entity);
      expectEqual(`name of ${eid}`, hosts.values(eid)?.name, nameOf(entity));
      const sent = visits.map(pointsOf);
      for (const [place, attr] of ATTRIBUTES.entries()) {
        if (attr === 'name') continue;
        const expected = sent.map((points) => points[place]!);
        assertSame(`${attr} of ${eid}`, hosts.history(eid, attr), expected);
      }
    }
  }
}

function assertSame(what: string, stored: readonly Seen[], sent: readonly Seen[]): void {
  expectEqual(`items of ${what}`, stored.length, sent.length);
  const [left, right] = [inOrder(stored), inOrder(sent)];
  for (const [index, text] of left.entries()) {
    if (text === right[index]) continue;
    throw new BenchError('ANSWER_WRONG', `${what}: expected ${right[index]}, got ${text}`);
  }
}

function inOrder(items: readonly Seen[]): string[] {
  return items.map(({ t1, t2, v, c }) => `${t1} ${t2} ${String(v)} ${c.toFixed(6)}`).sort();
}
