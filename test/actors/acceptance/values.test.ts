/**
 * Every data type of DP³ through the whole platform: what a sender posts, what the API prints afterwards, and what is
 * refused. A row is a value; all good values of a type are posted in one request, and so are all bad ones.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApplication } from '../../support/dp3-application.js';
import type { ServedPlatform } from '../../support/served-platform.js';

/** Data type -> inputs as JSON text with what is printed, and inputs that are refused. */
const TYPES: Readonly<
  Record<string, { readonly good: readonly [string, unknown][]; readonly bad: readonly string[] }>
> = {
  tag: {
    good: [
      ['true', true],
      ['false', false],
      ['1', true],
      ['1.0', true],
      ['0', false],
      ['"YES"', true],
      ['"t"', true],
      ['"off"', false],
      ['"0"', false],
    ],
    bad: ['2', '0.5', 'null', '" yes"', '"maybe"', '[]'],
  },
  binary: {
    good: [
      ['"On"', true],
      ['"n"', false],
    ],
    bad: ['"yes "', '-1', '{}'],
  },
  string: {
    good: [
      ['""', ''],
      ['"ž💥"', 'ž💥'],
      ['"a\\u0000b"', 'a\u0000b'],
    ],
    bad: ['1', 'true', 'null', '["a"]'],
  },
  int: {
    good: [
      ['"123"', 123],
      ['"  12 "', 12],
      ['"1_000"', 1000],
      ['"+5"', 5],
      ['"1.0"', 1],
      ['123.0', 123],
      ['true', 1],
      ['9007199254740991', 9007199254740991n],
    ],
    bad: ['1.5', '"1.5"', '"0x10"', 'null', '"many"', '9007199254740993', '1e400'],
  },
  int64: {
    good: [
      ['9223372036854775807', 9223372036854775807n],
      ['-9223372036854775808', -9223372036854775808n],
      ['"9007199254740993"', 9007199254740993n],
      ['7', 7],
    ],
    bad: ['9223372036854775808', '1.5', 'null', '"12a"'],
  },
  float: {
    good: [
      ['1', 1],
      ['"1e5"', 100000],
      ['"1_0.5"', 10.5],
      ['true', 1],
      ['-0.25', -0.25],
    ],
    bad: ['null', '"x"', '"NaN"', '"Infinity"', '1e999', '[]'],
  },
  ipv4: {
    good: [
      ['"192.0.2.1"', '192.0.2.1'],
      ['0', '0.0.0.0'],
      ['4294967295', '255.255.255.255'],
      ['true', '0.0.0.1'],
    ],
    bad: [
      '"127.1"',
      '"1.2.3.4/24"',
      '"::1"',
      '" 1.2.3.4"',
      '"1.2.3.256"',
      '"01.2.3.4"',
      '1.5',
      '-1',
      '4294967296',
    ],
  },
  ipv6: {
    good: [
      ['"2001:DB8::1"', '2001:db8::1'],
      ['"::ffff:1.2.3.4"', '::ffff:102:304'],
      ['"fe80::1%eth0"', 'fe80::1%eth0'],
      ['1', '::1'],
      ['"0:0:0:0:0:0:0:0"', '::'],
    ],
    bad: ['"1.2.3.4"', '"[::1]"', '"::1/64"', '":::"', 'null', '-1'],
  },
  mac: {
    good: [
      ['"AA:BB:CC:DD:EE:FF"', 'aa:bb:cc:dd:ee:ff'],
      ['"aa-bb-cc-dd-ee-0f"', 'aa:bb:cc:dd:ee:0f'],
    ],
    bad: [
      '"aabbccddeeff"',
      '"aa:bb-cc:dd:ee:ff"',
      '"aabb.ccdd.eeff"',
      '"aa:bb:cc:dd:ee"',
      '" 1: 2: 3: 4: 5: 6"',
      '"+1:+2:+3:+4:+5:+6"',
      '17',
    ],
  },
  time: {
    good: [
      ['"2024-01-01T01:02:03Z"', '2024-01-01T01:02:03Z'],
      ['"2024-01-01 01:02:03.4569"', '2024-01-01T01:02:03.456Z'],
      ['"2024-01-01t01:02+0100"', '2024-01-01T00:02:00Z'],
      ['"2024-01-01_01:02:03-05:30"', '2024-01-01T06:32:03Z'],
      ['"2024-01-01"', '2024-01-01T00:00:00Z'],
      ['"20200101"', '1970-08-22T19:08:21Z'],
      ['1700000000', '2023-11-14T22:13:20Z'],
      ['1700000000123', '2023-11-14T22:13:20.123Z'],
      ['-1', '1969-12-31T23:59:59Z'],
    ],
    bad: ['true', '"2024-01-01T24:00:00"', '"1e9"', '" 2024-01-01"', '"soon"', '"2023-02-29"'],
  },
  special: {
    good: [
      ['null', null],
      ['{"a":[1,null]}', { a: [1, null] }],
      ['"x"', 'x'],
      ['false', false],
    ],
    bad: [],
  },
  json: {
    good: [
      ['{"a":1}', { a: 1 }],
      ['[1,[2]]', [1, [2]]],
      ['"{\\"a\\":1}"', { a: 1 }],
      ['"1"', 1],
      ['"\\"x\\""', 'x'],
      ['"null"', null],
    ],
    bad: ['1', 'true', 'null', '"no json"'],
  },
  'array<int>': {
    good: [
      ['[]', []],
      ['["1",2,2]', [1, 2, 2]],
    ],
    bad: ['1', '{"0":1}', '[null]', '[1,"x"]', '"[1]"'],
  },
  'set<string>': {
    good: [['["b","a","b"]', ['b', 'a']]],
    bad: ['[1]', '{}', 'null'],
  },
  'array<link<other>>': {
    good: [['[{"eid":"5"},{"eid":6}]', [{ eid: 5 }, { eid: 6 }]]],
    bad: ['[5]', '[{"eid":"x"}]', '[{}]'],
  },
  'dict<a:int, b?:string>': {
    good: [
      ['{"a":"1"}', { a: 1, b: null }],
      ['{"a":1,"b":"x","c":9}', { a: 1, b: 'x' }],
    ],
    bad: ['{}', '{"a":"x"}', '{"a":1,"b":2}', '[]', 'null'],
  },
  'category<string; red, green>': {
    good: [['"red"', 'red']],
    bad: ['"Red"', '" red"', '"blue"', '1'],
  },
  'category<int;1,2>': {
    good: [
      ['1', 1],
      ['1.0', 1],
      ['true', 1],
    ],
    bad: ['"1"', '3', 'null'],
  },
  'category<binary;True,False>': {
    good: [
      ['true', true],
      ['false', false],
    ],
    bad: ['2', '"x"'],
  },
  'link<other>': {
    good: [['{"eid":"5"}', { eid: 5 }]],
    bad: ['5', '"5"', '{"eid":null}', '{"eid":1,"data":2}', '{"id":1}', 'null'],
  },
  'link<other,dict<w:float>>': {
    good: [['{"eid":1,"data":{"w":"0.5"}}', { eid: 1, data: { w: 0.5 } }]],
    bad: ['{"eid":1}', '{"eid":1,"data":{}}', '{"eid":1,"data":{"w":1},"x":1}'],
  },
};

