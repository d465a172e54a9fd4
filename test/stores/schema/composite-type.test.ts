/** Arrays, sets, dicts, categories and links by tables, and against naive models. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { STORE_LIMITS } from '../../../stores/limits.js';
import type { InputFault } from '../../../stores/schema/input-fault.js';
import { stored, typeOf } from '../../support/parsing.js';

const MAC = 'aa:bb:cc:dd:ee:ff';

/** [type, input, stored or faults]. */
const ROWS: readonly [string, unknown, unknown][] = [
  ['array<int>', [1, '2', true], [1, 2, 1]],
  ['array<int>', [], []],
  ['array<int>', [1, 'x', null], '✗ int_parsing 1, int_type 2'],
  ['array<int>', '[1]', '✗ list_type'],
  ['array<int>', { 0: 1 }, '✗ list_type'],
  ['array<int>', new Array(2), '✗ int_type 0, int_type 1'],
  ['array<time>', ['1970-01-01', 1], [0, 1_000]],
  ['array<int64>', [5], [5n]],
  ['array<string>', ['a', 'a'], ['a', 'a']],
  ['set<string>', ['b', 'a', 'b'], ['b', 'a']],
  ['set<int>', ['1', 1, 1n], [1]],
  ['set<mac>', [MAC.toUpperCase(), MAC], [MAC]],
  [
    'set<json>',
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1, b: 2 }],
  ],
  ['set<link<ip>>', [{ eid: 1 }, { eid: '0.0.0.1' }], [{ eid: '0.0.0.1' }]],
  ['array<link<ip>>', [{ eid: 'x' }], '✗ ip_v4_address 0.eid'],
  ['array<link<ip>>', ['1.2.3.4'], '✗ model_type 0'],

  ['dict<a:int,b?:string>', { a: '1' }, { a: 1, b: null }],
  ['dict<a:int,b?:string>', { a: 1, b: null }, { a: 1, b: null }],
  ['dict<a:int,b?:string>', { b: 'x', a: 1, c: 2 }, { a: 1, b: 'x' }],
  ['dict<a:int,b?:string>', { b: 5 }, '✗ missing a, string_type b'],
  ['dict<a:int>', { a: null }, '✗ int_type a'],
  ['dict<a:int>', [], '✗ model_type'],
  ['dict<a:int>', null, '✗ model_type'],
  ['dict<constructor:int>', {}, '✗ missing constructor'],
  ['dict<constructor:int>', { constructor: 1 }, { constructor: 1 }],
  ['dict<toString?:int>', {}, { toString: null }],

  ['category<string;a,b>', 'a', 'a'],
  ['category<string;a,b>', 'A', '✗ enum'],
  ['category<string;a,b>', ' a', '✗ enum'],
  ['category<string;a,b>', null, '✗ enum'],
  ['category<string;constructor>', 'constructor', 'constructor'],
  ['category<string;a>', 'constructor', '✗ enum'],
  ['category<int;1,2>', 1, 1],
  ['category<int;1,2>', true, 1],
  ['category<int;1,2>', '1', '✗ enum'],
  ['category<int;1,2>', 3, '✗ enum'],
  ['category<int;0,1>', false, 0],
  ['category<int64;1,9223372036854775807>', 2n ** 63n - 1n, 2n ** 63n - 1n],
  ['category<int64;1>', 1, 1n],
  ['category<int64;1>', '1', '✗ enum'],
  ['category<float;1,2>', 1, 1],
  ['category<float;1,2>', Number.NaN, '✗ enum'],
  ['category<binary;True,False>', true, true],
  ['category<binary;True,False>', false, false],
  ['category<binary;True,False>', 0, false],
  ['category<binary;True>', false, '✗ enum'],
  ['category<binary;True>', 'true', '✗ enum'],

  ['link<ip>', { eid: '1.2.3.4' }, { eid: '1.2.3.4' }],
  ['link<ip>', { eid: 16_909_060 }, { eid: '1.2.3.4' }],
  ['link<device>', { eid: '5' }, { eid: 5 }],
  ['link<host>', { eid: 5 }, '✗ string_type eid'],
  ['link<port>', { eid: MAC.toUpperCase() }, { eid: MAC }],
  ['link<ip>', '1.2.3.4', '✗ model_type'],
  ['link<ip>', {}, '✗ missing eid'],
  ['link<ip>', { eid: null }, '✗ ip_v4_address eid'],
  ['link<ip>', { eid: '1.2.3.4', data: 1 }, '✗ extra_forbidden data'],
  ['link<ip>', { eid: '1.2.3.4', record: {} }, '✗ extra_forbidden record'],
  ['link<ip,int>', { eid: '1.2.3.4', data: '5' }, { eid: '1.2.3.4', data: 5 }],
  ['link<ip,int>', { eid: '1.2.3.4' }, '✗ missing data'],
  ['link<ip,int>', { eid: 'x', data: 'y' }, '✗ ip_v4_address eid, int_parsing data'],
  ['link<ip,special>', { eid: '1.2.3.4', data: null }, { eid: '1.2.3.4', data: null }],
  [
    'link<ip,dict<a:int,b?:array>>'.replace('array', 'int'),
    { eid: '1.2.3.4', data: { a: 'x' } },
    '✗ int_parsing data.a',
  ],
  ['link<ip,link<host>>', { eid: 1, data: { eid: 'h' } }, { eid: '0.0.0.1', data: { eid: 'h' } }],
];

