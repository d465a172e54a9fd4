import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { idOfCursor, listCursor } from '../../../actors/entity/list-cursor.js';
import { createModel, type EntityType, type Model } from '../../../stores/internal.js';

function typeWith(idType: string): EntityType {
  const entity = { id: 'e', id_data_type: idType, name: 'E', snapshot: true };
  return (createModel([{ entity, attribs: {} }]) as Model).entities.get('e')!;
}

test('the id of a cursor is the one it was made of, and no cursor of another spelling is taken', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (eid) => {
      assert.equal(idOfCursor(typeWith('string'), listCursor(eid)), eid);
    }),
  );
  assert.equal(idOfCursor(typeWith('int'), listCursor(-5)), -5);
  assert.equal(idOfCursor(typeWith('int'), listCursor('05')), undefined);
  assert.equal(idOfCursor(typeWith('mac'), listCursor('AA-BB-CC-DD-EE-FF')), undefined);
});

test('no text makes it throw, and what is no id of the type is no cursor', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom('string', 'int', 'ipv4', 'ipv6', 'mac'),
      (text, type) => {
        const eid = idOfCursor(typeWith(type), text);
        if (eid !== undefined) assert.equal(listCursor(eid), text);
      },
    ),
  );
  assert.equal(idOfCursor(typeWith('ipv4'), listCursor('host')), undefined);
});
