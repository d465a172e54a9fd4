import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { currentValues } from '../../stores/history/current-values.js';
import { itemsBetween, samplesBetween } from '../../stores/history/history-between.js';
import { mergeItems } from '../../stores/history/merge.js';
import { STORE_LIMITS } from '../../stores/limits.js';
import { StoredEntity, thingWith } from '../support/stored-entity.js';
import { NaiveHistory } from './history/naive-history.js';

const ALWAYS = { from: -Infinity, to: Infinity };
const point = fc.record({
  t1: fc.nat(1_000),
  length: fc.oneof(fc.nat(20), fc.nat(1_000)),
  v: fc.nat(4),
  c: fc.constantFrom(0, 0.25, 0.5, 1),
  src: fc.constantFrom(undefined, 'a', 'b'),
});
const tasks = fc.array(fc.array(point, { maxLength: 40 }), { maxLength: 25 });
const ms = fc.constantFrom(0, 0.005, 0.04);

function observed(history: object, more: object = {}) {
  return thingWith({
    a: { type: 'observations', data_type: 'int', history_params: history, ...more },
  });
}

test('the value at any instant is that of all data-points, whatever spilled and was trimmed', () => {
  const options = fc.record({
    pre_validity: ms,
    post_validity: ms,
    expire_time: fc.constantFrom(null, 0, 0.03, 'inf'),
    max_items: fc.constantFrom(null, 3, 20, 60),
    multi_value: fc.boolean(),
  });
  fc.assert(
    fc.property(
      tasks,
      options,
      fc.array(fc.integer({ min: -60, max: 2_100 }), { minLength: 8 }),
      (list, { multi_value, ...history }, times) => {
        const entity = observed({ ...history, aggregate: false }, { multi_value });
        const stored = new StoredEntity(entity);
        const attribute = entity.attributes.get('a')!;
        const naive = new NaiveHistory(attribute);
        for (const [task, points] of list.entries()) {
          const dated = points.map(({ length, ...rest }) => ({ ...rest, t2: rest.t1 + length }));
          stored.apply(dated.map((one) => ({ ...one, attr: 'a' })));
          naive.add(dated.map((one) => ({ ...one, task })));
          assert.ok(
            (stored.record.items.get(stored.attrNo('thing', 'a')) ?? []).length <=
              STORE_LIMITS.inlineItems,
          );
        }
        for (const t of times) {
          const expected = naive.valuesAt(t);
          const values = currentValues(stored.stored, t);
          const found = multi_value ? values.a : values.a === undefined ? undefined : [values.a];
          const confidences = multi_value
            ? values['a#c']
            : values['a#c'] === undefined
              ? undefined
              : [values['a#c']];
          const isAbsent = expected.length === 0;
          assert.deepEqual(found, isAbsent ? undefined : expected.map(([v]) => v), `value at ${t}`);
          assert.deepEqual(
            confidences,
            isAbsent ? undefined : expected.map(([, c]) => c),
            `confidence at ${t}`,
          );
          const between = itemsBetween(stored.stored, attribute, { from: t, to: t + 50 });
          assert.deepEqual(
            between.map(({ t1, t2, v, src }) => [t1, t2, v, src]),
            naive.between(t, t + 50).map((one) => [one.t1, one.t2, one.v, one.src]),
          );
        }
        checkSpilled(stored);
      },
    ),
    { numRuns: 150 },
  );
});

test('merging while data comes in gives what merging everything at the end gives', () => {
  fc.assert(
    fc.property(tasks, fc.boolean(), ms, (list, multi_value, post_validity) => {
      const entity = observed({ post_validity }, { multi_value });
      const attribute = entity.attributes.get('a')!;
      const kept = new StoredEntity(entity);
      const raw = new StoredEntity(observed({ post_validity, aggregate: false }, { multi_value }));
      // In order of time, with both ends: then no late data-point comes between those merged before.
      let clock = 0;
      for (const points of list) {
        const dated = points.map(({ length: _, t1, ...rest }) => {
          clock += t1 % 9;
          return { ...rest, attr: 'a', t1: clock, t2: clock + 30 };
        });
        kept.apply(dated);
        raw.apply(dated);
      }
      // What began together in one task may change places when it ends at another time.
      const rounded = (stored: StoredEntity) =>
        mergeItems(itemsBetween(stored.stored, attribute, ALWAYS), attribute)
          .map((one) => ({ ...one, c: Math.round(one.c * 1e9), v: one.v as number }))
          .sort((a, b) => a.t1 - b.t1 || a.v - b.v || (a.src ?? '').localeCompare(b.src ?? ''));
      assert.deepEqual(rounded(kept), rounded(raw));
    }),
    { numRuns: 100 },
  );
});

