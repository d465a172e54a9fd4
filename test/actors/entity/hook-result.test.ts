/**
 * What hooks return, read item by item: the good is kept, the bad is told.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHookResult } from '../../../actors/entity/hook-result.js';
import { PLATFORM_LIMITS } from '../../../actors/limits.js';
import { assignNumbers, ModelNumbers, NO_NUMBERS } from '../../../stores/internal.js';
import { hookModel } from '../../support/hook-model.js';

const model = hookModel();
const numbers = ModelNumbers.of(assignNumbers(NO_NUMBERS, model), model);
const read = (returned: unknown) => readHookResult(returned, { model, numbers });
const etype = numbers.etypeNo('host');
const no = (attr: string): number => numbers.attrNo('host', attr);
const eid = '192.0.2.1';

function faultsOf(item: unknown): readonly string[] {
  const { tasks, faults } = read([item]);
  assert.deepEqual(tasks, []);
  return faults;
}

test('nothing, an empty list and what is no list are no tasks and no fault', () => {
  for (const returned of [undefined, null, [], new Map(), 7, 'tasks', true, { ok: 1 }])
    assert.deepEqual(read(returned), { tasks: [], faults: [] });
});

test('a task that stands outside a list is told, since its author meant it', () => {
  const { tasks, faults } = read({ etype: 'host', eid });
  assert.deepEqual(tasks, []);
  assert.deepEqual(faults, ['expected a list of tasks, got one task']);
});

test('a good task becomes numbers and stored values', () => {
  const dataPoints = [
    { attr: 'name', v: 'edge' },
    { attr: 'ip', v: '192.0.2.9', t1: 1_000, t2: new Date(2_000), c: 0.5, src: 'geo' },
  ];
  assert.deepEqual(read([{ etype: 'host', eid: 3221225985, dataPoints }]), {
    tasks: [
      {
        etype,
        eid,
        points: [
          { attr: no('name'), v: 'edge', t1: 0, t2: 0, c: 1, src: undefined },
          { attr: no('ip'), v: '192.0.2.9', t1: 1_000, t2: 2_000, c: 0.5, src: 'geo' },
        ],
      },
    ],
    faults: [],
  });
});

test('a data-point may be passed on as the hook got it', () => {
  const point = { etype: 'host', eid, attr: 'name', v: 'a', t1: 0, t2: 0, c: 1, src: undefined };
  const { tasks, faults } = read([{ etype: 'host', eid, dataPoints: [point] }]);
  assert.deepEqual(faults, []);
  assert.equal(tasks[0]?.points.length, 1);
});

test('a data-point that says it is of another entity is dropped', () => {
  const of = (more: object) =>
    faultsOf({ etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'a', ...more }] });
  assert.deepEqual(of({ etype: 'user' }), [
    '[0].dataPoints[0].etype: expected "host", as its task, got "user"',
  ]);
  assert.deepEqual(of({ eid: '192.0.2.2' }), [
    '[0].dataPoints[0].eid: expected 192.0.2.1, as its task, got "192.0.2.2"',
  ]);
});

test('bad data-points are dropped and good ones of the same task kept', () => {
  const dataPoints = [
    { attr: 'nope', v: 1 },
    { attr: 'name', v: 7 },
    { attr: 'name', v: 'good' },
    { attr: 'ip', v: '192.0.2.9' },
    null,
    { attr: 'name', v: 'x', t2: 5 },
  ];
  const { tasks, faults } = read([{ etype: 'host', eid, dataPoints }]);
  assert.deepEqual(
    tasks[0]?.points.map((point) => point.v),
    ['good'],
  );
  assert.deepEqual(faults, [
    `[0].dataPoints[0]: Value error, Combination of type 'host' and attr 'nope' doesn't exist, got object`,
    '[0].dataPoints[1].v: Input should be a valid string, got 7',
    '[0].dataPoints[3].t1: Field required, got object',
    '[0].dataPoints[4]: expected a data-point, got null',
    '[0].dataPoints[5].t2: Input should be None, got 5',
  ]);
});

test('a task of which nothing is good is dropped, and the tasks beside it are kept', () => {
  const { tasks, faults } = read([
    { etype: 'host', eid, dataPoints: [{ attr: 'name', v: 1 }] },
    { etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'a' }] },
  ]);
  assert.equal(tasks.length, 1);
  assert.equal(faults.length, 1);
});

test('what is wrong with the head of a task is told with its place', () => {
  assert.deepEqual(faultsOf(7), ['[0]: expected a task, got 7']);
  assert.deepEqual(faultsOf({ etype: 'hots', eid }), [
    '[0].etype: expected an entity type of the model, got "hots"',
  ]);
  assert.deepEqual(faultsOf({ etype: 'host', eid: 'x' }), [
    '[0].eid: Input is not a valid IPv4 address, got "x"',
  ]);
  assert.deepEqual(faultsOf({ etype: 'host', eid, delete: 1 }), [
    '[0].delete: expected true or false, got 1',
  ]);
  assert.deepEqual(faultsOf({ etype: 'host', eid, dataPoints: 'a' }), [
    '[0].dataPoints: expected a list, got "a"',
  ]);
});

test('a task that says nothing is told', () => {
  const empty = ['[0]: expected dataPoints, ttlTokens or delete, got none of them'];
  assert.deepEqual(faultsOf({ etype: 'host', eid }), empty);
  assert.deepEqual(faultsOf({ etype: 'host', eid, dataPoints: [], delete: false }), empty);
});

test('a delete is a delete, whatever stands beside it', () => {
  assert.deepEqual(read([{ etype: 'host', eid, delete: true }]), {
    tasks: [{ etype, eid, points: [], isDelete: true }],
    faults: [],
  });
  const { tasks, faults } = read([
    { etype: 'host', eid, delete: true, dataPoints: [{ attr: 'name', v: 'a' }] },
  ]);
  assert.deepEqual(tasks, [{ etype, eid, points: [], isDelete: true }]);
  assert.deepEqual(faults, [
    '[0]: expected a delete alone, got data-points or ttlTokens beside it',
  ]);
});

test('tokens are times by name: numbers are ms, and a bad one is dropped', () => {
  const ttlTokens = { seen: 5_000, date: new Date(7_000), text: '2026-01-01T00:00:00Z', bad: 'x' };
  const { tasks, faults } = read([{ etype: 'host', eid, ttlTokens }]);
  assert.deepEqual(tasks, [
    { etype, eid, points: [], ttl: { seen: 5_000, date: 7_000, text: Date.UTC(2026, 0) } },
  ]);
  assert.deepEqual(faults, ['[0].ttlTokens.bad: expected a time, got "x"']);
  assert.deepEqual(faultsOf({ etype: 'host', eid, ttlTokens: [1] }), [
    '[0].ttlTokens: expected an object of times by name, got array of 1',
  ]);
});

test('a result that throws when it is looked at keeps what came before it', () => {
  const good = { etype: 'host', eid, delete: true };
  const bad = {
    get etype(): string {
      throw new Error('no');
    },
  };
  const { tasks, faults } = read([good, bad, good]);
  assert.equal(tasks.length, 1);
  assert.deepEqual(faults, ['expected plain tasks, got one that throws: Error']);
});

test('more tasks than anybody looks at are told', () => {
  const many = Array.from({ length: PLATFORM_LIMITS.hookTasksMax + 2 }, () => {
    return { etype: 'host', eid, delete: true };
  });
  const { tasks, faults } = read(many);
  assert.equal(tasks.length, PLATFORM_LIMITS.hookTasksMax);
  assert.deepEqual(faults, ['expected at most 10000 tasks, got 10002']);
});

test('whatever a hook returns, reading it does not throw, and each item is a task or a fault', () => {
  const item = fc.oneof(
    fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
    fc.record({
      etype: fc.constantFrom('host', 'user', 'none'),
      eid: fc.oneof(fc.ipV4(), fc.integer(), fc.anything()),
      dataPoints: fc.array(
        fc.record({ attr: fc.constantFrom('name', 'ip', 'load', 'x'), v: fc.anything() }),
      ),
    }),
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 5 }), (returned) => {
      const { tasks, faults } = read(returned);
      assert.ok(tasks.length + faults.length >= returned.length);
    }),
    { numRuns: 300 },
  );
});
