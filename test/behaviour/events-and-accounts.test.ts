/**
 * What a system tells about itself: events, stats, inspect; and accounts that add up whatever happened.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type ActorSystem,
  createSystem,
  type DeadLetter,
  type MailboxHighWater,
  silentLogger,
} from '../../core/index.js';
import { seededRandom } from '../../core/random.js';
import { echo, latch, passer, recorder } from '../support/behaviour-actors.js';
import { boss, fragile, watcher } from '../support/behaviour-lives.js';
import { HandTimed, onEachStage } from '../support/behaviour-stage.js';
import { eventually } from '../support/eventually.js';

/** Gathers events of one kind while the work runs, until there are enough. */
async function gather<
  K extends
    | 'actorStarted'
    | 'actorStopped'
    | 'actorRestarted'
    | 'actorFailed'
    | 'deadLetter'
    | 'mailboxHighWater',
>(
  system: ActorSystem,
  name: K,
  count: number,
  work: () => unknown,
): Promise<Parameters<Parameters<typeof system.events.on<K>>[1]>[0][]> {
  const seen: Parameters<Parameters<typeof system.events.on<K>>[1]>[0][] = [];
  const off = system.events.on(name, (event) => {
    seen.push(event);
  });
  await work();
  await eventually(`${count} × ${name}`, () => seen.length >= count);
  off();
  return seen;
}

