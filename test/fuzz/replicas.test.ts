/**
 * Replica sets under everything at once: tells, sends, asks and broadcasts while replicas end, are killed with their
 * threads, and the set is resized. Afterwards the accounts add up, every promise has settled, and no key's work was
 * done out of order.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProtocolOf, Replicas } from '../../core/index.js';
import { type Random, seededRandom } from '../../core/random.js';
import { createTestSystem, type TestSystem } from '../../core/testkit/index.js';
import { keeper, ledger } from '../support/replica-actors.js';

type Keepers = Replicas<ProtocolOf<typeof keeper>>;
const SEEDS = 40;
const STEPS = 120;
const KEYS = 8;

/** One thing at random; what it gave rise to ends some time later. */
function act(
  system: TestSystem,
  set: Keepers,
  random: Random,
  next: number[],
): Promise<unknown> | undefined {
  const key = random.int(KEYS);
  const number = next[key] as number;
  next[key] = number + 1;
  const owner = set.to(key);
  switch (random.int(9)) {
    case 0:
      return set.resize(1 + random.int(5));
    case 1: {
      const one = set.at(random.int(set.size));
      return one && system.stopActor(one, random.pick(['stop', 'drain', 'kill']));
    }
    case 2:
      if (random.int(4) === 0) system.killThread(1 + random.int(2));
      return undefined;
    case 3:
      return owner.ask('work', `${key}`, number);
    case 4:
      return owner.send('work', `${key}`, number);
    case 5:
      set.broadcast('worked');
      return random.int(2) === 0 ? set.askAll('worked') : set.askFirst('worked');
    case 6:
      return set.with({ whenFull: 'wait' }).to(key).ask('work', `${key}`, number);
    default:
      owner.tell('work', `${key}`, number);
      return undefined;
  }
}

async function play(seed: number): Promise<void> {
  const system = await createTestSystem({ seed, threads: 2 });
  const random = seededRandom(seed);
  const book = system.spawn(ledger(false), { thread: 'main' });
  const set = system.spawn(keeper(book), {
    replicas: 2,
    mailbox: { capacity: 4 },
    renewalsMax: 1_000,
  });
  const next = Array.from({ length: KEYS }, () => 0);
  let open = 0;
  for (let step = 0; step < STEPS; step++) {
    const ends = act(system, set, random, next);
    if (ends !== undefined) {
      open++;
      const settled = (): void => {
        open--;
      };
      ends.then(settled, settled);
    }
    for (let steps = random.int(12); steps > 0; steps--) await system.step();
  }
  await system.advance(60_000);
  assert.equal(open, 0, 'every promise settles');
  assert.deepEqual((await book.ask('report')).faults, []);
  await system.stop();
  const { accepted, handled, deadLetters, queued, stashed } = system.stats();
  assert.deepEqual(
    { queued, stashed, lost: accepted - handled - deadLetters },
    { queued: 0, stashed: 0, lost: 0 },
  );
}

describe('replica sets under a random load', () => {
  it(`keep their accounts and the order of keys, for ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      try {
        await play(seed);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});
