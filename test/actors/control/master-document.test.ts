/** Documents of DP³'s master collections as data-points and tokens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMasterDocument } from '../../../actors/control/cli/master-document.js';

const DATE = { $date: '2024-01-01T00:00:00Z' };
const LATER = { $date: { $numberLong: '1704067260000' } };
const [T1, T2] = ['2024-01-01T00:00:00Z', '2024-01-01T00:01:00Z'];

function points(document: unknown): unknown[] {
  const { points, faults } = readMasterDocument('dev', document);
  assert.deepEqual(faults, []);
  return points.map(({ point }) => point);
}

function faults(document: unknown): Record<string, string> {
  const read = readMasterDocument('dev', document);
  return Object.fromEntries(read.faults.map(({ loc, reason }) => [loc, reason]));
}

test('each value of the profile is a data-point, with the times and the confidence it had', () => {
  const document = {
    _id: 'dev-1',
    '#hash': 41712,
    '#revision': 7,
    '#time_created': DATE,
    '#min_t2s': { ip: DATE },
    hostname: { v: 'edge-01', ts_last_update: DATE },
    ip: [
      { t1: DATE, t2: LATER, v: '192.0.2.10', c: { $numberDouble: '0.93' } },
      { t1: DATE, t2: LATER, v: '192.0.2.11' },
    ],
    traffic: [
      { t1: DATE, t2: LATER, v: { bytes: [1, { $numberLong: '2' }], time: [DATE, LATER] } },
    ],
  };
  const of = { type: 'dev', id: 'dev-1' };
  assert.deepEqual(points(document), [
    { ...of, attr: 'hostname', v: 'edge-01' },
    { ...of, attr: 'ip', t1: T1, t2: T2, v: '192.0.2.10', c: 0.93 },
    { ...of, attr: 'ip', t1: T1, t2: T2, v: '192.0.2.11' },
    { ...of, attr: 'traffic', t1: T1, t2: T2, v: { bytes: [1, 2], time: [T1, T2] } },
  ]);
});

test('each data-point knows its place in the document', () => {
  const { points } = readMasterDocument('dev', { _id: 1, a: { v: 1 }, b: [{ v: 1 }, { v: 2 }] });
  assert.deepEqual(
    points.map(({ place }) => place),
    ['a', 'b.0', 'b.1'],
  );
});

for (const [name, id, eid] of [
  ['text', 'a/b', 'a/b'],
  ['a number', 5, 5],
  ['an int', { $numberInt: '5' }, 5],
  ['an address', { $binary: { base64: 'wAACCg==', subType: '80' } }, '192.0.2.10'],
  ['a MAC address', { $binary: 'AAECAwQF', $type: '81' }, '00:01:02:03:04:05'],
] as const) {
  test(`an entity may be known by ${name}`, () => {
    assert.deepEqual(points({ _id: id, a: { v: true } }), [
      { type: 'dev', id: eid, attr: 'a', v: true },
    ]);
  });
}

test('links keep the entity they lead to, and their data', () => {
  const to = { $binary: { base64: 'wAACCg==', subType: '80' } };
  assert.deepEqual(points({ _id: 1, peers: { v: [{ eid: to, data: { $numberInt: '3' } }] } }), [
    { type: 'dev', id: 1, attr: 'peers', v: [{ eid: '192.0.2.10', data: 3 }] },
  ]);
});

test('tokens of the lifetime come with the entity', () => {
  const { tokens, faults } = readMasterDocument('dev', {
    _id: { $numberLong: '7' },
    '#ttl': { base: DATE, data: LATER },
  });
  assert.deepEqual(tokens, { etype: 'dev', eid: '7', tokens: { base: T1, data: T2 } });
  assert.deepEqual(faults, []);
});

test('an entity of which nothing is known is neither a data-point nor a fault', () => {
  assert.deepEqual(readMasterDocument('dev', { _id: 1, '#ttl': {} }), {
    points: [],
    tokens: undefined,
    faults: [],
  });
});

test('what cannot be read is a fault with its place; the rest counts', () => {
  const document = {
    _id: 1,
    bare: 5,
    empty: {},
    good: { v: 1 },
    list: [{ v: { $oid: 'x' } }, { t1: { $date: 'x' }, v: 1 }, 7, { t1: DATE }, { t1: DATE, v: 2 }],
    '#ttl': { base: 'never', data: DATE },
  };
  const { points, tokens } = readMasterDocument('dev', document);
  assert.deepEqual(
    points.map(({ place }) => place),
    ['good', 'list.4'],
  );
  assert.deepEqual(tokens?.tokens, { data: T1 });
  assert.deepEqual(Object.keys(faults(document)), [
    'bare',
    'empty',
    'list.0.v',
    'list.1.t1',
    'list.2',
    'list.3',
    '#ttl.base',
  ]);
});

test('a document without an id, or that is none, is one fault', () => {
  assert.deepEqual(Object.keys(faults({ a: { v: 1 } })), ['_id']);
  assert.deepEqual(Object.keys(faults({ _id: { $oid: 'x' }, a: { v: 1 } })), ['_id']);
  assert.deepEqual(Object.keys(faults({ _id: { x: 1 }, a: { v: 1 } })), ['_id']);
  assert.deepEqual(Object.keys(faults([])), ['']);
  assert.match(faults({ _id: 1, '#ttl': 5 })['#ttl'] ?? '', /expected \{name: time\}, got 5/);
});