onEachStage('events', (stage) => {
  it('tell of starts, failures, restarts and ends, with where the actor is', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    let ref = system.spawn(fragile('f', to), near);
    await Promise.all([system.started(to), ref.ask('total')]);
    const [started] = await gather(system, 'actorStarted', 1, () => {
      ref = system.spawn(fragile('g', to), { ...near, name: `g-${near.thread}` });
    });
    assert.deepEqual(started, { actor: ref.address, definition: 'test-fragile' });
    const [failed] = await gather(system, 'actorFailed', 1, () => ref.tell('fail', 'oops'));
    assert.deepEqual(
      [failed?.actor.path, failed?.error.message, failed?.handler, failed?.directive],
      [ref.path, 'oops', 'fail', 'restart'],
    );
    await ref.ask('total');
    const [restarted] = await gather(system, 'actorRestarted', 1, () => ref.tell('fail', 'again'));
    assert.deepEqual(
      [restarted?.actor, restarted?.error.message, restarted?.restarts],
      [ref.address, 'again', 2],
    );
    const [stopped] = await gather(system, 'actorStopped', 1, () => system.stopActor(ref));
    assert.deepEqual([stopped?.actor, stopped?.error], [ref.address, undefined]);
  });

  it('a dead letter names its reason, its handler and what it held', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(passer(), near);
    ref.tell('pass', at, to, 'in hand');
    await to.ask('until', 1);
    const letters = (await gather(system, 'deadLetter', 2, async () => {
      ref.tell('note', to, 'queued');
      (ref.tell as (name: string) => unknown).call(ref, 'quick');
      await eventually(
        'both to be queued',
        async () => (await system.inspect()).find(({ path }) => path === ref.path)?.queued === 2,
      );
      const ended = system.stopActor(ref);
      at.tell('open');
      await ended;
    })) as DeadLetter[];
    assert.deepEqual(
      letters.map(({ reason, handler, target, count }) => [reason, handler, target?.path, count]),
      [
        ['stopped', 'note', ref.path, 1],
        ['stopped', 'quick', ref.path, 1],
      ],
    );
    assert.equal(letters[0]?.args?.[1], 'queued');
    const other = system.spawn(echo(), near);
    const [unknown] = await gather(system, 'deadLetter', 1, () =>
      (other.tell as (name: string) => unknown).call(other, 'absent'),
    );
    assert.deepEqual([unknown?.reason, unknown?.handler], ['unknownHandler', 'absent']);
    const broken = system.spawn(fragile('b', to), near);
    const [failed] = await gather(system, 'deadLetter', 1, () => broken.tell('fail', 'x'));
    assert.deepEqual([failed?.reason, failed?.args], ['handlerFailed', ['x']]);
  });

  it('a mailbox says when it is more than half full, once until it has been empty or twice as deep', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(passer(), { ...near, mailbox: { capacity: 10 } });
    const seen: MailboxHighWater[] = [];
    const off = system.events.on('mailboxHighWater', (event) => {
      seen.push(event);
    });
    const first = ref.ask('pass', at, to, 'a');
    await to.ask('until', 1);
    for (let n = 0; n < 9; n++) await ref.send('note', to, `${n}`);
    await eventually('the notice', () => seen.length > 0);
    at.tell('open');
    await first;
    await to.ask('until', 11);
    off();
    assert.equal(seen.length, 1);
    assert.deepEqual([seen[0]?.actor.path, seen[0]?.messagesMax], [ref.path, 10]);
    assert.ok(
      (seen[0]?.messages ?? 0) > 5 && (seen[0]?.messages ?? 0) < 10,
      `${seen[0]?.messages}`,
    );
  });

  it('what an overflowing mailbox drops is a dead letter, and never the end of a watched actor', async () => {
    const { system, near } = stage();
    for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
      const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
      const ref = system.spawn(passer(), { ...near, mailbox: { capacity: 3, overflow } });
      ref.tell('pass', at, to, 'a');
      await to.ask('until', 1);
      const letters = (await gather(system, 'deadLetter', 3, () => {
        for (let n = 0; n < 5; n++) assert.equal(ref.tell('note', to, `${n}`), 'accepted');
      })) as DeadLetter[];
      assert.deepEqual(
        letters.map(({ reason }) => reason),
        Array(3).fill('evicted'),
      );
      at.tell('open');
      const kept = (await to.ask('until', 4)).slice(2);
      assert.deepEqual(kept, overflow === 'drop-oldest' ? ['3', '4'] : ['0', '1']);
    }
    const to = system.spawn(recorder());
    const ref = system.spawn(watcher(to), {
      ...near,
      mailbox: { capacity: 1, overflow: 'drop-oldest' },
    });
    const other = system.spawn(echo(), near);
    await ref.ask('watch', other);
    const ended = system.stopActor(other);
    for (let n = 0; n < 200; n++) ref.tell('note', 'flood');
    await ended;
    for (let n = 0; n < 200; n++) ref.tell('note', 'flood');
    await eventually('the end to be heard', async () => {
      return (await to.ask('notes')).some((note) => note.endsWith('ended stopped'));
    });
  });
});

onEachStage('inspect and stats', (stage) => {
  it('show every actor, its place in the tree and what it has in hand', async () => {
    const { system, near, far } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const parent = system.spawn(boss([{ name: 'child' }], to), {
      ...near,
      name: `boss-${near.thread}`,
    });
    await parent.ask('child', 'child');
    const ref = system.spawn(passer(), { ...far, name: `busy-${near.thread}` });
    const first = ref.ask('pass', at, to, 'a');
    await to.ask('until', 3);
    ref.tell('quick');
    const busy = await eventually('the second to be queued', async () => {
      const info = (await system.inspect()).find(({ path }) => path === ref.path);
      return info?.queued === 1 && info;
    });
    assert.deepEqual(
      [busy.definition, busy.state, busy.inFlight, busy.depth, busy.thread, busy.restarts],
      ['test-passer', 'running', 1, 2, ref.address.thread, 0],
    );
    const all = await system.inspect();
    const boss1 = all.find(({ path }) => path === parent.path);
    assert.equal(boss1?.children, 1);
    assert.ok(all.some(({ path }) => path === `${parent.path}/child`));
    assert.equal(system.stats().actors, all.length);
    at.tell('open');
    await first;
  });
});

