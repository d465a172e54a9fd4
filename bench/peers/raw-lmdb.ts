/**
 * LMDB by itself, as the measure of what a disk and its best embedded store allow: each data-point encoded in advance,
 * one put each, flushed as ours are. Nothing is checked, numbered, merged or answered.
 *
 *   append   key: a number that rises                        in the order in which they come
 *   put      key: (entity, attribute, t1, number)            where they belong
 *
 * Puts are issued in groups; the size of a group is the best of some, tried when the store is opened.
 * Runs on: main.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { pack } from 'msgpackr';
import { BenchError, expectEqual } from '../bench-error.js';
import { kept } from '../kept.js';
import { writtenBytes } from '../platform/process-figures.js';
import { entitiesAsked } from '../platform/sizes.js';
import {
  ATTRIBUTES,
  type Distribution,
  eidOf,
  nameOf,
  pointsOf,
  type Visit,
  type VisitPoint,
  VisitStream,
} from '../platform/visits.js';
import type { Measure } from '../row.js';
import { elapsedMs } from '../timing.js';
import type { PeerMeasures } from './peers.js';

const GROUPS = [500, 2_000, 10_000, 50_000] as const;
/** Groups that are under way while the next is made. */
const UNDER_WAY = 2;
/** Share of a round that each size of a group is tried with. */
const TRIAL = 0.25;
const ETYPE = 1;

interface PutRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

type Way = 'append' | 'put';

export class RawLmdb {
  readonly #dir: string;
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #rows: Database<Uint8Array, Uint8Array>;
  readonly #way: Way;
  readonly #visits: VisitStream;
  #count = 0;
  #group: number = GROUPS[0];

  /** A store with the same hosts in it as the platform has. */
  static async start(
    way: Way,
    { entities, distribution }: { readonly entities: number; readonly distribution: Distribution },
  ): Promise<RawLmdb> {
    const dir = await mkdtemp(join(tmpdir(), 'troupe-bench-raw-'));
    const raw = new RawLmdb(dir, way, new VisitStream(entities, distribution));
    if (way === 'put') await raw.#write(namesOf(entities), GROUPS.at(-1)!);
    await raw.#findGroup(Math.ceil(entities * TRIAL));
    return raw;
  }

  private constructor(dir: string, way: Way, visits: VisitStream) {
    this.#dir = dir;
    this.#way = way;
    this.#visits = visits;
    const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
    this.#root = open<Uint8Array, Uint8Array>({ path: join(dir, 'raw'), maxDbs: 2, ...binary });
    this.#rows = this.#root.openDB<Uint8Array, Uint8Array>('rows', binary);
  }

  /** The next data-points, written and flushed: ms, and bytes written where the system tells. */
  async round(
    points: number,
  ): Promise<{ readonly ms: number; readonly bytes: number | undefined }> {
    const rows = this.#rowsOf(this.#visits.take(points));
    const before = writtenBytes();
    const ms = await elapsedMs(() => this.#write(rows, this.#group));
    const after = writtenBytes();
    for (let index = 0; index < rows.length; index += 997) {
      const stored = this.#rows.get(rows[index]!.key);
      expectEqual('a row is stored', Buffer.compare(stored!, rows[index]!.value), 0);
    }
    return { ms, bytes: after === undefined ? undefined : after - (before ?? 0) };
  }

  async stop(): Promise<void> {
    await this.#root.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #findGroup(points: number): Promise<void> {
    let best = 0;
    for (const group of GROUPS) {
      const visits = this.#visits.take(points - (points % ATTRIBUTES.length));
      const rows = this.#rowsOf(visits);
      const rate = rows.length / (await elapsedMs(() => this.#write(rows, group)));
      if (rate > best) this.#group = group;
      best = Math.max(best, rate);
    }
  }

  async #write(rows: Iterable<PutRow>, group: number): Promise<void> {
    const underWay: Promise<boolean>[] = [];
    let count = 0;
    let last: Promise<boolean> | undefined;
    for (const { key, value } of rows) {
      last = this.#rows.put(key, value);
      if (++count % group !== 0) continue;
      underWay.push(last);
      await new Promise((resolve) => setImmediate(resolve));
      if (underWay.length > UNDER_WAY) await underWay.shift();
    }
    await Promise.all([...underWay, last]);
  }

  #rowsOf(visits: readonly Visit[]): PutRow[] {
    return visits.flatMap((visit) =>
      pointsOf(visit).map((point, attr) => {
        const number = this.#count++;
        const value = encoded(visit.entity, attr, point);
        const isAppend = this.#way === 'append';
        const key = isAppend ? appendKey(number) : placeKey(visit.entity, attr, point.t1, number);
        return { key, value };
      }),
    );
  }
}

function* namesOf(entities: number): Generator<PutRow> {
  for (let entity = 0; entity < entities; entity++) {
    const point = { attr: 'name', v: nameOf(entity), t1: 0, t2: 0, c: 1 } as const;
    yield { key: placeKey(entity, 0, 0, 0), value: encoded(entity, 0, point) };
  }
}

/** A data-point with all it takes to read it, names as numbers: 60 bytes or so. */
function encoded(entity: number, attr: number, { v, t1, t2, c }: VisitPoint): Uint8Array {
  // `pack` may go on writing to the memory it answers a part of.
  return Uint8Array.from(pack([ETYPE, eidOf(entity), attr, v, t1, t2, c, 'bench']));
}

function appendKey(number: number): Uint8Array {
  const key = Buffer.alloc(8);
  key.writeBigUInt64BE(BigInt(number));
  return key;
}

function placeKey(entity: number, attr: number, t1: number, number: number): Uint8Array {
  const eid = eidOf(entity);
  const key = Buffer.alloc(eid.length + 18);
  const at = key.write(eid, 'latin1');
  key.writeUInt16BE(attr, at);
  key.writeBigUInt64BE(BigInt(t1), at + 2);
  key.writeBigUInt64BE(BigInt(number), at + 10);
  return key;
}

function perSecond(way: Way, distribution: Distribution): Measure {
  const opened = kept(
    () => RawLmdb.start(way, { entities: entitiesAsked(), distribution }),
    (raw) => raw.stop(),
  );
  return async () => {
    const points = entitiesAsked();
    return (points / (await (await opened()).round(points)).ms) * 1_000;
  };
}

/** Of both ways: ours writes a log and the records. */
async function bytesPerPoint(): Promise<number> {
  const entities = entitiesAsked();
  const raw = await RawLmdb.start('put', { entities, distribution: 'uniform' });
  try {
    const { bytes } = await raw.round(entities);
    if (bytes !== undefined) return bytes / entities;
    throw new BenchError('PEER_ABSENT', 'the system does not tell what a process writes');
  } finally {
    await raw.stop();
  }
}

export const measures: PeerMeasures = {
  'platform/accept-uniform': perSecond('append', 'uniform'),
  'platform/accept-zipf': perSecond('append', 'zipf'),
  'platform/apply-uniform': perSecond('put', 'uniform'),
  'platform/apply-zipf': perSecond('put', 'zipf'),
  'platform/bytes': bytesPerPoint,
};
