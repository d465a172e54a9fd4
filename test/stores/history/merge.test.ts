import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeItems } from '../../../stores/history/merge.js';
import { insertItems } from '../../../stores/history/timeline.js';
import type { Item } from '../../../stores/record.js';
import { observedInts } from '../../support/stored-entity.js';

function item(t1: number, t2: number, v: unknown, more: Partial<Item> = {}): Item {
  return { t1, t2, v, c: 1, seq: t1, weight: 1, src: undefined, hook: undefined, ...more };
}

const spans = (items: readonly Item[]) => items.map(({ t1, t2, v }) => [t1, t2, v]);

test('equal neighbours that touch become one, at zero validity too', () => {
  const items = [item(0, 10, 1, { c: 0.5 }), item(10, 20, 1), item(21, 30, 1)];
  const merged = mergeItems(items, observedInts());
  assert.deepEqual(spans(merged), [
    [0, 20, 1],
    [21, 30, 1],
  ]);
  assert.equal(merged[0]?.c, 0.75);
  assert.equal(merged[0]?.weight, 2);
});

test('validities on both sides close a gap', () => {
  const items = [item(0, 1_000, 1), item(9_000, 9_500, 1)];
  const merge = (pre: number, post: number) =>
    mergeItems(items, observedInts({ pre_validity: pre, post_validity: post })).length;
  assert.deepEqual(
    [merge(4, 4), merge(4, 3), merge(0, 8), merge(8, 0), merge(0, 7)],
    [1, 2, 1, 1, 2],
  );
});

test('a different value in between keeps equal ones apart, unless several are valid at once', () => {
  const items = [item(0, 100, 1), item(10, 20, 2), item(30, 40, 1)];
  assert.equal(mergeItems(items, observedInts()), items);
  assert.deepEqual(spans(mergeItems(items, observedInts({}, { multi_value: true }))), [
    [0, 100, 1],
    [10, 20, 2],
  ]);
});

test('each data-point counts once however the merging went', () => {
  const attribute = observedInts();
  const three = [1, 0.5, 0].map((c, place) => item(place, place + 1, 7, { c }));
  const atOnce = mergeItems(three, attribute);
  const inSteps = mergeItems([...mergeItems(three.slice(0, 2), attribute), three[2]!], attribute);
  assert.equal(atOnce[0]?.c, 0.5);
  assert.deepEqual(inSteps, atOnce);
});

test('items of different sources or hooks are never merged, yet do not part those of one', () => {
  const items = [
    item(0, 10, 1, { src: 'a' }),
    item(1, 10, 1, { src: 'b' }),
    item(2, 10, 1, { src: 'a', hook: 'geo.locate' }),
    item(5, 20, 1, { src: 'a' }),
    item(6, 20, 1, { src: 'b' }),
  ];
  const merged = mergeItems(items, observedInts());
  assert.deepEqual(
    merged.map(({ t1, t2, src, hook, weight }) => [t1, t2, src, hook, weight]),
    [
      [0, 20, 'a', undefined, 2],
      [1, 20, 'b', undefined, 2],
      [2, 10, 'a', 'geo.locate', 1],
    ],
  );
});

const many = fc.array(
  fc.record({
    t1: fc.nat(60),
    length: fc.nat(10),
    v: fc.nat(2),
    c: fc.constantFrom(0, 0.25, 0.5, 1),
    src: fc.constantFrom(undefined, 'a', 'b'),
  }),
  { maxLength: 30 },
);
const listOf = (
  points: { t1: number; length: number; v: number; c: number; src: string | undefined }[],
) =>
  insertItems(
    [],
    points.map(({ t1, length, v, c, src }, seq) => item(t1, t1 + length, v, { c, src, seq })),
  );

test('merging in order, in any steps, gives what merging all at once gives', () => {
  fc.assert(
    fc.property(many, fc.boolean(), fc.array(fc.nat(30)), (points, multi, stops) => {
      const attribute = observedInts({}, { multi_value: multi });
      const items = listOf(points);
      const atOnce = mergeItems(items, attribute);
      let inSteps: readonly Item[] = [];
      for (const [place, one] of items.entries()) {
        inSteps = [...inSteps, one];
        if (stops.includes(place)) inSteps = mergeItems(inSteps, attribute);
      }
      inSteps = mergeItems(inSteps, attribute);
      assert.deepEqual(inSteps.map(rounded), atOnce.map(rounded));
    }),
  );
});

test('merging loses no data-point and no time, and mixes no values or sources', () => {
  fc.assert(
    fc.property(many, fc.boolean(), (points, multi) => {
      const items = listOf(points);
      const merged = mergeItems(items, observedInts({}, { multi_value: multi }));
      assert.equal(
        merged.reduce((sum, one) => sum + one.weight, 0),
        items.length,
      );
      for (const one of items) {
        const holder = merged.find(
          (whole) =>
            whole.v === one.v && whole.src === one.src && whole.t1 <= one.t1 && whole.t2 >= one.t2,
        );
        assert.ok(holder, JSON.stringify(one));
      }
    }),
  );
});

function rounded(one: Item): Item {
  return { ...one, c: Math.round(one.c * 1e9) };
}
