import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HashRing } from '../../../core/routing/hash-ring.js';

const KEYS = Array.from({ length: 4_000 }, (_, i) => (i % 2 === 0 ? `user-${i}` : i));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const ownersIn = (ring: HashRing) => KEYS.map((key) => ring.memberOf(key));
const memberLists = fc.uniqueArray(fc.oneof(fc.nat(), fc.string()), {
  minLength: 1,
  maxLength: 12,
});

describe('a hash ring', () => {
  it('finds the same member for a key each time, in every ring of the same members', () => {
    fc.assert(
      fc.property(memberLists, fc.oneof(fc.string(), fc.double()), (members, key) => {
        const index = new HashRing(members).indexOf(key);
        assert.ok(index >= 0 && index < members.length);
        const other = new HashRing([...members].reverse(), 9);
        assert.equal(other.memberOf(key), members[index]);
      }),
      { seed: 3 },
    );
  });

  it('gives every member its share, within what 64 points each allow', () => {
    for (const count of [1, 2, 3, 8, 16]) {
      const shares = new Array<number>(count).fill(0);
      const ring = new HashRing(upTo(count));
      for (const key of KEYS) shares[ring.indexOf(key)]!++;
      const fair = KEYS.length / count;
      for (const share of shares)
        assert.ok(share > fair * 0.6 && share < fair * 1.5, `${count} members: ${shares}`);
    }
  });

  it('moves keys only to a member that came: about one in n of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), (count) => {
        const before = ownersIn(new HashRing(upTo(count)));
        const after = ownersIn(new HashRing(upTo(count + 1)));
        const moved = KEYS.filter((_, i) => before[i] !== after[i]).length;
        for (const [i, owner] of after.entries())
          assert.ok(owner === before[i] || owner === count, 'moved between members that stayed');
        const fair = KEYS.length / (count + 1);
        assert.ok(moved > fair * 0.5 && moved < fair * 1.6, `${moved} moved, fair is ${fair}`);
      }),
      { seed: 4 },
    );
  });

  it('moves only the keys of members that went', () => {
    fc.assert(
      fc.property(memberLists, fc.nat(), (members, at) => {
        const gone = members[at % members.length]!;
        const before = ownersIn(new HashRing(members));
        const after = ownersIn(new HashRing(members.filter((member) => member !== gone)));
        for (const [i, owner] of before.entries())
          if (owner !== gone) assert.equal(after[i], owner);
      }),
      { seed: 5, numRuns: 30 },
    );
  });

  it('sends a key back where it was when a member returns', () => {
    const before = ownersIn(new HashRing([0, 1, 2, 3]));
    const ring = new HashRing([0, 1, 3]).withMembers([3, 2, 1, 0]);
    assert.deepEqual(ownersIn(ring), before);
  });

  it('is immutable: other members make another ring, of the next version', () => {
    const members = [0, 1];
    const ring = new HashRing(members);
    const before = ownersIn(ring);
    members.push(2);
    const next = ring.withMembers([0, 1, 2]);
    assert.deepEqual(ownersIn(ring), before);
    assert.deepEqual([ring.version, next.version], [1, 2]);
    assert.deepEqual(
      [ring.members, next.members],
      [
        [0, 1],
        [0, 1, 2],
      ],
    );
  });

  it('has nobody for a key when it has no members', () => {
    const ring = new HashRing([]);
    assert.equal(ring.indexOf('a'), -1);
    assert.equal(ring.memberOf('a'), undefined);
  });

  it('refuses a member twice, but tells 1 from "1"', () => {
    assert.throws(() => new HashRing([1, 2, 1]), { code: 'ASSERTION_FAILED' });
    assert.equal(new Set(ownersIn(new HashRing([1, '1']))).size, 2);
  });
});
