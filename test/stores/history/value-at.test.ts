import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextChangeAt } from '../../../stores/history/next-change.js';
import { candidatesAt, confidenceAt, valuesAt } from '../../../stores/history/value-at.js';
import type { Item } from '../../../stores/record.js';
import { attributeWith, observedInts } from '../../support/stored-entity.js';

const MINUTE = 60_000;

function item(t1: number, t2: number, v: unknown, more: Partial<Item> = {}): Item {
  return { t1, t2, v, c: 1, seq: 0, weight: 1, src: undefined, hook: undefined, ...more };
}

const pairs = (items: Item[], attribute: ReturnType<typeof observedInts>, t: number) =>
  valuesAt(items, attribute, t).map(({ v, confidence }) => [v, confidence]);

test('confidence climbs before t1 and falls after t2, as in the example of the specification', () => {
  const { history } = observedInts({ pre_validity: '5m', post_validity: '10m' });
  const one = item(0, 10 * MINUTE, 1, { c: 0.8 });
  const table: [minute: number, confidence: number][] = [
    [-6, 0],
    [-5, 0],
    [-2.5, 0.4],
    [0, 0.8],
    [5, 0.8],
    [10, 0.8],
    [15, 0.4],
    [20, 0],
    [21, 0],
  ];
  for (const [minute, expected] of table)
    assert.equal(confidenceAt(one, history, minute * MINUTE), expected, `at ${minute} min`);
});

test('without validities exactly the interval counts, both ends included', () => {
  const { history } = observedInts();
  const one = item(100, 200, 1, { c: 0.3 });
  const worth = [99, 100, 200, 201].map((t) => confidenceAt(one, history, t));
  assert.deepEqual(worth, [0, 0.3, 0.3, 0]);
});

test('of several items the most confident one is the value, of equals the first in order', () => {
  const attribute = observedInts();
  const items = [
    item(0, 10, 1, { c: 0.5 }),
    item(0, 10, 2, { c: 0.9 }),
    item(5, 10, 3, { c: 0.9 }),
    item(5, 20, 4, { c: 0.1 }),
    item(30, 40, 5, { c: 0 }),
  ];
  assert.deepEqual(pairs(items, attribute, 7), [[2, 0.9]]);
  assert.deepEqual(pairs(items, attribute, 15), [[4, 0.1]]);
  assert.deepEqual(pairs(items, attribute, 35), []);
  assert.deepEqual(pairs(items, attribute, 25), []);
});

test('a multi-value attribute has every distinct value once, with its best confidence, in order', () => {
  const attribute = observedInts({ post_validity: 10 }, { multi_value: true });
  const items = [
    item(0, 10_000, 7, { c: 0.2 }),
    item(0, 10_000, 3, { c: 0.5 }),
    item(1, 15_000, 7, { c: 0.9 }),
    item(2, 10_000, 4, { c: 0 }),
  ];
  assert.deepEqual(pairs(items, attribute, 5_000), [
    [7, 0.9],
    [3, 0.5],
  ]);
  assert.deepEqual(pairs(items, attribute, 15_000), [
    [7, 0.9],
    [3, 0.25],
  ]);
});

test('values are the same when they are equal as a whole, data of links included', () => {
  const spec = { type: 'observations', multi_value: true, data_type: 'link<other,int>' };
  const attribute = attributeWith(spec);
  const link = (data: number) => ({ eid: 'x', data });
  const items = [item(0, 9, link(1)), item(0, 9, link(2)), item(0, 9, link(1))];
  assert.deepEqual(
    valuesAt(items, attribute, 5).map((one) => one.v),
    [link(1), link(2)],
  );
});

test('with expire_time the last item keeps its confidence for so long after t2', () => {
  const attribute = observedInts({ expire_time: '10s' });
  const items = [item(0, 90_000, 1, { c: 0.4 }), item(50_000, 60_000, 2, { c: 0.7 })];
  assert.deepEqual(pairs(items, attribute, 60_000), [[2, 0.7]]);
  // The last item is the one with the greatest t2, not the one that began last.
  assert.deepEqual(pairs(items, attribute, 65_000), [[1, 0.4]]);
  assert.deepEqual(pairs(items, attribute, 100_000), [[1, 0.4]]);
  assert.deepEqual(pairs(items, attribute, 100_001), []);
});

test('with expire_time inf there is a value from the first item on, gaps included', () => {
  const attribute = observedInts({ expire_time: 'inf', post_validity: '4s' });
  const items = [item(0, 10_000, 1, { c: 0.5 }), item(50_000, 60_000, 2)];
  assert.deepEqual(pairs(items, attribute, -1), []);
  assert.deepEqual(pairs(items, attribute, 12_000), [[1, 0.5]]);
  assert.deepEqual(pairs(items, attribute, 49_999), [[1, 0.5]]);
  assert.deepEqual(pairs(items, attribute, 1e15), [[2, 1]]);
});

test('each value of a multi-value attribute expires by itself', () => {
  const attribute = observedInts({ expire_time: '5s' }, { multi_value: true });
  const items = [item(0, 1_000, 1), item(0, 3_000, 2)];
  assert.deepEqual(pairs(items, attribute, 5_000), [
    [1, 1],
    [2, 1],
  ]);
  assert.deepEqual(pairs(items, attribute, 7_000), [[2, 1]]);
});

test('what was chosen from can be told, with what it was worth', () => {
  const attribute = observedInts({ post_validity: '10s' });
  const items = [item(0, 10_000, 1, { src: 'a' }), item(12_000, 20_000, 2, { src: 'b' })];
  assert.deepEqual(
    candidatesAt(items, attribute, 15_000).map(({ item: one, confidence }) => [
      one.src,
      confidence,
    ]),
    [
      ['a', 0.5],
      ['b', 1],
    ],
  );
});

test('until the next change the values stay as they are', () => {
  const items = fc.array(
    fc
      .tuple(fc.nat(50), fc.nat(20), fc.nat(2), fc.constantFrom(0, 0.5, 1))
      .map(([t1, length, v, c]) => item(t1 * 1_000, (t1 + length) * 1_000, v, { c })),
    { maxLength: 6 },
  );
  const ms = fc.constantFrom(0, 3, 7);
  const expire = fc.constantFrom(undefined, 2, 'inf');
  fc.assert(
    fc.property(items, ms, ms, expire, fc.boolean(), (list, pre, post, end, multi) => {
      const history = { pre_validity: pre, post_validity: post, ...(end && { expire_time: end }) };
      const attribute = observedInts(history, { multi_value: multi });
      let t = -10_000;
      let steps = 0;
      for (let next = nextChangeAt(list, attribute, t); ; next = nextChangeAt(list, attribute, t)) {
        const end = Math.min(next ?? t + 100_000, t + 100_000);
        for (const at of [t, Math.floor((t + end) / 2), end - 1])
          assert.deepEqual(pairs(list, attribute, Math.max(t, at)), pairs(list, attribute, t));
        if (next === undefined) break;
        assert.ok(next > t);
        // Ramps change each ms: the rest of one is passed over.
        t = next === t + 1 && ++steps % 2 === 0 ? next + 900 : next;
      }
    }),
    { numRuns: 40 },
  );
});
