/**
 * Consistent hashing: a key always finds the same member, and when members come or go only the keys of those move.
 * A ring is immutable and a function of its members alone, so every thread that is told members and version builds
 * the same one and routes by itself.
 * Runs on: any.
 *
 *   hash space, a circle:   ---B1---A1-------C1--A2----B2---C2--->     each member owns 64 points
 *   key ------------------------------^                                and goes to the next point clockwise: C
 */
import { assert } from '../errors.js';
import { hashKey } from '../hash.js';
import { LIMITS } from '../limits.js';

/** What a member is known by: the replica's number, kept through a resize. */
export type RingMember = string | number;

const POINT_SEED = 0x7ca1;
const KEY_SEED = 0x51ed;

export class HashRing {
  /** In the order given; what the lookups answer is an index into it. */
  readonly members: readonly RingMember[];
  /** Grows by one with each {@link HashRing.withMembers}. */
  readonly version: number;
  /** Points in ascending order, and the index of the member at each. */
  readonly #points: Int32Array;
  readonly #owners: Uint32Array;

  /** `members` are distinct. */
  constructor(members: readonly RingMember[], version = 1) {
    assert(new Set(members).size === members.length, 'distinct members of a hash ring');
    this.members = [...members];
    this.version = version;
    const points = members.flatMap((member, owner) => pointsOf(member, owner));
    // Two members on one point: the order must not depend on where they stand in the list.
    points.sort((a, b) => a.at - b.at || compareMembers(members[a.owner]!, members[b.owner]!));
    this.#points = Int32Array.from(points, (point) => point.at);
    this.#owners = Uint32Array.from(points, (point) => point.owner);
  }

  /** The index of the member that owns `key`; -1 if there are none. Allocates nothing. */
  indexOf(key: string | number): number {
    const points = this.#points;
    if (points.length === 0) return -1;
    const hash = hashKey(key, KEY_SEED);
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (points[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return this.#owners[low === points.length ? 0 : low]!;
  }

  /** The member that owns `key`; undefined if there are none. */
  memberOf(key: string | number): RingMember | undefined {
    return this.members[this.indexOf(key)];
  }

  /** The ring that follows this one. */
  withMembers(members: readonly RingMember[]): HashRing {
    return new HashRing(members, this.version + 1);
  }
}

interface Point {
  readonly at: number;
  readonly owner: number;
}

function pointsOf(member: RingMember, owner: number): Point[] {
  return Array.from({ length: LIMITS.hashRingPoints }, (_, number) => ({
    at: hashKey(member, POINT_SEED + number),
    owner,
  }));
}

function compareMembers(one: RingMember, other: RingMember): number {
  const oneText = `${typeof one} ${one}`;
  const otherText = `${typeof other} ${other}`;
  return oneText < otherText ? -1 : oneText > otherText ? 1 : 0;
}
