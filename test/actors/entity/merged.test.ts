import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { merged } from '../../../actors/entity/merged.js';

const ascending = (a: number, b: number): number => a - b;

test('several sorted sequences merged are all their values, sorted', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer())), (lists) => {
      const sorted = lists.map((list) => [...list].sort(ascending));
      assert.deepEqual([...merged(sorted, ascending)], lists.flat().sort(ascending));
    }),
  );
});

test('leaving early ends every source that is not at its end', () => {
  const ended: number[] = [];
  function* counting(name: number) {
    try {
      for (let value = 0; ; value++) yield value;
    } finally {
      ended.push(name);
    }
  }
  for (const value of merged([counting(1), [], counting(2)], ascending)) if (value === 3) break;
  assert.deepEqual(ended.sort(), [1, 2]);
});
