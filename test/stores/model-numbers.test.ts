/**
 * Numbers of entity types and attributes: given once, never to two things, never to what is stored in another form.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignNumbers, ModelNumbers, NO_NUMBERS } from '../../stores/model-numbers.js';
import { createModel, type Model } from '../../stores/schema/model.js';

function modelOf(attribs: Record<string, string>, id = 'host', idType = 'string'): Model {
  const model = createModel([
    {
      entity: { id, id_data_type: idType, name: id, snapshot: false },
      attribs: Object.fromEntries(
        Object.entries(attribs).map(([attr, data_type]) => [
          attr,
          { name: attr, description: attr, type: 'plain', data_type },
        ]),
      ),
    },
  ]);
  assert.ok(!Array.isArray(model), JSON.stringify(model));
  return model;
}

test('a first model gets numbers from 0, and the same model again changes nothing', () => {
  const model = modelOf({ a: 'string', b: 'int' });
  const form = assignNumbers(NO_NUMBERS, model);
  const numbers = ModelNumbers.of(form, model);
  assert.equal(numbers.schema, 1);
  assert.deepEqual([numbers.etypeNo('host'), numbers.attrNo('host', 'b')], [0, 1]);
  assert.equal(numbers.attributeOf(0, 0)?.id, 'a');
  assert.equal(assignNumbers(form, model), form);
  assert.equal(assignNumbers(JSON.parse(JSON.stringify(form)), model).schema, 1);
});

test('a retyped attribute gets a new number, and its old one means nothing any more', () => {
  const before = assignNumbers(NO_NUMBERS, modelOf({ a: 'string', b: 'int' }));
  const retyped = modelOf({ a: 'int', b: 'int' });
  const form = assignNumbers(before, retyped);
  const numbers = ModelNumbers.of(form, retyped);
  assert.equal(form.schema, 2);
  assert.deepEqual([numbers.attrNo('host', 'a'), numbers.attrNo('host', 'b')], [2, 1]);
  assert.equal(numbers.attributeOf(0, 0), undefined);
  const back = modelOf({ a: 'string', b: 'int' });
  assert.equal(ModelNumbers.of(assignNumbers(form, back), back).attrNo('host', 'a'), 3);
});

test('an attribute that was removed and comes back has a new number', () => {
  const [both, one] = [modelOf({ a: 'string', b: 'int' }), modelOf({ b: 'int' })];
  const without = assignNumbers(assignNumbers(NO_NUMBERS, both), one);
  assert.equal(ModelNumbers.of(without, one).attributeOf(0, 0), undefined);
  const again = assignNumbers(without, both);
  assert.equal(ModelNumbers.of(again, both).attrNo('host', 'a'), 2);
  assert.deepEqual([without.schema, again.schema], [2, 3]);
});

test('another id type makes another entity type of it, since its keys would be others', () => {
  const before = assignNumbers(NO_NUMBERS, modelOf({ a: 'string' }));
  const model = modelOf({ a: 'string' }, 'host', 'int');
  const numbers = ModelNumbers.of(assignNumbers(before, model), model);
  assert.equal(numbers.etypeNo('host'), 1);
  assert.equal(numbers.entityOf(0), undefined);
});

test('what has no number is refused by name', () => {
  const numbers = ModelNumbers.of(NO_NUMBERS, modelOf({ a: 'string' }));
  assert.throws(() => numbers.etypeNo('host'), { code: 'MODEL_INVALID', message: /host/ });
  assert.throws(() => numbers.attrNo('host', 'a'), { code: 'MODEL_INVALID', message: /host\.a/ });
});
