import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  chooseThread,
  type PlacementRequest,
  type ThreadSet,
} from '../../../core/threads/placement.js';

const three: ThreadSet = { pool: [1, 2, 3], dedicated: [7] };
const none: ThreadSet = { pool: [], dedicated: [] };

describe('placement', () => {
  const cases: [string, PlacementRequest, (number | undefined)[], ThreadSet, number][] = [
    ['main is main', { type: 'main' }, [9, 0, 0, 0], three, 0],
    [
      'a pinned actor goes to its thread whatever the load',
      { type: 'pinned', thread: 2 },
      [0, 0, 99],
      three,
      2,
    ],
    ['a pinned actor may name main', { type: 'pinned', thread: 0 }, [], three, 0],
    ['near a neighbour means its thread', { type: 'near', thread: 3 }, [], three, 3],
    [
      'near a neighbour on a dedicated thread joins it there',
      { type: 'near', thread: 7 },
      [],
      three,
      7,
    ],
    [
      'least loaded is the pool thread with the least',
      { type: 'least-loaded' },
      [0, 5, 3, 9],
      three,
      2,
    ],
    [
      'least loaded takes an unknown load for none',
      { type: 'least-loaded' },
      [0, 5, undefined, 9],
      three,
      2,
    ],
    [
      'least loaded never looks at dedicated threads',
      { type: 'least-loaded' },
      [0, 5, 5, 5, 0, 0, 0, 0],
      three,
      1,
    ],
    ['least loaded takes turns among equals', { type: 'least-loaded', previous: 1 }, [], three, 2],
    [
      'least loaded starts over after the last',
      { type: 'least-loaded', previous: 3 },
      [],
      three,
      1,
    ],
    [
      'least loaded goes on when the previous has gone',
      { type: 'least-loaded', previous: 2 },
      [],
      { pool: [1, 3], dedicated: [] },
      3,
    ],
    ['least loaded is main without a pool', { type: 'least-loaded' }, [9], none, 0],
    [
      'spread goes where fewest siblings are',
      { type: 'spread', siblings: [0, 2, 1, 2] },
      [0, 0, 9, 0],
      three,
      2,
    ],
    [
      'spread takes the least loaded among those',
      { type: 'spread', siblings: [] },
      [0, 5, 4, 3],
      three,
      3,
    ],
    ['spread is main without a pool', { type: 'spread', siblings: [] }, [], none, 0],
  ];
  for (const [what, request, loads, threads, expected] of cases)
    it(what, () => {
      assert.equal(chooseThread(request, loads, threads), expected);
    });

  it('spreads replicas evenly, whatever else the threads do, also when one is replaced', () => {
    const siblings = [0, 0, 0, 0];
    const place = () => {
      const thread = chooseThread({ type: 'spread', siblings }, [0, 90, 10, 50], three);
      siblings[thread]!++;
      return thread;
    };
    for (let i = 0; i < 7; i++) place();
    assert.deepEqual(siblings, [0, 2, 3, 2]);
    siblings[1]!--;
    assert.equal(place(), 1);
  });

  for (const type of ['pinned', 'near'] as const)
    for (const thread of [4, -1, 1.5, Number.NaN])
      it(`refuses ${type} to thread ${thread}, naming the threads there are`, () => {
        assert.throws(() => chooseThread({ type, thread }, [], three), {
          code: 'THREAD_UNKNOWN',
          message: /one of the threads 0, 1, 2, 3, 7, got /,
        });
      });
});
