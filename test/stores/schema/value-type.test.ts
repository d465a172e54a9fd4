/** Data types from their text: what is taken and how it is written back, what is refused and why. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseValueType } from '../../../stores/schema/value-type.js';
import { idTypeOf, refusalOf, typeOf } from '../../support/parsing.js';

describe('the text of a data type', () => {
  const taken: [string, string][] = [
    ['int', 'int'],
    ['special', 'special'],
    ['array<int>', 'array<int>'],
    ['array< int >', 'array<int>'],
    ['set<mac>', 'set<mac>'],
    ['array<link<ip>>', 'array<link<ip>>'],
    ['set<link<ip,int;mirror=m>>', 'set<link<ip,int;mirror=m>>'],
    ['dict<a:int,b?:string>', 'dict<a:int,b?:string>'],
    ['dict<a:int, b?:string>', 'dict<a:int,b?:string>'],
    ['dict<a: int, b?: string>', 'dict<a:int,b?:string>'],
    ['dict<klíč:int>', 'dict<klíč:int>'],
    ['category<string;a,b>', 'category<string;a,b>'],
    ['category<string; a, b>', 'category<string;a,b>'],
    ['category<string;reset>', 'category<string;reset>'],
    ['category<int;1,2>', 'category<int;1,2>'],
    ['category<binary;True,False>', 'category<binary;True,False>'],
    ['link<ip>', 'link<ip>'],
    ['link<ip,int>', 'link<ip,int>'],
    ['link<ip, dict<a:int, b:int>>', 'link<ip,dict<a:int,b:int>>'],
    ['link<ip,category<int;1,2>>', 'link<ip,category<int;1,2>>'],
    ['link<ip,category<int;1,2>;mirror=m>', 'link<ip,category<int;1,2>;mirror=m>'],
    ['link<ip;mirror=seen_by>', 'link<ip;mirror=seen_by>'],
    ['link<ip,int ;mirror=m>', 'link<ip,int;mirror=m>'],
    ['link<ip,int;mirror=m>', 'link<ip,int;mirror=m>'],
    ['link<ip,array<int>;mirror=m>', 'link<ip,array<int>;mirror=m>'],
  ];
  for (const [text, canonical] of taken) {
    it(`may be ${text}`, () => {
      assert.equal(typeOf(text).text, canonical);
      assert.equal(typeOf(canonical).text, canonical);
    });
  }

  const refused: [string, RegExp][] = [
    ['', /expected one of tag, binary, string/],
    ['Int', /got "Int"/],
    ['integer', /got "integer"/],
    ['int ', /got "int "/],
    ['array <int>', /got "array <int>"/],
    ['array<int', /got "array<int"/],
    ['array<>', /expected array<T>/],
    ['array<array<int>>', /expected array<T>/],
    ['array<dict<a:int>>', /expected array<T>/],
    ['set<category<int;1>>', /expected set<T>/],
    ['list<int>', /got "list<int>"/],
    ['dict<>', /expected dict<key:type/],
    ['dict<a>', /got "a"/],
    ['dict<a:int,>', /got ""/],
    ['dict<a-b:int>', /got "a-b:int"/],
    ['dict<a:array<int>>', /expected dict<key:type/],
    ['dict<a:number>', /for key "a", got "number"/],
    ['dict<a:int,a:int>', /"a" twice/],
    ['dict<__proto__:int>', /__proto__/],
    ['category<string>', /expected category<type;value/],
    ['category<string;>', /expected values/],
    ['category<string;a-b>', /expected values/],
    ['category<string;a ,b>', /expected values/],
    ['category<string;a,,b>', /expected values/],
    ['category<string;a,a>', /"a" twice/],
    ['category<int;1,01>', /"01" twice/],
    ['category<binary;yes,1>', /"1" twice/],
    ['category<int;one>', /type int, got "one"/],
    ['category<number;1>', /got "number"/],
    ['category<array<int>;1>', /got "array<int>"/],
    ['link<>', /entity type to link to, got ""/],
    ['link<nobody>', /got "nobody"/],
    ['link<toString>', /got "toString"/],
    ['link<ip,>', /got ""/],
    ['link<ip,what>', /got "what"/],
    ['link<ip;>', /expected mirror=<attribute>/],
    ['link<ip;mirror=>', /expected mirror=<attribute>/],
    ['link<ip;mirror=1x>', /expected mirror=<attribute>/],
    ['link<ip;miror=x>', /got "miror=x"/],
    ['link<ip,link<ip;mirror=m>>', /no mirror/],
    [`category<string;${'a'.repeat(70_000)}>`, /at most 65536 characters/],
    [`${'link<ip,'.repeat(40)}int${'>'.repeat(40)}`, /less deep/],
  ];
  for (const [text, reason] of refused) {
    it(`may not be ${text.slice(0, 60)}`, () => assert.match(refusalOf(text), reason));
  }

  it('says what a link points to', () => {
    assert.equal(typeOf('int').link, undefined);
    const { target, data, mirror, isMany } = typeOf('set<link<ip,int;mirror=m>>').link!;
    assert.deepEqual([target, data?.kind, mirror, isMany], ['ip', 'int', 'm', true]);
    assert.deepEqual(typeOf('link<ip>').link, {
      target: 'ip',
      data: undefined,
      mirror: undefined,
      isMany: false,
    });
  });

  it('differs between types that differ', () => {
    assert.notEqual(typeOf('array<int>').text, typeOf('set<int>').text);
    assert.notEqual(typeOf('category<int;1>').text, typeOf('category<int;2>').text);
  });

  it('never makes the parser throw, and a type it takes it takes again as written', () => {
    const bits = fc.constantFrom(
      ...['int', 'string', 'array', 'set', 'dict', 'category', 'link', 'ip', 'mirror=', 'a', '1'],
      ...['<', '>', ',', ';', ':', '?', ' '],
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(bits, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const type = parseValueType(text, idTypeOf);
        if (typeof type === 'object') assert.equal(typeOf(type.text).text, type.text);
      }),
      { numRuns: 5_000 },
    );
    for (const input of [undefined, null, 5, {}, []]) {
      assert.equal(typeof parseValueType(input as unknown as string, idTypeOf), 'string');
    }
  });
});
