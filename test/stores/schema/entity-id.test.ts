/** Ids of entities: all spellings of one are one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STORE_LIMITS } from '../../../stores/limits.js';
import { type IdTypeName, idText, idType } from '../../../stores/schema/entity-id.js';

const LONGEST = 'x'.repeat(STORE_LIMITS.idBytesMax);

/** [id type, input, id or kind of the fault]. */
const ROWS: readonly [IdTypeName, unknown, unknown][] = [
  ['string', 'e1', 'e1'],
  ['string', '', ''],
  ['string', 'a/b c', 'a/b c'],
  ['string', 5, 'string_type'],
  ['string', true, 'string_type'],
  ['string', null, 'string_type'],
  ['string', undefined, 'missing'],
  ['string', '\ud800', 'string_unicode'],
  ['string', LONGEST, LONGEST],
  ['string', `${LONGEST}x`, 'string_too_long'],
  ['string', 'ž'.repeat(STORE_LIMITS.idBytesMax / 2 + 1), 'string_too_long'],
  ['int', 5, 5],
  ['int', '5', 5],
  ['int', ' 5 ', 5],
  ['int', -0, 0],
  ['int', true, 1],
  ['int', '5x', 'int_parsing'],
  ['int', 1.5, 'int_from_float'],
  ['int', 2 ** 53, 'less_than_equal'],
  ['int', 2n ** 63n, 'less_than_equal'],
  ['ipv4', '10.0.0.1', '10.0.0.1'],
  ['ipv4', 167_772_161, '10.0.0.1'],
  ['ipv4', '10.0.0.01', 'ip_v4_address'],
  ['ipv6', '2001:DB8::1', '2001:db8::1'],
  ['ipv6', `fe80::1%${LONGEST}`, 'string_too_long'],
  ['ipv6', '10.0.0.1', 'ip_v6_address'],
  ['mac', 'AA-BB-CC-DD-EE-FF', 'aa:bb:cc:dd:ee:ff'],
  ['mac', 'aabbccddeeff', 'value_error'],
];

describe('an entity id', () => {
  for (const [name, input, id] of ROWS) {
    it(`of type ${name} is ${String(id).slice(0, 20)} for ${String(input).slice(0, 20)}`, () => {
      const eid = idType(name).parse(input);
      assert.equal(typeof eid === 'object' ? eid.type : eid, id);
      if (typeof eid === 'object') assert.equal(eid.input, input);
      // What is printed names the same entity again, in an URL as in a body.
      else assert.equal(idType(name).parseText(idText(eid)), eid);
    });
  }

  it('has a type that is the same object each time', () => {
    assert.equal(idType('mac'), idType('mac'));
    assert.equal(idType('mac').name, 'mac');
  });
});
