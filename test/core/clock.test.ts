/** The system clock on real timers: what is asserted is order and "never early", not how long anything took. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystemClock, systemClock } from '../../core/clock.js';

const pendingTimers = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

describe('the system clock', () => {
  it('reads monotonic time that never goes back, and wall time in epoch ms', () => {
    let last = systemClock.now();
    for (let i = 0; i < 1_000; i++) {
      const now = systemClock.now();
      assert.ok(now >= last);
      last = now;
    }
    assert.ok(systemClock.wallNow() > Date.UTC(2024, 0, 1));
  });

  it('never calls before the wait is over by its own reading, fractions included', async () => {
    for (const ms of [0, 0.25, 1, 1.5, 2.999, 5]) {
      const start = systemClock.now();
      const calledAt = await new Promise<number>((resolve) => {
        systemClock.after(ms, () => resolve(systemClock.now()));
      });
      assert.ok(calledAt - start >= ms, `asked for ${ms} ms, called after ${calledAt - start}`);
    }
  });

  it('calls in a turn of its own, even for a wait of 0', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.after(0, () => {
        order.push('called');
        resolve();
      });
      order.push('asked');
      queueMicrotask(() => order.push('microtask'));
    });
    assert.deepEqual(order, ['asked', 'microtask', 'called']);
  });

  it('waits longer than one Node timer can by chaining several, and stays cancellable between them', async () => {
    const clock = createSystemClock({ timeoutMsMax: 1 });
    const before = pendingTimers();
    const start = clock.now();
    let calls = 0;
    const cancel = clock.after(1e6, () => calls++);
    const calledAt = await new Promise<number>((resolve) => {
      clock.after(6, () => resolve(clock.now()));
    });
    assert.ok(calledAt - start >= 6);
    assert.equal(pendingTimers(), before + 1);
    cancel();
    assert.equal(pendingTimers(), before);
    assert.equal(calls, 0);
  });

  it('takes waits beyond 2^31 ms without a warning from Node and without firing', async () => {
    const warnings: Error[] = [];
    const collect = (warning: Error) => warnings.push(warning);
    process.on('warning', collect);
    let calls = 0;
    const cancels = [2 ** 31, 2 ** 45, Infinity].map((ms) => systemClock.after(ms, () => calls++));
    await new Promise<void>((resolve) => {
      systemClock.after(3, resolve);
    });
    for (const cancel of cancels) cancel();
    process.off('warning', collect);
    assert.equal(calls, 0);
    assert.deepEqual(warnings, []);
  });

  it('keeps the process alive while something is pending, unless told not to', () => {
    const before = pendingTimers();
    const cancel = systemClock.after(60_000, () => {});
    assert.equal(pendingTimers(), before + 1);
    const cancelUnref = createSystemClock({ unref: true }).after(60_000, () => {});
    assert.equal(pendingTimers(), before + 1);
    cancel();
    cancel();
    cancelUnref();
    assert.equal(pendingTimers(), before);
  });

  it('refuses a wait that is negative or no number', () => {
    for (const ms of [-1, Number.NaN])
      assert.throws(() => systemClock.after(ms, () => {}), { code: 'ASSERTION_FAILED' });
  });
});
