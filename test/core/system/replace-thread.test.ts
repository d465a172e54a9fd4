/**
 * Threads replaced on purpose, on real threads: nothing that was accepted is lost, nobody is blamed, and what serves
 * afterwards has loaded its modules anew.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ActorRef, Definition } from '../../../core/index.js';
import { LIMITS } from '../../../core/limits.js';
import { createTestSystem } from '../../../core/testkit/index.js';
import { recorder, weigher } from '../../support/fault-actors.js';
import { type Witness, withSystem } from '../../support/fault-system.js';
import { citizen, flooder, keeper, relay, teller } from '../../support/rolling-actors.js';
import { flags, newFlag } from '../../support/shared-flags.js';
import { TemporaryTree } from '../../support/temporary-tree.js';
import { outcome, until } from '../../support/until.js';

const read = (flag: number): number => Atomics.load(flags, flag);

/** A loaded machine may take its time. */
const PATIENT = { deadlineMs: 60_000 };

/** Fails when anything was counted as a death or a failure. */
function blamesNobody({ system }: Witness): () => void {
  const seen: string[] = [];
  system.events.on('threadDied', ({ error }) => seen.push(`died: ${error.message}`));
  system.events.on('actorFailed', ({ error }) => seen.push(`failed: ${error.message}`));
  system.events.on('threadGivenUp', () => seen.push('given up'));
  return () => {
    assert.deepEqual(seen, []);
    assert.equal(system.stats().failures, 0);
  };
}

describe('replacing a thread under a flood', () => {
  it('loses no message and keeps the order of every pair, from main, from threads, and within the thread', () =>
    withSystem({ sendMs: 60_000 }, async (witness) => {
      const { system, deadLetters, accounts } = witness;
      const blameless = blamesNobody(witness);
      const [counted, disorder, stop] = [newFlag(), newFlag(), newFlag()];
      const next = [newFlag(), newFlag(), newFlag()][0]!;
      const ledger = { counted, disorder, next };
      const target = system.spawn(teller(ledger), { thread: 1, mailbox: { capacity: 500 } });
      const between = system.spawn(relay(target), { thread: 1, mailbox: { capacity: 200 } });
      const elsewhere = system.spawn(flooder(), { thread: 2 });
      const other = system.spawn(flooder(), { thread: 2 });
      await Promise.all([target, between, elsewhere, other].map((ref) => system.started(ref)));
      const patient = { deadlineMs: Number.POSITIVE_INFINITY };
      const floods = [
        elsewhere.with(patient).ask('flood', target, 0, stop),
        other.with(patient).ask('flood', between, 1, stop),
      ];
      const fromMain = (async () => {
        let number = 0;
        for (; read(stop) === 0; number++) await target.send('note', 2, number);
        return number;
      })();
      for (let round = 1; round <= 5; round++) {
        await until(() => read(counted) > round * 2_000, 'a flood');
        assert.equal((await system.replaceThread(1, PATIENT)).outcome, 'finished');
      }
      Atomics.store(flags, stop, 1);
      const sent = (await Promise.all([...floods, fromMain])).reduce((a, b) => a + b, 0);
      await until(() => system.stats().queued === 0, 'nothing queued');
      assert.deepEqual(
        { counted: read(counted), disorder: read(disorder) },
        { counted: sent, disorder: 0 },
      );
      assert.deepEqual(deadLetters, []);
      assert.equal(await target.ask('restarts'), 5);
      blameless();
      accounts();
    }));

  it('gives again what its sender keeps no more: moved and large binaries, and more than a channel remembers', () =>
    withSystem({}, async ({ system, deadLetters, accounts }) => {
      const flag = newFlag();
      const [busy, target, bytes] = [
        system.spawn(keeper(), { thread: 1 }),
        system.spawn(recorder(), { thread: 1, mailbox: { capacity: 100_000 } }),
        system.spawn(weigher(), { thread: 1 }),
      ];
      await Promise.all([busy, target, bytes].map((ref) => system.started(ref)));
      busy.tell('hard', flag);
      await until(() => read(flag) === 1, 'the thread to be busy');
      const large = new Uint8Array(200_000).fill(1);
      const sums = [1, 2, 3].map(() => bytes.ask('sum', large));
      let told = 0;
      while (told < LIMITS.retainedMessages + 5_000 && target.tell('note', told) === 'accepted')
        told++;
      const replaced = system.replaceThread(1, PATIENT);
      Atomics.store(flags, flag, 2);
      assert.equal((await replaced).outcome, 'finished');
      assert.deepEqual(await Promise.all(sums), [200_000, 200_000, 200_000]);
      await until(() => system.stats().queued === 0, 'nothing queued');
      assert.deepEqual(deadLetters, []);
      accounts();
    }));
});

