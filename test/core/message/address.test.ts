import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAddress, isSameActor, parseAddress } from '../../../core/message/address.js';

const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const anyAddress = fc.record(
  { path: fc.string({ unit: 'binary' }), slot: whole, generation: whole, thread: whole },
  { noNullPrototype: true },
);

describe('an actor address', () => {
  it('prints thread, slot, generation and path', () => {
    const address = { path: '/shop/visits', slot: 517, generation: 3, thread: 2 };
    assert.equal(formatAddress(address), 'troupe://2/517.3 /shop/visits');
    assert.equal(formatAddress({ ...address, path: '' }), 'troupe://2/517.3');
  });

  it('is read back as it was, whatever its path holds', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        assert.deepEqual(parseAddress(formatAddress(address)), address);
      }),
      { seed: 1 },
    );
  });

  for (const text of [
    '',
    'troupe://',
    'troupe://1/2',
    'troupe://1/2.3/path',
    'troupe://1/2.3 ',
    'troupe://-1/2.3 /a',
    'troupe://01/2.3 /a',
    'troupe://1/2.3.4 /a',
    'troupe://1/2.99999999999999999999 /a',
    ' troupe://1/2.3 /a',
    'http://1/2.3 /a',
  ])
    it(`is not read from ${JSON.stringify(text)}`, () => {
      assert.equal(parseAddress(text), undefined);
    });

  it('means the same actor if slot and generation agree', () => {
    const address = { path: '/a', slot: 1, generation: 2, thread: 3 };
    assert.ok(isSameActor(address, { ...address, path: '/renamed' }));
    assert.ok(!isSameActor(address, { ...address, generation: 3 }));
    assert.ok(!isSameActor(address, { ...address, slot: 2 }));
  });
});
