/**
 * Timers and the receive timeout of an actor, under a clock that is moved by hand.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { echo, latch, recorder } from '../support/behaviour-actors.js';
import { timed } from '../support/behaviour-lives.js';
import { HandTimed } from '../support/behaviour-stage.js';

describe('timers', () => {
  let hand: HandTimed;
  beforeEach(async () => {
    hand = await HandTimed.start();
  });
  afterEach(async () => {
    await hand.stop();
  });
  const made = () => {
    const to = hand.system.spawn(recorder());
    const at = hand.system.spawn(latch());
    return { to, at, ref: hand.system.spawn(timed(to)) };
  };

  it('after fires once, when its time has come and not before', async () => {
    const { to, ref } = made();
    await ref.ask('after', 'key', 100, 'fired');
    await hand.advance(99);
    assert.deepEqual(await to.ask('notes'), []);
    assert.equal(await ref.ask('has', 'key'), true);
    await hand.advance(1);
    assert.deepEqual(await to.ask('notes'), ['fired']);
    assert.equal(await ref.ask('has', 'key'), false);
    await hand.advance(1_000);
    assert.deepEqual(await to.ask('notes'), ['fired']);
  });

  it('a key set again replaces the timer, and cancel takes it away', async () => {
    const { to, ref } = made();
    await ref.ask('after', 'key', 100, 'first');
    await ref.ask('after', 'key', 200, 'second');
    await ref.ask('after', 'other', 50, 'never');
    await ref.ask('cancel', 'other');
    await hand.advance(150);
    assert.deepEqual(await to.ask('notes'), []);
    await hand.advance(50);
    assert.deepEqual(await to.ask('notes'), ['second']);
  });

  it('a timer that was cancelled or replaced does not fire, even if it was queued already', async () => {
    const { to, at, ref } = made();
    await ref.ask('after', 'cancelled', 10, 'cancelled');
    await ref.ask('after', 'replaced', 10, 'old');
    ref.tell('waitAt', at);
    ref.tell('cancel', 'cancelled');
    ref.tell('after', 'replaced', 10, 'new');
    await hand.advance(20);
    at.tell('open');
    await hand.rest();
    assert.deepEqual(await to.ask('notes'), []);
    await hand.advance(10);
    assert.deepEqual(await to.ask('notes'), ['new']);
  });

  it('every fires at multiples from its start, skipping beats that find the last one queued', async () => {
    const { to, at, ref } = made();
    await ref.ask('every', 'beat', 100);
    for (const ms of [100, 100, 50]) await hand.advance(ms);
    assert.deepEqual(await to.ask('notes'), ['beat 1', 'beat 2']);
    ref.tell('waitAt', at);
    await hand.advance(300);
    at.tell('open');
    await hand.rest();
    assert.deepEqual(await to.ask('notes'), ['beat 1', 'beat 2', 'beat 3']);
    await hand.advance(50);
    assert.deepEqual(await to.ask('notes'), ['beat 1', 'beat 2', 'beat 3', 'beat 4']);
    await ref.ask('cancel', 'beat');
    await hand.advance(1_000);
    assert.equal((await to.ask('notes')).length, 4);
  });

  it('cron fires at the times of its line, in its zone', async () => {
    const { to, ref } = made();
    // The hand clock begins at the first instant of 2026, UTC.
    await ref.ask('cron', 'utc', '30 0 * * *');
    await ref.ask('cron', 'prague', '15 1 * * *', 'Europe/Prague');
    await hand.advance(15 * 60_000 - 1);
    assert.deepEqual(await to.ask('notes'), []);
    await hand.advance(1);
    assert.deepEqual(await to.ask('notes'), ['prague fired']);
    await hand.advance(15 * 60_000);
    assert.deepEqual(await to.ask('notes'), ['prague fired', 'utc fired']);
    // A beat that comes while the last one is still queued would be skipped: hour by hour.
    for (let hour = 0; hour < 24; hour++) await hand.advance(3_600_000);
    assert.equal((await to.ask('notes')).length, 4);
    await assert.rejects(
      ref.ask('cron', 'bad', 'whenever'),
      (error: Error) => (error.cause as { code?: string }).code === 'CRON_INVALID',
    );
  });

  it('a wait that is no number of ms is refused', async () => {
    const ref = hand.system.spawn(timed(hand.system.spawn(recorder())), {
      supervision: { decide: 'resume' },
    });
    for (const ms of [-1, Number.NaN, Infinity]) {
      await assert.rejects(
        ref.ask('after', 'key', ms, 'x'),
        (error: Error) => (error.cause as { code?: string }).code === 'CONFIG_INVALID',
      );
    }
  });

  it('the receive timeout fires when no message came for that long, and each message begins it anew', async () => {
    const { to, ref } = made();
    await ref.ask('quietFor', 100);
    await hand.advance(60);
    await ref.ask('ping');
    await hand.advance(99);
    assert.deepEqual(await to.ask('notes'), []);
    await hand.advance(1);
    assert.deepEqual(await to.ask('notes'), ['quiet']);
    await ref.ask('quietFor', undefined);
    await hand.advance(1_000);
    assert.deepEqual(await to.ask('notes'), ['quiet']);
  });

  it('timers die with the incarnation: those that wait, and those that were queued', async () => {
    const { to, at, ref } = made();
    await ref.ask('after', 'waiting', 500, 'never');
    await ref.ask('remind', 10);
    const failing = assert.rejects(ref.ask('failAt', at), { code: 'HANDLER_FAILED' });
    await hand.advance(20);
    at.tell('open');
    await failing;
    await hand.advance(1_000);
    assert.deepEqual(await to.ask('notes'), []);
    assert.equal(await ref.ask('restarts'), 1);
  });

  it('a Terminated that waits in the mailbox dies with the incarnation that watched', async () => {
    const { to, at, ref } = made();
    const other = hand.system.spawn(echo());
    await ref.ask('watch', other);
    const failing = assert.rejects(ref.ask('failAt', at), { code: 'HANDLER_FAILED' });
    await hand.system.stopActor(other);
    at.tell('open');
    await failing;
    await hand.rest();
    assert.deepEqual(await to.ask('notes'), []);
    assert.equal(await ref.ask('restarts'), 1);
  });

  it('what a timer throws is a failure of its actor', async () => {
    const { ref } = made();
    await ref.ask('failInTimer', 10);
    await hand.advance(10);
    assert.equal(await ref.ask('restarts'), 1);
  });

  it('deadlines of asks are kept by the same clock', async () => {
    const { at } = made();
    const asked = at.with({ deadlineMs: 1_000 }).ask('wait');
    const expired = assert.rejects(asked, { code: 'ASK_TIMEOUT' });
    await hand.advance(999);
    assert.equal(await at.ask('waiters'), 1);
    await hand.advance(50);
    await expired;
  });
});