test('data too old for max_age goes, and nothing younger', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 300 }), (gaps) => {
      const stored = new StoredEntity(observed({ max_age: '1s', aggregate: false }));
      const attribute = stored.entity.attributes.get('a')!;
      let clock = 0;
      const all: number[] = [];
      for (const gap of gaps) {
        clock += gap;
        all.push(clock);
        stored.apply([{ attr: 'a', t1: clock, t2: clock, v: 1, c: 1 }], { receivedAt: clock });
      }
      const left = itemsBetween(stored.stored, attribute, ALWAYS).map((one) => one.t2);
      const young = all.filter((t2) => t2 >= clock - 1_000);
      assert.deepEqual(left.slice(left.length - young.length), young);
      // Chunks are looked at when one is added, so a few may be late to go.
      assert.ok(
        left.length - young.length <= STORE_LIMITS.inlineItems,
        `${left.length} of ${young.length}`,
      );
      checkSpilled(stored);
    }),
    { numRuns: 50 },
  );
});

test('with expire_time inf the last value is found without a chunk', () => {
  const stored = new StoredEntity(observed({ expire_time: 'inf', aggregate: false }));
  for (let t1 = 0; t1 < 200; t1++) stored.apply([{ attr: 'a', t1, t2: t1, v: t1, c: 0.5 }]);
  stored.chunkReads = 0;
  assert.deepEqual(currentValues(stored.stored, 1e12), { eid: 'x', a: 199, 'a#c': 0.5 });
  assert.equal(stored.chunkReads, 0);
  assert.ok(stored.chunks.size > 5);
  assert.deepEqual(currentValues(stored.stored, 17), { eid: 'x', a: 17, 'a#c': 0.5 });
});

test('max_items keeps the items with the greatest t2 and gives back the room of the others', () => {
  const stored = new StoredEntity(observed({ max_items: 40, aggregate: false }));
  const attribute = stored.entity.attributes.get('a')!;
  for (let t1 = 0; t1 < 1_000; t1++) stored.apply([{ attr: 'a', t1, t2: t1, v: 1, c: 1 }]);
  const left = itemsBetween(stored.stored, attribute, ALWAYS).map((one) => one.t1);
  assert.deepEqual(
    left,
    Array.from({ length: 40 }, (_, place) => 960 + place),
  );
  assert.ok(stored.chunks.size < 10, `${stored.chunks.size} chunks`);
});

test('of many values at one instant none is lost, though they do not fit one chunk', () => {
  const stored = new StoredEntity(observed({}, { multi_value: true }));
  const points = Array.from({ length: 300 }, (_, v) => ({ attr: 'a', t1: 5, t2: 5, v, c: 1 }));
  stored.apply(points);
  stored.apply(points);
  const values = currentValues(stored.stored, 5);
  assert.deepEqual(
    values.a,
    Array.from({ length: 300 }, (_, v) => v),
  );
  checkSpilled(stored);
});

test('the last plain value to arrive stands, whatever its order in time', () => {
  const stored = new StoredEntity(thingWith({ p: { type: 'plain', data_type: 'string' } }));
  const plain = (v: string) => ({ attr: 'p', t1: 0, t2: 0, v, c: 1, src: 's' });
  stored.apply([plain('one'), plain('two')], { receivedAt: 10, hook: 'geo.locate' });
  assert.deepEqual(stored.record.plain.get(stored.attrNo('thing', 'p')), {
    v: 'two',
    at: 10,
    seq: 2,
    src: 's',
    hook: 'geo.locate',
  });
  stored.apply([plain('three')], { receivedAt: 5 });
  assert.deepEqual(currentValues(stored.stored, 0), { eid: 'x', p: 'three' });
  assert.equal(stored.record.revision, 2);
});

test('a plain link tells what it no longer points to and what it does now', () => {
  const stored = new StoredEntity(
    thingWith({ l: { type: 'plain', data_type: 'array<link<other>>' } }),
  );
  const set = (...eids: string[]) =>
    stored
      .apply([{ attr: 'l', t1: 0, t2: 0, v: eids.map((eid) => ({ eid })), c: 1 }])
      .links.map(({ op, eid, until, target }) => [op, eid, until, target]);
  assert.deepEqual(set('a', 'b', 'a'), [
    ['add', 'a', Infinity, 'other'],
    ['add', 'b', Infinity, 'other'],
  ]);
  assert.deepEqual(set('b', 'c'), [
    ['remove', 'a', Infinity, 'other'],
    ['add', 'c', Infinity, 'other'],
  ]);
  assert.deepEqual(set('c', 'b'), []);
  assert.equal(set().length, 2);
});

