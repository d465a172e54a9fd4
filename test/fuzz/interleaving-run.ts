/**
 * Whole systems of logical threads under random programs, each interleaving drawn from its seed. Whatever happens,
 * accounts add up, order is kept, answers and notices come once, and nothing is left behind.
 */
import assert from 'node:assert/strict';
import type { ActorRef } from '../../core/index.js';
import { seededRandom } from '../../core/random.js';
import { SlotState } from '../../core/slot-table.js';
import { createTestSystem, type TestSystem } from '../../core/testkit/index.js';
import { Word } from '../../core/thread-table.js';
import { Program, type ProgramOptions } from './interleaving-program.js';
import { CHOIR, forgetWorlds, keyOf, type World } from './interleaving-world.js';

const DEATHS = 0.01;

/** One program under one interleaving; answers the hash of what happened. */
export async function fuzz(seed: number | string): Promise<string> {
  const random = seededRandom(`program ${seed}`);
  const flag = (): boolean => random.int(3) === 0;
  const options = {
    acts: 80,
    isTight: flag(),
    isDeadly: flag(),
    isSocial: flag(),
    isRolling: random.int(2) === 0,
  };
  const { isDeadly, isRolling } = options;
  const system = await createTestSystem({ seed, threads: 2, deaths: isDeadly ? DEATHS : 0 });
  const deadLetters = { count: 0 };
  system.events.on('deadLetter', ({ count }) => {
    deadLetters.count += count;
  });
  const program = new Program(system, random, options);
  if (process.env.TROUPE_STORY !== undefined) tell(system, program.world);
  await program.run();
  system.deaths = 0;
  await system.advance(300_000);
  checkAtRest(system, program, options);
  await system.stop();
  checkStopped(system);
  program.world.check();
  // A thread that is ended in the middle takes notices along, not accounts: and so is one whose hooks outlast their time.
  if (!isDeadly && !isRolling)
    assert.equal(deadLetters.count, system.stats().deadLetters, 'a notice for each dead letter');
  forgetWorlds();
  return system.trace.hash;
}

/** Prints what happens, step by step. */
function tell(system: TestSystem, world: World): void {
  world.note = (text) =>
    console.error(`${system.trace.steps} ${system.trace.last.at(-1)}: ${text}`);
}

function checkAtRest(system: TestSystem, program: Program, options: ProgramOptions): void {
  const { world } = program;
  world.check();
  const stats = system.stats();
  const { accepted, refused, stopped, handled, deadLetters, queued, stashed } = stats;
  assert.equal(
    accepted,
    handled + deadLetters + queued + stashed,
    `accounts: ${JSON.stringify(stats)}`,
  );
  const attempted =
    world.told.accepted + world.told.full + world.told.stopped + world.asks + world.sends;
  if (!options.isTight && !options.isDeadly && !options.isSocial)
    assert.equal(accepted + refused + stopped, attempted, 'attempts');
  assert.deepEqual([...program.pending], [], 'what was asked for has settled');
  const { table } = system.host;
  for (let slot = 0; slot < table.slotsUsed; slot++) {
    assert.equal(table.depth(slot), 0, `depth of slot ${slot} in state ${table.state(slot)}`);
  }
  for (const { watcher, target, notices } of world.watches) {
    const isGone = !isLive(system, target);
    if (watcher.key !== 'main' && (!world.isCurrent(watcher) || !isLive(system, watcher.key)))
      continue;
    assert.equal(
      Math.min(notices, 1),
      isGone ? 1 : 0,
      `notices of the end of ${target} to ${watcher.key}`,
    );
  }
  checkGroups(system);
  for (const [name, key] of world.names) {
    if (!isLive(system, key)) continue;
    const found = system.lookup(name);
    assert.equal(found && keyOf(found as ActorRef<never>), key, `who has the name "${name}"`);
  }
}

/** Every thread knows the same members: those that have joined and live. */
function checkGroups(system: TestSystem): void {
  const joined = system.hosts.flatMap((host) =>
    [...host.cells()].filter(({ extras }) => extras?.groups?.has(CHOIR.name) === true),
  );
  const expected = joined.map(({ slot, generation }) => `${slot}.${generation}`).sort();
  for (const host of system.hosts) {
    const known = host.groups.members(CHOIR.name).map((ref) => `${ref.slot}.${ref.generation}`);
    assert.deepEqual(known.sort(), expected, `members that thread ${host.thread} knows`);
  }
}

function isLive(system: TestSystem, key: string): boolean {
  const [slot, generation] = key.split('.').map(Number) as [number, number];
  return system.host.table.isLive(slot, generation);
}

function checkStopped(system: TestSystem): void {
  assert.ok(system.isQuiescent, 'nothing runnable is left');
  assert.equal(system.clock.nextDueMs, undefined, 'no timer is left');
  const { table, threads } = system.host;
  for (let slot = 0; slot < table.slotsUsed; slot++) {
    assert.equal(table.depth(slot), 0, `depth of slot ${slot} in the end`);
    assert.equal(table.state(slot), SlotState.free, `state of slot ${slot} in the end`);
  }
  for (let thread = 0; thread < threads.threads; thread++) {
    assert.equal(threads.load(thread, Word.actors), 0, `actors of thread ${thread} in the end`);
    assert.equal(
      threads.load(thread, Word.inFlight),
      0,
      `in flight on thread ${thread} in the end`,
    );
  }
}
