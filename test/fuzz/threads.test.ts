/**
 * Real threads under random programs: spawns, tells, sends, asks, throws, stops, and threads killed in the middle.
 * Afterwards nothing hangs, the accounts add up, and every end was told once. The order of things on real threads is
 * not the seed's; it draws the program.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { ActorSystem } from '../../core/index.js';
import { type Random, seededRandom } from '../../core/random.js';
import { type Witness, withSystem } from '../support/fault-system.js';
import { flags } from '../support/shared-flags.js';
import { type Outcome, outcome, until } from '../support/until.js';
import { ENDS, ENDS_MAX, type FuzzRef, fuzzActor, fuzzWatcher, Tally } from './threads-actor.js';

const SECONDS = Number(process.env.TROUPE_FUZZ_SECONDS ?? 16);
const SEED = Number(process.env.TROUPE_FUZZ_SEED ?? 1);
const STEPS = 1_500;
const HANG_MS = 15_000;

interface World {
  readonly system: ActorSystem;
  readonly random: Random;
  readonly refs: FuzzRef[];
  readonly watched: FuzzRef[];
  readonly waiting: { readonly what: string; readonly outcome: Promise<Outcome<unknown>> }[];
  attempted: number;
  kills: number;
  next: number;
}

it(`keeps its accounts and promises under random programs with killed threads for ${SECONDS} s`, async () => {
  const untilMs = performance.now() + SECONDS * 1_000;
  for (let seed = SEED; seed === SEED || performance.now() < untilMs; seed++) {
    const kills = seed % 3 === 0 ? 0 : 6;
    await run(seed, kills).catch((error: unknown) => {
      throw new Error(`with TROUPE_FUZZ_SEED=${seed}: ${String(error)}`, { cause: error });
    });
  }
});

async function run(seed: number, kills: number): Promise<void> {
  flags.fill(0);
  const random = seededRandom(seed);
  const transport = random.int(2) === 0 ? 'ring' : 'port';
  const guardian = { restartsMax: Infinity, backoffMinMs: 0, backoffMaxMs: 5 };
  await withSystem({ transport, guardian }, async (witness) => {
    const { system } = witness;
    const world: World = {
      system,
      random,
      refs: [],
      watched: [],
      waiting: [],
      attempted: 0,
      kills: 0,
      next: 0,
    };
    const watcher = system.spawn(fuzzWatcher(), {
      thread: 'main',
      mailbox: { capacity: Infinity },
    });
    const watch = (ref: FuzzRef): void => {
      if (world.watched.length >= ENDS_MAX) return;
      world.attempted++;
      assert.equal(watcher.tell('watch', ref, world.watched.push(ref) - 1), 'accepted');
    };
    for (let i = 0; i < 6; i++) spawn(world, watch);
    for (let step = 0; step < STEPS; step++) {
      await act(world, watch);
      if (kills > 0 && step % Math.floor(STEPS / kills) === Math.floor(STEPS / kills / 2)) {
        if (system.killThread(1 + random.int(2))) world.kills++;
      }
    }
    await settle(world, witness);
  });
}

function spawn(world: World, watch: (ref: FuzzRef) => void): void {
  const { random, system, refs } = world;
  const overflow =
    (['reject', 'reject', 'drop-oldest', 'drop-newest'] as const)[random.int(4)] ?? 'reject';
  const capacity = [1, 5, 100, 10_000][random.int(4)] ?? 1;
  const decide = (['restart', 'restart', 'resume', 'stop'] as const)[random.int(4)] ?? 'restart';
  const options = {
    thread: 1 + random.int(2),
    mailbox: { capacity, overflow },
    supervision: { decide },
  };
  const ref = system.spawn(fuzzActor(), options);
  refs.push(ref);
  watch(ref);
}

async function act(world: World, watch: (ref: FuzzRef) => void): Promise<void> {
  const { random, refs, system } = world;
  const pick = (): FuzzRef => refs[random.int(refs.length)] as FuzzRef;
  const ref = pick();
  const kind = random.int(100);
  if (kind < 3) return spawn(world, watch);
  if (kind < 5) {
    const mode = (['stop', 'drain', 'kill'] as const)[random.int(3)] ?? 'stop';
    // What no supervisor on main has lost its way to: only those it spawned.
    refs.splice(refs.indexOf(ref), 1);
    if (refs.length < 4) spawn(world, watch);
    return remember(world, `stopActor ${mode} ${ref.path}`, system.stopActor(ref, mode));
  }
  if (kind < 7) return remember(world, `started ${ref.path}`, system.started(ref));
  if (kind < 10) await pause(random.int(3));
  world.attempted++;
  if (kind < 45) return void ref.tell('note', world.next++);
  if (kind < 52) return void ref.tell('relay', [pick(), pick()], 1 + random.int(20));
  if (kind < 55) return void ref.tell('fail');
  if (kind < 57) return void ref.tell('smuggle', pick());
  if (kind < 59) return void ref.tell('spawn', 1 + random.int(2));
  if (kind < 61) return void (ref as unknown as { tell(name: string): string }).tell('nobody');
  if (kind < 63) return void ref.tell('echo', () => 1);
  if (kind < 66) return void ref.tell('stash', random.int(3));
  if (kind < 67) return void ref.tell('stop');
  const asker = ref.with({ deadlineMs: 2_000, whenFull: random.int(2) === 0 ? 'wait' : 'reject' });
  const what = `${kind} to ${ref.path}`;
  if (kind < 75) return remember(world, `send ${what}`, asker.send('note', -1));
  if (kind < 80) return remember(world, `slowly ${what}`, asker.ask('slowly', random.int(5)));
  if (kind < 83) return remember(world, `askOn ${what}`, asker.ask('askOn', pick()));
  if (kind < 86) return remember(world, `sendOn ${what}`, asker.ask('sendOn', pick()));
  if (kind < 88) return remember(world, `refuse ${what}`, asker.ask('refuse'));
  if (kind < 90) return remember(world, `fail ${what}`, asker.ask('fail'));
  remember(world, `echo ${what}`, asker.ask('echo', kind));
}

function remember(world: World, what: string, promise: Promise<unknown>): void {
  world.waiting.push({ what, outcome: outcome(promise, HANG_MS) });
}

async function settle(world: World, witness: Witness): Promise<void> {
  const { system, watched, kills } = world;
  for (const { what, outcome: settled } of world.waiting) {
    assert.notEqual((await settled).is, 'pending', `${what} hangs`);
  }
  const drained = await system.drain({ deadlineMs: HANG_MS });
  const left = (await system.inspect()).filter(({ depth, stashed }) => depth + stashed > 0);
  const { queued } = system.stats();
  assert.deepEqual(
    { drained: drained.drained, queued },
    { drained: true, queued: 0 },
    JSON.stringify(left),
  );
  witness.accounts();
  const main = system.stats().threads[0];
  assert.ok(main !== undefined);
  assert.equal(
    main.accepted + main.refused + main.stopped,
    world.attempted,
    'what the program attempted',
  );
  assert.equal(Atomics.load(flags, Tally.disordered), 0, 'messages of the program out of order');
  if (kills === 0) checkExact(world, witness);
  await Promise.all(watched.map((ref) => outcome(system.stopActor(ref, 'kill'), HANG_MS))).then(
    (ends) => {
      for (const [i, end] of ends.entries())
        assert.equal(end.is, 'resolved', `stopActor ${watched[i]?.path} hangs`);
    },
  );
  const ends = (): number[] => watched.map((_, i) => Atomics.load(flags, ENDS + i));
  await until(
    () => ends().every((times) => times >= 1),
    `each of ${watched.length} ends to be told`,
  );
  assert.deepEqual(
    ends(),
    watched.map(() => 1),
  );
  witness.accounts();
}

/** What only holds when no thread has died: what actors tried, and every dead letter told. */
function checkExact(world: World, witness: Witness): void {
  const { accepted, refused, stopped, deadLetters, handled } = world.system.stats();
  const attempted = world.attempted + Atomics.load(flags, Tally.attempted);
  assert.equal(accepted + refused + stopped, attempted, 'what program and actors attempted');
  const told = witness.deadLetters.reduce((sum, letter) => sum + letter.count, 0);
  assert.equal(told, deadLetters, 'the dead letters that were told');
  assert.ok(handled <= Atomics.load(flags, Tally.begun) + world.watched.length);
}