test('an observed link counts until its t2 and what the value may outlast it', () => {
  const until = (history: object) => {
    const stored = new StoredEntity(
      thingWith({ l: { type: 'observations', data_type: 'link<other>', history_params: history } }),
    );
    const link = (eid: string, t2: number) => ({ attr: 'l', t1: 0, t2, v: { eid }, c: 1 });
    return stored
      .apply([link('a', 10), link('b', 5), link('a', 20)])
      .links.map((one) => [one.op, one.eid, one.until]);
  };
  assert.deepEqual(until({ post_validity: 1 }), [
    ['add', 'a', 1_020],
    ['add', 'b', 1_005],
  ]);
  assert.equal(until({ expire_time: 'inf' })[0]?.[2], Infinity);
});

test('ttl tokens only ever move later', () => {
  const entity = thingWith(
    { p: { type: 'plain', data_type: 'int', ttl: '1m' } },
    { type: 'ttl', on_create: '1h' },
  );
  const stored = new StoredEntity(entity);
  stored.apply([{ attr: 'p', t1: 0, t2: 0, v: 1, c: 1 }], { receivedAt: 1_000, ttl: { api: 50 } });
  assert.deepEqual(stored.record.ttl, { api: 50, data: 61_000 });
  stored.apply([], { receivedAt: 0, ttl: { api: 40, other: 7 } });
  assert.deepEqual(stored.record.ttl, { api: 50, data: 61_000, other: 7 });
});

test('a record remembers its last tasks only', () => {
  const stored = new StoredEntity(thingWith({ p: { type: 'plain', data_type: 'int' } }));
  for (let left = 100; left > 0; left--) stored.apply([]);
  assert.equal(stored.record.tasks.length, STORE_LIMITS.recordTasks);
  assert.equal(stored.record.tasks.at(-1), 200);
});

test('a long timeseries leaves the record and is read back sample by sample', () => {
  const spec = {
    type: 'timeseries',
    timeseries_type: 'regular',
    timeseries_params: { time_step: '1s' },
    series: { x: { data_type: 'int' } },
  };
  const stored = new StoredEntity(thingWith({ s: spec }));
  const attribute = stored.entity.attributes.get('s')!;
  for (let at = 0; at < 3_000; at += 10) {
    const x = Array.from({ length: 10 }, (_, place) => at + place);
    stored.apply([
      { attr: 's', t1: at * 1_000, t2: (at + 10) * 1_000, v: { series: { x } }, c: 1 },
    ]);
  }
  const samples = samplesBetween(stored.stored, attribute, { from: 100_000, to: 2_000_000 });
  assert.deepEqual(
    samples.map((one) => one.v.x),
    Array.from({ length: 1_900 }, (_, place) => 100 + place),
  );
  assert.ok(stored.chunks.size > 0 && stored.chunks.size < 30, `${stored.chunks.size} chunks`);
  assert.deepEqual(currentValues(stored.stored, 5_000), { eid: 'x' });
});

test('points of an attribute that the model does not have are left out and named', () => {
  const stored = new StoredEntity(thingWith({ p: { type: 'plain', data_type: 'int' } }));
  const point = (attr: string) => ({ attr, t1: 0, t2: 0, v: 1, c: 1 });
  const attrNo = stored.attrNo;
  Object.assign(stored, {
    attrNo: (etype: string, attr: string) => (attr === 'gone' ? 999 : attrNo(etype, attr)),
  });
  assert.deepEqual(stored.apply([point('gone'), point('p'), point('gone')]).skipped, [0, 2]);
  assert.equal(stored.record.plain.size, 1);
});

/** What the record says of its chunks is true of them. */
function checkSpilled(stored: StoredEntity): void {
  const number = stored.attrNo('thing', 'a');
  const chunks = stored.readChunks(number, -Infinity, Infinity);
  const spilled = stored.record.spilled.get(number);
  assert.equal(chunks.length, spilled?.chunks ?? 0);
  assert.equal(chunks.flatMap((one) => one.items).length, spilled?.items ?? 0);
  for (const { t1, no, items } of chunks) {
    assert.ok(spilled !== undefined && no < spilled.next && t1 >= spilled.t1Min);
    assert.ok(items.length <= STORE_LIMITS.chunkItems && items.length > 0);
    for (const one of items) {
      assert.ok(one.t1 >= t1 && one.t1 <= spilled.t1Max && one.t2 <= spilled.t2Max);
      assert.ok(one.t2 - t1 <= spilled.spanMaxMs);
    }
  }
}