describe('a composite type', () => {
  for (const [text, input, value] of ROWS) {
    it(`${text} makes ${show(value)} of ${show(input)}`, () =>
      assert.deepEqual(stored(text, input), value));
  }

  it('leaves its input as it was', () => {
    const input = Object.freeze(['1', Object.freeze({ a: 1 }), '1']);
    for (const text of ['array<string>', 'set<string>', 'array<json>', 'set<special>']) {
      stored(text, input);
    }
    assert.deepEqual(input, ['1', { a: 1 }, '1']);
  });

  it('reports faults under the place it was given, the first ones of very many', () => {
    const faults: InputFault[] = [];
    const input = new Array(1_000_000).fill('x');
    assert.equal(typeOf('array<int>').parse(input, ['body', 2, 'v'], faults), undefined);
    assert.equal(faults.length, STORE_LIMITS.faultsPerValueMax);
    assert.deepEqual(faults[1]!.loc, ['body', 2, 'v', 1]);
  });

  it('of links reports not more than so many keys too many', () => {
    const input = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [index, 1]));
    const faults: InputFault[] = [];
    typeOf('link<ip>').parse({ ...input, eid: 1 }, [], faults);
    assert.equal(faults.length, STORE_LIMITS.faultsPerValueMax);
  });

  it('names the members of a category in the text of a fault', () => {
    const faults: InputFault[] = [];
    typeOf('category<string;a,b,c>').parse('d', [], faults);
    typeOf('category<int;7>').parse(8, [], faults);
    assert.deepEqual(
      faults.map((fault) => fault.msg),
      ["Input should be 'a', 'b' or 'c'", 'Input should be 7'],
    );
  });

  it('prints what it reads back as the same value', () => {
    const rows: [string, unknown][] = [
      ['array<time>', [1_700_000_000_123, 0]],
      ['set<int64>', [2n ** 60n, 5n]],
      ['dict<a:time,b?:time>', { a: 1_700_000_000_123, b: null }],
      ['link<ip,time>', { eid: '1.2.3.4', data: 1_700_000_000_123 }],
      ['link<ip,dict<a:int64>>', { eid: '1.2.3.4', data: { a: 2n ** 60n } }],
      ['category<int64;1>', 1n],
      ['array<link<ip,time>>', [{ eid: '1.2.3.4', data: 1_700_000_000_123 }]],
    ];
    for (const [text, value] of rows) {
      assert.ok(!typeOf(text).isPrintedAsStored);
      assert.deepEqual(stored(text, typeOf(text).toJson(value)), value);
    }
    const list = ['a'];
    assert.equal(typeOf('array<string>').toJson(list), list);
  });
});

describe('the key of a composite value', () => {
  const same: [string, unknown, unknown, boolean][] = [
    ['array<string>', ['a', 'b'], ['a', 'b'], true],
    ['array<string>', ['a', 'b'], ['b', 'a'], false],
    ['array<string>', ['a,b'], ['a', 'b'], false],
    ['array<string>', ['a","b'], ['a', 'b'], false],
    ['set<string>', ['a', 'b'], ['b', 'a'], true],
    ['set<string>', ['a'], ['a', 'b'], false],
    ['set<int64>', [2n ** 60n, 1n], [1n, 2n ** 60n], true],
    ['dict<a:string,b?:string>', { a: 'x', b: null }, { b: null, a: 'x' }, true],
    ['dict<a:string,b?:string>', { a: 'x', b: null }, { a: 'x', b: 'null' }, false],
    ['link<ip>', { eid: '1.2.3.4' }, { eid: '1.2.3.4' }, true],
    ['link<ip,int>', { eid: '1.2.3.4', data: 1 }, { eid: '1.2.3.4', data: 2 }, false],
    ['link<ip,set<int>>', { eid: '::', data: [1, 2] }, { eid: '::', data: [2, 1] }, true],
  ];
  for (const [text, a, b, isSame] of same) {
    it(`of ${text} is ${isSame ? 'one' : 'another'} for ${show(a)} and ${show(b)}`, () => {
      const type = typeOf(text);
      assert.equal(type.keyOf(a) === type.keyOf(b), isSame);
    });
  }

  it('of arrays and sets is equal for equal lists and sets only', () => {
    const lists = fc.array(fc.constantFrom('a', 'b', '', ',', '"', '\\'), { maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const [array, set] = [typeOf('array<string>'), typeOf('set<string>')];
        assert.equal(array.keyOf(a) === array.keyOf(b), JSON.stringify(a) === JSON.stringify(b));
        const [setA, setB] = [stored(set, a), stored(set, b)] as [string[], string[]];
        assert.deepEqual(setA, [...new Set(a)]);
        const isSame = setA.length === setB.length && setA.every((one) => setB.includes(one));
        assert.equal(set.keyOf(setA) === set.keyOf(setB), isSame);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a composite value', () => {
  it('is read or refused, never thrown at, whatever it is', () => {
    const types = [...new Set(ROWS.map(([text]) => text))];
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 3 });
    const nearly = fc.oneof(
      anything,
      fc.array(anything),
      fc.record({ eid: anything, data: anything, a: anything }, { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), nearly, (text, input) => {
        const value = stored(text, input);
        if (typeof value === 'string' && value.startsWith('✗')) return;
        const type = typeOf(text);
        assert.equal(type.keyOf(value), type.keyOf(structuredClone(value)));
      }),
      { numRuns: 3_000 },
    );
  });
});

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one));
  return text ?? String(value);
}