describe('a thread that is replaced', () => {
  it('first finishes what it has in hand: async handlers, and answers that were put off', () =>
    withSystem({}, async (witness) => {
      const { system, accounts } = witness;
      const blameless = blamesNobody(witness);
      const [soft, late] = [newFlag(), newFlag()];
      const ref = system.spawn(keeper(), { thread: 1 });
      const asks = [ref.ask('softly', soft), ref.ask('later', late)];
      await until(() => read(soft) === 1 && read(late) === 1, 'both in hand');
      const replaced = system.replaceThread(1, PATIENT);
      const waiting = ref.ask('restarts');
      Atomics.store(flags, soft, 2);
      Atomics.store(flags, late, 2);
      assert.deepEqual(await Promise.all(asks), ['done', 'done']);
      assert.equal((await replaced).outcome, 'finished');
      assert.ok((await waiting) <= 1);
      assert.equal(await ref.ask('restarts'), 1);
      blameless();
      accounts();
    }));

  it('gives up at the deadline what does not end, as at a restart', async () => {
    const system = await createTestSystem({ seed: 1 });
    const letters: string[] = [];
    const blamed: string[] = [];
    system.events.on('deadLetter', ({ reason, handler }) => letters.push(`${handler} ${reason}`));
    system.events.on('threadDied', ({ error }) => blamed.push(error.message));
    const ref = system.spawn(recorder(), { thread: 1, supervision: { decide: 'stop' } });
    const held = outcome(ref.with({ deadlineMs: Number.POSITIVE_INFINITY }).ask('never'));
    await system.run({ mayWait: true });
    const replaced = await system.until(system.replaceThread(1, { deadlineMs: 100 }));
    assert.deepEqual(replaced, { thread: 1, outcome: 'cutOff', tookMs: replaced.tookMs });
    const end = await held;
    assert.equal(end.is === 'rejected' && (end.error as { code: string }).code, 'ACTOR_RESTARTED');
    assert.equal(await system.until(ref.ask('restarts')), 1);
    assert.deepEqual({ letters, blamed }, { letters: ['never restarted'], blamed: [] });
    assert.equal(system.stats().failures, 0);
    await system.stop();
  });

  it('is ended when it does not answer, and that counts for nobody either', () =>
    withSystem({ handlerOverrunMs: Number.POSITIVE_INFINITY }, async (witness) => {
      const { system, lost, accounts } = witness;
      const blameless = blamesNobody(witness);
      const flag = newFlag();
      const stuck = system.spawn(keeper(), { thread: 1, supervision: { decide: 'stop' } });
      const queued = system.spawn(recorder(), { thread: 1 });
      await Promise.all([system.started(stuck), system.started(queued)]);
      const held = outcome(stuck.ask('hard', flag));
      await until(() => read(flag) === 1, 'the thread to be stuck');
      for (let n = 0; n < 100; n++) queued.tell('note', n);
      const { outcome: how } = await system.replaceThread(1, { deadlineMs: 20 });
      assert.equal(how, 'killed');
      assert.equal((await held).is, 'rejected');
      assert.equal(await stuck.ask('restarts'), 1);
      assert.equal((await queued.ask('notes')).length, 100);
      assert.deepEqual(lost('threadDied'), ['']);
      blameless();
      accounts();
    }));

  it('keeps names, groups, timers, stash and watches; hooks run and are waited for, children begin anew', () =>
    withSystem({}, async (witness) => {
      const { system, deadLetters, accounts } = witness;
      const blameless = blamesNobody(witness);
      const [beats, stops] = [newFlag(), newFlag()];
      const ref = system.spawn(citizen('mayor', beats, stops), { thread: 1, name: 'citizen' });
      const child = await ref.ask('child');
      const ended = system.terminated(ref);
      for (let n = 0; n < 10; n++) ref.tell('keep', n);
      await until(() => system.stats().stashed === 10, 'ten stashed messages');
      assert.equal((await system.replaceThread(1, PATIENT)).outcome, 'finished');
      assert.equal(read(stops), 1);
      assert.equal(system.lookup('citizen')?.equals(ref), true);
      ref.tell('open');
      await until(async () => (await ref.ask('kept')).length === 10, 'the stash');
      assert.deepEqual(await ref.ask('kept'), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      assert.equal(system.lookup('mayor')?.equals(ref), true);
      const before = read(beats);
      await until(() => read(beats) > before, 'the timer of the new incarnation');
      assert.equal(await (await ref.ask('child')).ask('ping'), 'pong');
      await assert.rejects(child.ask('ping'), { code: 'ACTOR_STOPPED' });
      assert.equal((await outcome(ended, 1)).is, 'pending');
      const publisher = system.spawn(flooder(), { thread: 2 });
      await until(async () => (await publisher.ask('publish')) === 1, 'the group to have it');
      await until(() => system.stats().queued === 0, 'nothing queued');
      await system.stopActor(ref);
      assert.equal((await ended).reason, 'stopped');
      assert.deepEqual(deadLetters, []);
      blameless();
      accounts();
    }));

  it('takes its replicas along: a set goes on, by all its members', () =>
    withSystem({}, async (witness) => {
      const { system, accounts } = witness;
      const blameless = blamesNobody(witness);
      const set = system.spawn(recorder(), { replicas: 4, routing: 'round-robin' });
      const asked: Promise<unknown>[] = [];
      let isOver = false;
      const asking = (async () => {
        for (let n = 0; !isOver; n++) {
          asked.push(set.ask('echo', n), set.to(`key ${n % 7}`).ask('echo', n));
          await asked.at(-1);
        }
      })();
      for (const { outcome: how } of await system.replaceThreads(PATIENT))
        assert.equal(how, 'finished');
      isOver = true;
      await asking;
      assert.equal(
        (await Promise.allSettled(asked)).filter((one) => one.status === 'rejected').length,
        0,
      );
      assert.deepEqual(await set.askAll('restarts'), [1, 1, 1, 1]);
      blameless();
      accounts();
    }));

  it('is told of by an event that says why', () =>
    withSystem({}, async ({ system }) => {
      const told = system.events.once('threadReplaced');
      await system.replaceThread(2, { reason: 'new code' });
      const { thread, why, reason } = await told;
      assert.deepEqual({ thread, why, reason }, { thread: 2, why: 'asked', reason: 'new code' });
    }));
});

describe('what a fresh thread runs', () => {
  it('is the code of now, on the thread and on its spare, not that of the last import', () =>
    withSystem({ threads: 1, spareThreads: 1 }, async ({ system, replace }) => {
      const tree = new TemporaryTree();
      try {
        const door = new URL('../../../core/index.js', import.meta.url).href;
        const write = (version: number): string =>
          tree.write(
            'changing.mjs',
            `import { defineActor } from ${JSON.stringify(door)};
             export const changing = defineActor(import.meta.url, 'changing', () => ({ version: () => ${version} }));`,
          );
        const path = write(1);
        type Changing = { version(): number };
        const { changing } = (await import(pathToFileURL(path).href)) as {
          changing: Definition<[], Changing>;
        };
        const ref: ActorRef<Changing> = system.spawn(changing(), { thread: 1 });
        assert.equal(await ref.ask('version'), 1);
        write(2);
        // A spare may have imported the module before it was changed, and a death takes what there is.
        await system.replaceThread(1, PATIENT);
        assert.equal(await ref.ask('version'), 2);
        write(3);
        await system.replaceThread(1, PATIENT);
        assert.equal(await ref.ask('version'), 3);
        // The spare there is now was made after the last call.
        await replace(1);
        assert.equal(await ref.ask('version'), 3);
      } finally {
        tree.remove();
      }
    }));
});

describe('replacing threads again and again', () => {
  it('spends nobody’s budget: neither the threads’ nor the actors’', () =>
    withSystem({ threads: 1 }, async (witness) => {
      const { system, accounts } = witness;
      const blameless = blamesNobody(witness);
      const ref = system.spawn(recorder(), {
        thread: 1,
        supervision: { restartsMax: 1, backoffMinMs: 60_000, backoffMaxMs: 60_000 },
      });
      // One that is still to start is started on the next thread: that is no restart.
      await system.started(ref);
      const times = LIMITS.threadRestartsMax + 2;
      for (let n = 0; n < times; n++)
        assert.equal((await system.replaceThread(1, PATIENT)).outcome, 'finished');
      assert.equal(await ref.ask('restarts'), times);
      assert.deepEqual(system.restingThreads, []);
      blameless();
      accounts();
    }));
});

describe('a replacement that is asked for at another moment', () => {
  it('is the same one while one is under way; others come after it, one thread at a time', () =>
    withSystem({ threads: 3 }, async ({ system, accounts }) => {
      const order: number[] = [];
      system.events.on('threadReplaced', ({ thread }) => order.push(thread));
      const first = system.replaceThread(2, PATIENT);
      assert.equal(await system.replaceThread(2, PATIENT), await first);
      const all = await Promise.all([
        system.replaceThreads(PATIENT),
        system.replaceThread(1, PATIENT),
      ]);
      assert.deepEqual(
        all[0].map(({ thread }) => thread),
        [1, 2, 3],
      );
      assert.equal(order[0], 2);
      assert.deepEqual(system.threads, [0, ...system.threads.slice(1)]);
      assert.deepEqual([...system.threads].sort(), [0, 1, 2, 3]);
      accounts();
    }));

  it('comes after the death of the thread, and after its own', () =>
    withSystem({}, async ({ system, accounts }) => {
      const ref = system.spawn(recorder(), { thread: 1 });
      await system.started(ref);
      for (let round = 0; round < 3; round++) {
        system.killThread(1);
        const replaced = system.replaceThread(1, PATIENT);
        system.killThread(1);
        system.killThread(2);
        const { outcome: how } = await replaced;
        assert.ok(how === 'finished' || how === 'died', how);
        assert.equal(await ref.ask('echo', round), round);
      }
      await until(() => system.stats().queued === 0, 'nothing queued');
      accounts();
    }));

  it('is refused for main, for a thread that is none, without threads, and for a deadline that is none', async () => {
    await withSystem({}, async ({ system }) => {
      await assert.rejects(system.replaceThread(0), { code: 'THREAD_FIXED' });
      await assert.rejects(system.replaceThread(9), { code: 'THREAD_UNKNOWN' });
      await assert.rejects(system.replaceThread(1.5), { code: 'THREAD_UNKNOWN' });
      await assert.rejects(system.replaceThread(1, { deadlineMs: -1 }), { code: 'CONFIG_INVALID' });
      await assert.rejects(system.replaceThreads({ deadlineMs: Number.NaN }), {
        code: 'CONFIG_INVALID',
      });
    });
    await withSystem({ threads: 0 }, async ({ system }) => {
      await assert.rejects(system.replaceThread(1, PATIENT), { code: 'THREAD_UNKNOWN' });
      assert.deepEqual(await system.replaceThreads(), []);
    });
  });

  it('is called off by a stop, which ends as ever', () =>
    withSystem({}, async ({ system }) => {
      const flag = newFlag();
      const ref = system.spawn(keeper(), { thread: 1 });
      const held = outcome(ref.ask('softly', flag));
      await until(() => read(flag) === 1, 'the handler to begin');
      const replaced = outcome(system.replaceThread(1, PATIENT));
      const stopped = system.stop({ deadlineMs: 300 });
      assert.equal((await stopped).drained, false);
      const end = await replaced;
      assert.equal(end.is === 'rejected' && (end.error as { code: string }).code, 'SYSTEM_STOPPED');
      await held;
      await assert.rejects(system.replaceThread(1, PATIENT), { code: 'SYSTEM_STOPPED' });
    }));

  it('works for a thread of its own, and leaves one alone that ends meanwhile', () =>
    withSystem({}, async ({ system, accounts }) => {
      const alone = system.spawn(recorder(), { thread: 'dedicated' });
      const thread = await alone.ask('thread');
      assert.equal((await system.replaceThread(thread, PATIENT)).outcome, 'finished');
      assert.equal(await alone.ask('restarts'), 1);
      assert.equal(await alone.ask('thread'), thread);
      await system.stopActor(alone);
      await until(() => !system.threads.includes(thread), 'the thread to end');
      await assert.rejects(system.replaceThread(thread, PATIENT), { code: 'THREAD_UNKNOWN' });
      accounts();
    }));
});
