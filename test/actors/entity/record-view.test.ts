/**
 * Tasks, data-points and records as hooks see them.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hookPointOf, hookTaskOf } from '../../../actors/entity/hook-task.js';
import { recordViewOf } from '../../../actors/entity/record-view.js';
import { hasCode } from '../../../core/index.js';
import {
  assignNumbers,
  type Chunk,
  type Item,
  ModelNumbers,
  NO_NUMBERS,
  newRecord,
} from '../../../stores/internal.js';
import { hookModel } from '../../support/hook-model.js';

const model = hookModel();
const numbers = ModelNumbers.of(assignNumbers(NO_NUMBERS, model), model);
const host = model.entities.get('host')!;
const etype = numbers.etypeNo('host');
const no = (attr: string): number => numbers.attrNo('host', attr);
const eid = '192.0.2.1';

test('a task of the log has names in place of numbers', () => {
  const points = [{ attr: no('name'), v: 'a', t1: 0, t2: 0, c: 1, src: 'x' }];
  assert.deepEqual(hookTaskOf(host, { etype, eid, points, ttl: { base: 5 } }, numbers), {
    etype: 'host',
    eid,
    dataPoints: [{ etype: 'host', eid, attr: 'name', v: 'a', t1: 0, t2: 0, c: 1, src: 'x' }],
    ttlTokens: { base: 5 },
    isDelete: false,
    isRefresh: false,
  });
});

test('data-points of attributes that the model no longer has are left out', () => {
  const points = [{ attr: 99, v: 'a', t1: 0, t2: 0, c: 1 }];
  assert.deepEqual(hookTaskOf(host, { etype, eid, points }, numbers).dataPoints, []);
});

test('of a timeseries a hook sees the lists, as they may be given again', () => {
  const points = [{ attr: no('load'), v: { series: { cpu: [1, 2] } }, t1: 0, t2: 600_000, c: 1 }];
  const { dataPoints } = hookTaskOf(host, { etype, eid, points }, numbers);
  assert.deepEqual(dataPoints[0]?.v, { cpu: [1, 2] });
});

test('values are frozen to their depth, since they are what will be stored', () => {
  const v = [{ eid: 'x', more: [1] }];
  const point = { attr: no('peers'), v, t1: 0, t2: 0, c: 1 };
  const seen = hookPointOf(host.attributes.get('peers')!, { etype, eid, points: [] }, point);
  assert.equal(seen.v, v);
  assert.throws(() => v[0]!.more.push(3), TypeError);
  assert.throws(() => {
    v[0]!.eid = 'y';
  }, TypeError);
});

function view(options: { items?: Item[]; chunks?: Chunk[]; hosts?: string[]; now?: number }) {
  const record = newRecord(1_000);
  record.plain.set(no('name'), { v: 'edge', at: 1, seq: 1 });
  if (options.items !== undefined) {
    record.items.set(no('ip'), options.items);
    record.items.set(no('ports'), options.items);
  }
  const asked: unknown[] = [];
  const seen = recordViewOf({
    entity: host,
    eid,
    record,
    numbers,
    now: options.now ?? 5_000,
    chunks: (attr, range) => {
      asked.push([attr, range]);
      return options.chunks ?? [];
    },
    mirrored: () => (options.hosts ?? []).map((one) => ({ eid: one })),
  });
  return { seen, asked };
}

const item = (t1: number, t2: number, v: unknown, c = 1): Item => {
  return { t1, t2, v, c, seq: 1, weight: 1 };
};

test('a view gives plain values with full confidence and no history', () => {
  const { seen } = view({});
  assert.deepEqual([seen.etype, seen.eid, seen.createdAt], ['host', eid, 1_000]);
  assert.equal(seen.value('name'), 'edge');
  assert.equal(seen.confidence('name'), 1);
  assert.deepEqual(seen.history('name'), []);
  assert.equal(seen.value('country'), undefined);
  assert.equal(seen.confidence('country'), undefined);
});

test('a view gives observed values at its instant, or at another one', () => {
  const { seen, asked } = view({ items: [item(0, 4_000, 'a', 0.4), item(3_000, 9_000, 'b', 0.9)] });
  assert.equal(seen.value('ip'), 'b');
  assert.equal(seen.confidence('ip'), 0.9);
  assert.equal(seen.value('ip', 2_000), 'a');
  assert.equal(seen.value('ip', 20_000), undefined);
  assert.deepEqual(seen.value('ports', 3_500), ['a', 'b']);
  assert.deepEqual(seen.confidence('ports', 3_500), [0.4, 0.9]);
  assert.deepEqual(asked, [], 'nothing has spilled');
});

test('a view gives the items of a history that touch an interval', () => {
  const { seen } = view({ items: [item(0, 4_000, 'a', 0.4), item(5_000, 9_000, 'b')] });
  assert.deepEqual(seen.history('ip', 4_000, 4_500), [{ t1: 0, t2: 4_000, v: 'a', c: 0.4 }]);
  assert.equal(seen.history('ip').length, 2);
});

test('a mirror has the links that were given, or no value', () => {
  const user = model.entities.get('user')!;
  const mirrored = ['192.0.2.1'];
  const source = {
    entity: user,
    eid: 7,
    record: newRecord(0),
    numbers,
    now: 0,
    chunks: () => [],
    mirrored: () => mirrored.map((one) => ({ eid: one })),
  };
  assert.deepEqual(recordViewOf(source).value('hosts'), [{ eid: '192.0.2.1' }]);
  assert.deepEqual(recordViewOf(source).history('hosts'), []);
  mirrored.pop();
  assert.equal(recordViewOf(source).value('hosts'), undefined);
  assert.equal(recordViewOf(source).confidence('hosts'), undefined);
});

test('an attribute that the entity does not have is refused by name', () => {
  const { seen } = view({});
  assert.throws(
    () => seen.value('nope'),
    (error) => hasCode(error, 'HOOK_INVALID') && /of "host", got "nope"/.test(String(error)),
  );
});
