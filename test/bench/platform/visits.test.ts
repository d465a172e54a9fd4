/**
 * What the platform's benchmarks send: the same for every contender, five data-points a visit, skewed as it says.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bodiesOf,
  eidOf,
  entityOfRank,
  nameOf,
  pointsOf,
  preloadBodies,
  VisitStream,
} from '../../../bench/platform/visits.js';

const ENTITIES = 1_000;

test('two streams of the same store give the same visits, and each goes on where it was', () => {
  for (const distribution of ['uniform', 'zipf'] as const) {
    const [one, other] = [0, 1].map(() => new VisitStream(ENTITIES, distribution));
    const first = one!.take(500);
    assert.deepEqual(other!.take(500), first);
    assert.deepEqual(one!.take(500), other!.take(500));
    assert.equal(first.length, 100);
    assert.deepEqual(
      first.map(({ number }) => number),
      [...first.keys()],
    );
  }
});

test('uniform visits spread over all hosts, Zipf ones prefer those of the first ranks', () => {
  const counts = (distribution: 'uniform' | 'zipf') => {
    const visits = new VisitStream(ENTITIES, distribution).take(500_000);
    const of = new Map<number, number>();
    for (const { entity } of visits) of.set(entity, (of.get(entity) ?? 0) + 1);
    return of;
  };
  const uniform = counts('uniform');
  assert.equal(uniform.size, ENTITIES);
  assert.ok(Math.max(...uniform.values()) < 200);
  const zipf = counts('zipf');
  const [first, second] = [0, 1].map((rank) => zipf.get(entityOfRank(rank, ENTITIES))!);
  // Of 100 000 visits the first rank has one in 7.49, the sum of 1 / r up to 1 000.
  assert.ok(Math.abs(first! - 13_360) < 700, `${first}`);
  assert.ok(Math.abs(second! - 6_680) < 500, `${second}`);
});

test('every rank is a host of its own', () => {
  const hosts = new Set(
    Array.from({ length: ENTITIES }, (_, rank) => entityOfRank(rank, ENTITIES)),
  );
  assert.equal(hosts.size, ENTITIES);
});

test('no two visits are valid at the same time', () => {
  const [first, second] = [3, 4].map((number) => pointsOf({ entity: 7, number }));
  assert.ok(first![1]!.t2 < second![1]!.t1);
});

test('a body is a list of 500 data-points as they go over the wire', () => {
  const visits = new VisitStream(ENTITIES, 'uniform').take(1_000);
  const bodies = bodiesOf(visits);
  assert.equal(bodies.length, 2);
  const points = JSON.parse(new TextDecoder().decode(bodies[0])) as Array<Record<string, unknown>>;
  assert.equal(points.length, 500);
  const eid = eidOf(visits[0]!.entity);
  const name = nameOf(visits[0]!.entity);
  assert.deepEqual(points[0], { type: 'host', id: eid, attr: 'name', v: name, src: 'bench' });
  const { t1, attr, id } = points[1]!;
  assert.deepEqual({ t1, attr, id }, { t1: '2020-01-01T00:00:00.000Z', attr: 'ip', id: eid });
});

test('every host is preloaded once', () => {
  const ids = [...preloadBodies(1_200)].flatMap((body) => {
    const points = JSON.parse(new TextDecoder().decode(body)) as Array<{ id: string }>;
    return points.map(({ id }) => id);
  });
  assert.deepEqual(
    ids,
    Array.from({ length: 1_200 }, (_, entity) => eidOf(entity)),
  );
});
