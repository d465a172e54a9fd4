import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ActorRef,
  type ActorSystem,
  createSystem,
  type ProtocolOf,
  type Replicas,
  silentLogger,
} from '../../../core/index.js';
import { type Random, seededRandom } from '../../../core/random.js';
import { createTestSystem } from '../../../core/testkit/index.js';
import { eventually } from '../../support/eventually.js';
import { counter, gate, keeper, ledger, stasher } from '../../support/replica-actors.js';

type Keepers = Replicas<ProtocolOf<typeof keeper>>;
type Ledger = ActorRef<ProtocolOf<typeof ledger>>;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Works on a key until told to end, by tells, sends and asks; answers how often. */
async function workOn(
  set: Keepers,
  key: string,
  random: Random,
  goesOn: (number: number) => boolean,
): Promise<number> {
  const owner = set.to(key);
  const asker = owner.with({ whenFull: 'wait' });
  let number = 0;
  while (goesOn(number)) {
    const way = random.int(4);
    if (way === 0) assert.equal(await asker.ask('work', key, number), number);
    else if (way === 1 || owner.tell('work', key, number) !== 'accepted')
      await owner.send('work', key, number);
    number++;
  }
  return number;
}

/** Resizes again and again while many keys are worked on; answers how much work was given. */
async function resizeUnderLoad(
  set: Keepers,
  random: Random,
  options: { keys: number; sizes: number[] },
): Promise<number> {
  let isResizing = true;
  const goesOn = (number: number) => isResizing || number < 5;
  const work = upTo(options.keys).map((n) => workOn(set, `key-${n}`, random.fork(), goesOn));
  for (const size of options.sizes) await set.resize(size);
  isResizing = false;
  const counts = await Promise.all(work);
  return counts.reduce((sum, count) => sum + count, 0);
}

async function assertKept(system: ActorSystem, book: Ledger, given: number): Promise<void> {
  await eventually(
    'all work to have ended',
    async () => (await book.ask('report')).ended >= given || system.stats().queued === 0,
  );
  assert.deepEqual(await book.ask('report'), { ended: given, faults: [] });
}

