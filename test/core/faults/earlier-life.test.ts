/**
 * What a thread asked before it died may be handled after its return, when its asks are numbered from one again: the
 * answer is nobody's, and no ask of the new life has any news of it. On real threads.
 *
 *   thread 1:  asks (1)──▶ relay on thread 2, held     dies, returns     asks (1)…(16) of others
 *                          relay is let go ──(1)──▶ whoever has it now must not answer the second (1)
 *
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { questioner, type RelayRef, recorder, relay } from '../../support/fault-actors.js';
import { type Witness, withSystem } from '../../support/fault-system.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { outcome, until } from '../../support/until.js';

/** No fewer than a life here asks before the ask in question, so that its number is given anew. */
const ASKS = 16;

describe('what an actor asked before its thread died', () => {
  it('is answered to nobody when it comes to the next life of that thread', () =>
    withSystem({}, async (witness) => {
      const { system, replace, accounts } = witness;
      const { asker, over, near, letGo } = stage(witness);
      const target = system.spawn(recorder(), { thread: 1 });
      const silent = system.spawn(recorder(), { thread: 'main' });
      asker.tell('askOver', over, target);
      await asker.ask('reach', near);
      await replace(1);
      await asker.ask('askMany', silent, ASKS);
      letGo();
      await until(async () => (await target.ask('notes')).length === 1, 'the note to be handed on');
      assert.deepEqual(await asker.ask('heard'), []);
      accounts();
    }));

  it('moves none of the asks of the next life when it is handed on', () =>
    withSystem({}, async (witness) => {
      const { system, replace, accounts } = witness;
      const { asker, over, near, letGo } = stage(witness);
      const target = system.spawn(recorder(), { thread: 2 });
      const silent = system.spawn(recorder(), { thread: 'main' });
      asker.tell('askOver', over, target);
      await asker.ask('reach', near);
      await replace(1);
      await asker.ask('askMany', silent, ASKS);
      letGo();
      await until(async () => (await target.ask('notes')).length === 1, 'the note to be handed on');
      await asker.ask('reach', near);
      // With its thread goes what the note went to, not what the others wait for.
      await replace(2);
      assert.equal(await asker.ask('reach', near), 'pong');
      assert.deepEqual(await asker.ask('heard'), []);
      accounts();
    }));

  it('takes no demand of the streams that the next life reads', () =>
    withSystem({}, async (witness) => {
      const { replace, accounts } = witness;
      const { asker, over, near, letGo } = stage(witness);
      asker.tell('read', over, 1);
      await asker.ask('reach', near);
      await replace(1);
      await asker.ask('read', near, ASKS);
      await until(async () => (await asker.ask('heard')).length === ASKS, 'all to be read');
      letGo();
      // Behind the stream of the life before.
      assert.equal(await over.ask('ping'), 'pong');
      const read = await outcome(asker.ask('readOn', 100));
      assert.deepEqual(read, { is: 'resolved', value: ASKS });
      accounts();
    }));
});

/** Who asks is on thread 1; on thread 2 a relay that is held until it is let go, and one that is not. */
function stage({ system }: Witness) {
  const asker = system.spawn(questioner(), { thread: 1 });
  const over: RelayRef = system.spawn(relay(), { thread: 2 });
  const near: RelayRef = system.spawn(relay(), { thread: 2 });
  const flag = newFlag();
  over.tell('hold', flag);
  return { asker, over, near, letGo: () => Atomics.store(flags, flag, -1) };
}
