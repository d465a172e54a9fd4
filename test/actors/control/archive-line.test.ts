/** Lines of DP³'s archives as data-points. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArchiveLine } from '../../../actors/control/cli/archive-line.js';
import { faultyLine } from '../../../actors/control/cli/imported-line.js';

const T1 = '2024-01-01T01:02:03.456';

for (const [form, line, point] of [
  [
    'an observation with its times',
    { type: 'ip', id: '192.0.2.1', attr: 'os', src: 's', v: 'linux', c: 0.5, t1: T1, t2: T1 },
    { type: 'ip', id: '192.0.2.1', attr: 'os', src: 's', v: 'linux', c: 0.5, t1: T1, t2: T1 },
  ],
  [
    'a plain value, whose times and confidence are null',
    { type: 'ip', id: 5, attr: 'a', src: null, v: 'x', c: null, t1: null, t2: null },
    { type: 'ip', id: 5, attr: 'a', v: 'x' },
  ],
  [
    'a value that is null',
    { type: 'ip', id: 5, attr: 'a', v: null },
    { type: 'ip', id: 5, attr: 'a', v: null },
  ],
  [
    'members of other names, which are dropped',
    { _id: 'x', type: 'ip', id: 5, attr: 'a', v: { $set: 1 } },
    { type: 'ip', id: 5, attr: 'a', v: { $set: 1 } },
  ],
  ['an object that lacks everything', {}, {}],
] as const) {
  test(`a line may hold ${form}`, () => {
    assert.deepEqual(readArchiveLine(line), {
      points: [{ place: '', point }],
      tokens: undefined,
      faults: [],
    });
  });
}

for (const line of [null, 5, 'text', [{}]]) {
  test(`${JSON.stringify(line)} is no data-point`, () => {
    const reason = `expected a data-point as an object, got ${JSON.stringify(line)}`;
    assert.deepEqual(readArchiveLine(line), faultyLine('', reason));
  });
}
