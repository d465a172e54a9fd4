import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentValues } from '../../stores/history/current-values.js';
import { itemsBetween } from '../../stores/history/history-between.js';
import { removeLinks } from '../../stores/remove-links.js';
import { StoredEntity, thingWith } from '../support/stored-entity.js';

const ENTITY = thingWith({
  one: { type: 'plain', data_type: 'link<other>' },
  many: { type: 'plain', data_type: 'array<link<other,int>>' },
  seen: { type: 'observations', data_type: 'link<other>', history_params: { aggregate: false } },
});

/** Whether anything was removed. */
function remove(stored: StoredEntity, attr: string, eid: string): boolean {
  const attribute = ENTITY.attributes.get(attr)!;
  const number = stored.attrNo('thing', attr);
  const { readChunks } = stored;
  const chunks = removeLinks(stored.record, { attribute, number, eid, readChunks });
  stored.write(chunks ?? []);
  return chunks !== undefined;
}

test('a plain link goes only if it still points to the deleted entity', () => {
  const stored = new StoredEntity(ENTITY);
  stored.apply([{ attr: 'one', t1: 0, t2: 0, v: { eid: 'a' }, c: 1 }]);
  assert.equal(remove(stored, 'one', 'b'), false);
  assert.deepEqual(currentValues(stored.stored, 0), { eid: 'x', one: { eid: 'a' } });
  assert.equal(remove(stored, 'one', 'a'), true);
  assert.deepEqual(currentValues(stored.stored, 0), { eid: 'x' });
  assert.equal(remove(stored, 'one', 'a'), false);
  assert.equal(stored.record.revision, 2);
});

test('a list loses the elements that point there, and goes with the last', () => {
  const stored = new StoredEntity(ENTITY);
  const v = ['a', 'b', 'a'].map((eid, data) => ({ eid, data }));
  stored.apply([{ attr: 'many', t1: 0, t2: 0, v, c: 1 }]);
  assert.equal(remove(stored, 'many', 'a'), true);
  assert.deepEqual(currentValues(stored.stored, 0).many, [{ eid: 'b', data: 1 }]);
  remove(stored, 'many', 'b');
  assert.equal(Object.hasOwn(currentValues(stored.stored, 0), 'many'), false);
});

test('observed links go from the whole history, chunks included', () => {
  const stored = new StoredEntity(ENTITY);
  for (let t1 = 0; t1 < 90; t1++)
    stored.apply([{ attr: 'seen', t1, t2: t1, v: { eid: t1 % 3 === 0 ? 'a' : 'b' }, c: 1 }]);
  const left = (eid: string) =>
    itemsBetween(stored.stored, ENTITY.attributes.get('seen')!, { from: 0, to: 100 }).filter(
      (item) => (item.v as { eid: string }).eid === eid,
    ).length;
  assert.equal(left('a'), 30);
  assert.equal(remove(stored, 'seen', 'a'), true);
  assert.deepEqual([left('a'), left('b')], [0, 60]);
  assert.equal(remove(stored, 'seen', 'b'), true);
  assert.deepEqual(
    [stored.chunks.size, stored.record.items.size, stored.record.spilled.size],
    [0, 0, 0],
  );
  assert.equal(remove(stored, 'seen', 'b'), false);
});
