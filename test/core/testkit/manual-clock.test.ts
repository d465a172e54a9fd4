import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../../../core/testkit/index.js';

describe('a manual clock', () => {
  it('moves only when told, monotonic and wall time alike', () => {
    const clock = new ManualClock({ nowMs: 5, wallMs: 1_000 });
    assert.deepEqual([clock.now(), clock.wallNow()], [5, 1_000]);
    clock.advance(20);
    assert.deepEqual([clock.now(), clock.wallNow()], [25, 1_020]);
  });

  it('calls what comes due in order of the instants, each at its own', () => {
    const clock = new ManualClock();
    const calls: [string, number][] = [];
    const call = (name: string) => () => void calls.push([name, clock.now()]);
    clock.after(30, call('late'));
    clock.after(10, call('first'));
    clock.after(10, call('second'));
    clock.advance(29);
    clock.advance(1);
    assert.deepEqual(calls, [
      ['first', 10],
      ['second', 10],
      ['late', 30],
    ]);
  });

  it('calls in the same move what is asked for meanwhile, if it comes due in it', () => {
    const clock = new ManualClock();
    const beats: number[] = [];
    const beat = (): void => {
      beats.push(clock.now());
      clock.after(10, beat);
    };
    clock.after(10, beat);
    clock.advance(35);
    assert.deepEqual(beats, [10, 20, 30]);
    assert.equal(clock.nextDueMs, 40);
  });

  it('forgets what was cancelled, and never calls what waits for ever', () => {
    const clock = new ManualClock();
    const cancel = clock.after(10, () => assert.fail('cancelled'));
    clock.after(Infinity, () => assert.fail('never'));
    cancel();
    cancel();
    clock.advance(1e9);
    assert.equal(clock.nextDueMs, undefined);
  });
});