describe('a resize', () => {
  it('keeps the order of every key and never has two owners at work on one, whatever goes on', async () => {
    const system = await createSystem({
      threads: 2,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 120_000,
      sendMs: 120_000,
    });
    const book = system.spawn(ledger(true), { thread: 'main' });
    const set = system.spawn(keeper(book), { replicas: 2, routing: 'hash' });
    const sizes = [3, 1, 4, 2, 6, 5, 1, 3, 8, 2];
    const given = await resizeUnderLoad(set, seededRandom(1), { keys: 40, sizes });
    await assertKept(system, book, given);
    assert.deepEqual(await system.stop(), { drained: true, left: 0 });
  });

  it('does so for those that wait for room, too', async () => {
    const system = await createSystem({
      threads: 2,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 120_000,
      sendMs: 120_000,
    });
    const book = system.spawn(ledger(true), { thread: 'main' });
    const set = system.spawn(keeper(book), { replicas: 2, mailbox: { capacity: 2 } });
    let full = 0;
    const work = upTo(30).map(async (n) => {
      const key = `key-${n}`;
      const waiting = set.with({ whenFull: 'wait' }).to(key);
      const done: Promise<unknown>[] = [];
      for (const number of upTo(20)) {
        if (number % 4 === 0) done.push(waiting.ask('work', key, number));
        else if (number % 4 === 1) done.push(waiting.send('work', key, number));
        else if (set.to(key).tell('work', key, number) === 'full') {
          full++;
          done.push(waiting.send('work', key, number));
        }
        if (number % 5 === 4) await Promise.all(done.splice(0));
      }
      await Promise.all(done);
    });
    for (const size of [5, 1, 4]) await set.resize(size);
    await Promise.all(work);
    assert.ok(full > 0);
    await assertKept(system, book, 600);
    await system.stop();
  });

  it('keeps messages for moved keys until their owner has finished, and answers full beyond its bound', async () => {
    const system = await createSystem({ threads: 0, logger: silentLogger, askMs: 60_000 });
    const set = system.spawn(gate(), { replicas: 1, mailbox: { capacity: Infinity } });
    const held = set.ask('hold');
    await eventually('it to be in hand', async () => (await set.ask('holding')) === 1);
    const old = set.at(0)!;
    let isDone = false;
    const resized = set.resize(2).then(() => {
      isDone = true;
    });
    await eventually('the new ring', () => set.size === 2);
    const before = system.stats().accepted;
    const told = new Set<string>();
    let kept = 0;
    for (let key = 0; !told.has('full'); key++) {
      const accepted = system.stats().accepted;
      const answer = set.to(key).tell('add');
      told.add(answer);
      if (answer === 'accepted' && system.stats().accepted === accepted) kept++;
    }
    assert.deepEqual([...told].toSorted(), ['accepted', 'full']);
    assert.equal(kept, 10_000);
    assert.equal(await set.at(1)!.ask('done'), 0);
    assert.equal(isDone, false);
    old.tell('release');
    await Promise.all([held, resized]);
    assert.equal(await set.at(1)!.ask('done'), kept);
    assert.ok(system.stats().accepted >= before + kept);
    assert.deepEqual(await system.stop(), { drained: true, left: 0 });
  });

  it('waits for what the former owner has put aside', async () => {
    const system = await createTestSystem({ seed: 5 });
    const set = system.spawn(stasher(), { replicas: 1 });
    for (const key of upTo(20)) assert.equal(set.to(key).tell('work', key), 'accepted');
    await system.run();
    const former = set.at(0)!;
    const resized = set.resize(2);
    await system.run();
    assert.equal(set.size, 2);
    for (const key of upTo(20)) assert.equal(set.to(key).tell('work', 100 + key), 'accepted');
    for (const ref of set.refs) ref.tell('open');
    await system.until(resized);
    const [first, second] = await set.askAll('worked');
    assert.deepEqual(first!.slice(0, 20), upTo(20));
    assert.ok(former.equals(set.at(0)!) && second!.length > 0);
    assert.deepEqual(
      [...first!.slice(20), ...second!].toSorted((a, b) => a - b),
      upTo(20).map((n) => 100 + n),
    );
    await system.stop();
  });

  it('in a system that is stopping still delivers what was kept', async () => {
    const system = await createSystem({
      threads: 2,
      spareThreads: 0,
      logger: silentLogger,
      askMs: 60_000,
    });
    const memory = new Int32Array(new SharedArrayBuffer(4));
    const set = system.spawn(counter(0), { replicas: 2 });
    await set.askAll('total');
    const resized = set.resize(5);
    await eventually('the new ring', () => set.size === 5);
    const accepted = upTo(200).filter((key) => set.to(key).tell('mark', memory, 0) === 'accepted');
    assert.deepEqual(await system.stop(), { drained: true, left: 0 });
    await resized;
    assert.equal(memory[0], accepted.length);
  });

  it('gives up what it keeps when the set is stopped: dead letters, and every asker hears', async () => {
    const system = await createSystem({ threads: 0, logger: silentLogger, askMs: 60_000 });
    const letters = system.events.events('deadLetter');
    const set = system.spawn(gate(), { replicas: 1 });
    const held = assert.rejects(set.ask('hold'), { code: 'ACTOR_STOPPED' });
    await eventually('it to be in hand', async () => (await set.ask('holding')) === 1);
    const resized = set.resize(4);
    await eventually('the new ring', () => set.size === 4);
    const owners = upTo(50).map((key) => set.to(key));
    const moved = owners.filter((owner) => owner.tell('add') === 'accepted');
    const asked = owners.map((owner) => owner.ask('done'));
    const sent = owners.map((owner) => owner.send('add'));
    const ends = Promise.allSettled([...asked, ...sent]);
    await set.stop('kill');
    await held;
    await resized;
    assert.equal(moved.length, 50);
    const failed = (await ends).flatMap((end) =>
      end.status === 'rejected' ? [end.reason.code] : [],
    );
    assert.ok(failed.length > 0);
    for (const code of failed) assert.ok(['REPLICAS_NONE', 'ACTOR_STOPPED'].includes(code), code);
    const first = await letters.next();
    assert.equal(first.value?.reason, 'stopped');
    const { accepted, handled, deadLetters, queued, stashed } = system.stats();
    assert.equal(accepted, handled + deadLetters + queued + stashed);
    assert.deepEqual(await system.stop(), { drained: true, left: 0 });
  });

  it('goes on when a thread dies in the midst of it', async () => {
    const options = { threads: 2, logger: silentLogger, askMs: 120_000, sendMs: 120_000 };
    const system = await createSystem(options);
    const book = system.spawn(ledger(false), { thread: 'main' });
    const set = system.spawn(keeper(book), { replicas: 2, mailbox: { capacity: 16 } });
    let isResizing = true;
    const work = upTo(20).map(async (n) => {
      const owner = set.with({ whenFull: 'wait' }).to(`key-${n}`);
      for (let number = 0; isResizing || number < 10; number++)
        await owner.ask('work', `key-${n}`, number).catch(() => {});
    });
    for (const [round, size] of [4, 1, 5, 3].entries()) {
      const resized = set.resize(size).catch(() => 'a new replica was lost with its thread');
      const replaced = system.events.once('threadReplaced');
      assert.ok(system.killThread(1 + (round % 2)));
      await Promise.all([resized, replaced]);
    }
    isResizing = false;
    await Promise.all(work);
    await set.resize(2);
    assert.deepEqual((await book.ask('report')).faults, []);
    const { drained } = await system.stop();
    assert.equal(drained, true);
    const { accepted, handled, deadLetters, queued, stashed } = system.stats();
    assert.equal(accepted, handled + deadLetters + queued + stashed);
  });
});

describe('a resize under any interleaving', () => {
  it('keeps the order of every key with one owner at work at a time', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const system = await createTestSystem({ seed, threads: 2, sendMs: 1e9, askMs: 1e9 });
      const book = system.spawn(ledger(true), { thread: 'main' });
      const set = system.spawn(keeper(book), { replicas: 2, mailbox: { capacity: 3 } });
      const given = await system.until(
        resizeUnderLoad(set, seededRandom(seed), { keys: 6, sizes: [3, 1, 4, 2] }),
      );
      await system.run();
      assert.deepEqual(await book.ask('report'), { ended: given, faults: [] }, `seed ${seed}`);
      await system.stop();
    }
  });
});
