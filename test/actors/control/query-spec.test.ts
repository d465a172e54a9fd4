import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  count,
  flag,
  instant,
  oneOf,
  type Parameter,
  readQuery,
  requiredText,
  text,
} from '../../../actors/control/query-spec.js';
import type { InputFault } from '../../../stores/internal.js';

function read<T>(parameter: Parameter<T>, given: string | undefined): T | string {
  const faults: InputFault[] = [];
  const query = readQuery({ it: parameter }, given === undefined ? {} : { it: given }, faults);
  return faults[0]?.type ?? query.it;
}

const TABLE: readonly [
  name: string,
  Parameter<unknown>,
  given: string | undefined,
  expected: unknown,
][] = [
  ['count', count(20), undefined, 20],
  ['count', count(20), '', 20],
  ['count', count(20), '0', 0],
  ['count', count(20), ' 7 ', 7],
  ['count', count(20), '+7', 7],
  ['count', count(20), '-1', 'greater_than_equal'],
  ['count', count(20), '1.5', 'int_parsing'],
  ['count', count(20), '1e3', 'int_parsing'],
  ['count', count(20), '0x10', 'int_parsing'],
  ['count', count(20), '99999999999999999999', 'int_parsing'],
  ['count', count(20, 100), '101', 'less_than_equal'],
  ['instant', instant, undefined, undefined],
  ['instant', instant, '2024-01-01T00:00:00', Date.UTC(2024, 0, 1)],
  ['instant', instant, '2024-01-01T00:00:00Z', Date.UTC(2024, 0, 1)],
  ['instant', instant, '2024-01-01T02:00:00+02:00', Date.UTC(2024, 0, 1)],
  [
    'an instant whose plus sign was not escaped',
    instant,
    '2024-01-01T02:00:00 02:00',
    Date.UTC(2024, 0, 1),
  ],
  ['instant', instant, '1704067200', Date.UTC(2024, 0, 1)],
  ['instant', instant, 'yesterday', 'datetime_from_date_parsing'],
  ['text', text, undefined, undefined],
  ['text', text, '', ''],
  ['text that must be there', requiredText, undefined, 'missing'],
  ['text that must be there', requiredText, '', ''],
  ['flag', flag, undefined, false],
  ['a flag without a value', flag, '', true],
  ['flag', flag, 'True', true],
  ['flag', flag, 'off', false],
  ['flag', flag, '2', 'bool_parsing'],
  ['word', oneOf(['a', 'b'], 'a'), undefined, 'a'],
  ['word', oneOf(['a', 'b'], 'a'), 'b', 'b'],
  ['word', oneOf(['a', 'b'], 'a'), 'A', 'enum'],
];

for (const [name, parameter, given, expected] of TABLE) {
  test(`${name}: ${given === undefined ? 'nothing' : JSON.stringify(given)} is read as ${expected}`, () => {
    assert.deepEqual(read(parameter, given), expected);
  });
}

test('of a parameter given twice the last counts, and unknown ones are ignored', () => {
  const faults: InputFault[] = [];
  const query = readQuery({ skip: count(0) }, { skip: ['1', '2'], other: 'x' }, faults);
  assert.deepEqual([query, faults], [{ skip: 2 }, []]);
});

test('all faults of a query are listed with their places', () => {
  const faults: InputFault[] = [];
  readQuery({ skip: count(0), eid: requiredText }, { skip: 'x' }, faults);
  assert.deepEqual(faults, [
    {
      loc: ['query', 'skip'],
      msg: 'Input should be a valid integer, unable to parse string as an integer',
      type: 'int_parsing',
      input: 'x',
    },
    { loc: ['query', 'eid'], msg: 'Field required', type: 'missing', input: null },
  ]);
});

test('no text makes a parameter throw, and names of every object are no parameters', () => {
  const spec = { a: count(1), b: instant, c: flag, d: oneOf(['x'], undefined) };
  fc.assert(
    fc.property(fc.string(), (given) => {
      readQuery(spec, { a: given, b: given, c: given, d: given }, []);
    }),
  );
  const own: InputFault[] = [];
  assert.deepEqual(
    readQuery({ constructor: text, __proto__: text }, {}, own).constructor,
    undefined,
  );
});