for (const threads of [0, 2]) {
  it(`the accounts add up after anything, with ${threads} threads`, async (t) => {
    const seed = 20_260_101;
    const random = seededRandom(seed);
    const system = await createSystem({
      threads,
      spareThreads: 0,
      seed,
      logger: silentLogger,
      guardian: { restartsMax: Infinity, backoffMinMs: 0, backoffMaxMs: 0 },
    });
    t.after(() => system.stop({ deadlineMs: 500 }));
    const to = system.spawn(recorder(), { mailbox: { capacity: Infinity } });
    const overflow = ['reject', 'drop-oldest', 'drop-newest'] as const;
    const refs = Array.from({ length: 12 }, (_, index) =>
      system.spawn(fragile(`${index}`, to), {
        thread: threads === 0 ? 'main' : random.int(3),
        mailbox: { capacity: 1 + random.int(20), overflow: random.pick(overflow) },
      }),
    );
    const asks: Promise<unknown>[] = [];
    let attempted = 0;
    for (let n = 0; n < 5_000; n++) {
      const ref = random.pick(refs);
      const dice = random.int(100);
      attempted++;
      if (dice < 60) ref.tell('add', 1);
      else if (dice < 90) asks.push(ref.ask('total').catch(() => 'lost'));
      else if (dice < 97) ref.tell('fail', 'x');
      else if (dice === 97 && random.int(4) === 0)
        ref.tell('stop', random.pick(['stop', 'drain', 'kill'] as const));
      else (ref.tell as (name: string) => unknown).call(ref, 'absent');
      if (random.int(50) === 0) await to.ask('notes').then(() => attempted++);
    }
    await Promise.all(asks);
    const before = system.stats();
    assert.ok(before.accepted + before.refused + before.stopped >= attempted, `seed ${seed}`);
    const { drained, left } = await system.drain();
    assert.deepEqual([drained, left], [true, 0], `seed ${seed}`);
    const { accepted, handled, deadLetters, queued, stashed } = system.stats();
    assert.deepEqual([queued, stashed], [0, 0], `seed ${seed}`);
    assert.equal(accepted, handled + deadLetters, `seed ${seed}`);
    assert.ok(
      handled > 500 && deadLetters > 100,
      `seed ${seed}: ${handled} handled, ${deadLetters} dead letters`,
    );
  });
}

onEachStage('drain', (stage) => {
  it('closes the intake, lets what is inside go on, and reports that all is handled', async () => {
    const { system, near, far } = stage();
    const [at, to] = [system.spawn(latch(), far), system.spawn(recorder())];
    const ref = system.spawn(passer(), near);
    const asks = ['a', 'b'].map((label) => ref.ask('pass', at, to, label));
    await to.ask('until', 1);
    at.tell('open');
    const drained = system.drain();
    assert.deepEqual(await Promise.all(asks), ['a', 'b']);
    assert.deepEqual(await drained, { drained: true, left: 0 });
    assert.equal(ref.tell('quick'), 'stopped');
    await assert.rejects(ref.ask('quick'), { code: 'SYSTEM_STOPPED' });
    assert.throws(() => system.spawn(echo()), { code: 'SYSTEM_STOPPED' });
    const stopping = system.stop();
    assert.equal(system.stop(), stopping);
    assert.deepEqual(await stopping, { drained: true, left: 0 });
  });
});

it('a drain that is not done at its deadline says how much is left', async () => {
  const hand = await HandTimed.start();
  const [at, to] = [hand.system.spawn(latch()), hand.system.spawn(recorder())];
  const ref = hand.system.spawn(passer());
  const asks = ['a', 'b', 'c'].map((label) => ref.ask('pass', at, to, label));
  const lost = Promise.allSettled(asks);
  await hand.rest();
  assert.deepEqual(await hand.until(hand.system.drain({ deadlineMs: 100 })), {
    drained: false,
    left: 3,
  });
  await hand.stop();
  assert.deepEqual(
    (await lost).map(({ status }) => status),
    Array(3).fill('rejected'),
  );
});