const NAMES = Object.keys(TYPES);
const ATTRIBS = NAMES.map(
  (type, at) => `  a${at}: { name: A, type: plain, data_type: '${type}' }\n`,
).join('');
const ENTITY = `entity: { id: thing, name: Thing, snapshot: true }\nattribs:\n${ATTRIBS}`;
const OTHER =
  'entity: { id: other, id_data_type: int, name: Other, snapshot: true }\nattribs: {}\n';
let served: ServedPlatform;

before(async () => {
  served = await startApplication({ entities: { thing: ENTITY, other: OTHER } });
});
after(() => served.stop());

/** JSON with integers beyond doubles as bigint, so that no test passes by rounding. */
function exact(text: string): unknown {
  const marked = text.replaceAll(/(?<=[:[,])-?\d{16,}(?=[,\]}])/g, (digits) => `"#${digits}"`);
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && /^#-?\d+$/.test(value) ? BigInt(value.slice(1)) : value,
  );
}

describe('data types', () => {
  for (const [at, type] of NAMES.entries()) {
    const { good, bad } = TYPES[type]!;

    test(`${type} takes what DP³ takes, and prints it as DP³ does`, async () => {
      const points = good.map(
        ([input], row) => `{"type":"thing","id":"${at}-${row}","attr":"a${at}","v":${input}}`,
      );
      const sent = await served.post('/datapoints?wait=applied', `[${points.join(',')}]`);
      assert.equal(sent.status, 200, sent.text);
      for (const [row, [input, expected]] of good.entries()) {
        const { text } = await served.get(`/entity/thing/${at}-${row}/get/a${at}`);
        const found = exact(text) as { current_value: unknown };
        assert.deepEqual(found.current_value, expected, `${type} ${input}: ${text}`);
      }
    });

    test(`${type} refuses what DP³ refuses, each with its place`, async () => {
      const points = bad.map((input) => `{"type":"thing","id":"bad","attr":"a${at}","v":${input}}`);
      const sent = await served.post('/datapoints', `[${points.join(',')}]`);
      if (bad.length === 0) return assert.equal(sent.status, 200);
      assert.equal(sent.status, 422, sent.text);
      const { detail } = sent.json as { detail: { loc: unknown[]; msg: string; type: string }[] };
      const found = new Set(detail.map(({ loc }) => loc[1]));
      const missed = bad.filter((_, row) => !found.has(row));
      assert.deepEqual(missed, [], 'accepted, but should not be');
      for (const { loc, msg, type } of detail) {
        assert.deepEqual([loc[0], loc[2]], ['body', 'v'], JSON.stringify(loc));
        assert.ok(msg !== '' && type !== '');
      }
    });
  }
});

test('a refused batch leaves nothing behind', async () => {
  assert.deepEqual((await served.get('/entity/thing/bad/master')).json, {});
  assert.deepEqual((await served.get('/entity/thing/raw/get?eid=bad')).json, {
    count: 0,
    data: [],
  });
});
