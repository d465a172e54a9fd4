/**
 * The ways an ask can end: the answer, a refusal (a normal, typed "no"), a failure with its cause, a deadline, an
 * AbortSignal. All of them arrive as they are from another thread.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import {
  CodedError,
  createSystem,
  defineActor,
  hasCode,
  Refusal,
  refuse,
  silentLogger,
} from '../core/index.js';

const account = defineActor(import.meta.url, 'account', (ctx, opening: number) => {
  let balance = opening;
  return {
    withdraw(amount: number) {
      if (amount > balance) throw refuse('NO_FUNDS', `got ${amount}`, { balance });
      balance -= amount;
      return balance;
    },
    audit(): number {
      throw new TypeError('the books are missing');
    },
    /** Never answers: nobody settles it. */
    closing: () => ctx.defer<number>(),
    restarts: () => ctx.restarts,
  };
});

const system = await createSystem({ threads: 1, logger: silentLogger });
const ada = system.spawn(account(100), { name: 'ada' });

assert.equal(await ada.ask('withdraw', 30), 70);

// A refusal is an answer: the actor goes on, nobody is restarted.
await assert.rejects(ada.ask('withdraw', 500), (error) => {
  assert.ok(error instanceof Refusal && hasCode(error, 'NO_FUNDS'));
  assert.deepEqual(error.details, { balance: 70 });
  return true;
});
assert.equal(await ada.ask('restarts'), 0);

// The deadline is 5 s unless said otherwise; a signal ends the wait at any time.
const hasty = ada.with({ deadlineMs: 20 });
await assert.rejects(hasty.ask('closing'), { code: 'ASK_TIMEOUT' });
const leaving = new AbortController();
const left = ada.with({ signal: leaving.signal }).ask('closing');
leaving.abort(new Error('the user left'));
await assert.rejects(left, (error) => {
  assert.ok(hasCode(error, 'ASK_ABORTED') && error.cause === leaving.signal.reason);
  return true;
});

// Any other throw: the asker hears at once, with the cause, and the supervisor restarts the actor.
await assert.rejects(ada.ask('audit'), (error) => {
  assert.ok(error instanceof CodedError && error.code === 'HANDLER_FAILED');
  assert.ok(error.cause instanceof Error && error.cause.name === 'TypeError');
  assert.match(error.cause.message, /the books are missing/);
  return true;
});
assert.equal(await ada.ask('restarts'), 1);

// Whoever asks too late hears at once.
await system.stopActor(ada);
await assert.rejects(ada.ask('restarts'), { code: 'ACTOR_STOPPED' });
console.log('one answer, one refusal, one deadline, one abort, one failure, one end');
await system.stop();
