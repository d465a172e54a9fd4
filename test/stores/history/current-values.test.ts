import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentValues,
  explainValue,
  printValues,
} from '../../../stores/history/current-values.js';
import { StoredEntity, thingWith } from '../../support/stored-entity.js';

const ENTITY = thingWith({
  name: { type: 'plain', data_type: 'string' },
  seen: { type: 'plain', data_type: 'time' },
  size: { type: 'observations', data_type: 'int64' },
  when: { type: 'observations', data_type: 'time', multi_value: true },
  load: {
    type: 'timeseries',
    timeseries_type: 'irregular',
    timeseries_params: {},
    series: { x: { data_type: 'int' } },
  },
});

function filled(): StoredEntity {
  const stored = new StoredEntity(ENTITY);
  const common = { t1: 0, t2: 10, c: 1 };
  stored.apply([{ ...common, attr: 'name', v: 'edge-01', src: 'a', t2: 0 }], { receivedAt: 7 });
  stored.apply([
    { ...common, attr: 'seen', v: 1_704_067_200_000, t2: 0 },
    { ...common, attr: 'size', v: 2n ** 60n, c: 0.5, src: 'a' },
    { ...common, attr: 'when', v: 0 },
    { ...common, attr: 'when', v: 1_000, c: 0.25 },
    { ...common, attr: 'load', v: { series: { x: [1], time: [5] } } },
  ]);
  stored.apply([{ ...common, attr: 'size', v: 3n, t1: 5, c: 0.8 }], { hook: 'sizes.guess' });
  return stored;
}

test('the values of an entity are those of its attributes at that instant, with their confidence', () => {
  const { stored } = filled();
  assert.deepEqual(currentValues(stored, 3), {
    eid: 'x',
    name: 'edge-01',
    seen: 1_704_067_200_000,
    size: 2n ** 60n,
    'size#c': 0.5,
    when: [0, 1_000],
    'when#c': [1, 0.25],
  });
  assert.deepEqual(currentValues(stored, 11), {
    eid: 'x',
    name: 'edge-01',
    seen: 1_704_067_200_000,
  });
});

test('values are printed as the API shows them', () => {
  const printed = printValues(ENTITY, currentValues(filled().stored, 3));
  assert.equal(printed.seen, '2024-01-01T00:00:00Z');
  assert.deepEqual(printed.when, ['1970-01-01T00:00:00Z', '1970-01-01T00:00:01Z']);
  assert.equal(printed['size#c'], 0.5);
  assert.equal(printed.eid, 'x');
});

test('a value is explained by the items it was chosen from, their sources and hooks', () => {
  const { stored } = filled();
  const explain = (attr: string, t: number) =>
    explainValue(stored, ENTITY.attributes.get(attr)!, t).map((one) => [
      one.v,
      one.confidence,
      one.isValue,
      one.seq,
      one.src,
      one.hook,
    ]);
  assert.deepEqual(explain('size', 7), [
    [2n ** 60n, 0.5, false, 4, 'a', undefined],
    [3n, 0.8, true, 6, undefined, 'sizes.guess'],
  ]);
  assert.deepEqual(explain('name', 0), [['edge-01', undefined, true, 2, 'a', undefined]]);
  assert.deepEqual(explain('size', 99), []);
  assert.deepEqual(explain('load', 5), []);
});

test('of an entity nobody has told anything about only the id is known', () => {
  assert.deepEqual(currentValues(new StoredEntity(ENTITY).stored, 0), { eid: 'x' });
});
