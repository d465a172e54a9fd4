/**
 * A system on real threads for a test of faults: says nothing, remembers its dead letters and thread events, and is
 * stopped whatever the test comes to.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import {
  type ActorSystem,
  createSystem,
  type DeadLetter,
  type SystemOptions,
  silentLogger,
} from '../../core/index.js';
import { until } from './until.js';

export interface Witness {
  readonly system: ActorSystem;
  readonly deadLetters: DeadLetter[];
  /** Dead letters of that reason, as handler names, one for each message. */
  lost(reason: DeadLetter['reason']): string[];
  /** Kills that thread and resolves when its replacement serves. */
  replace(thread: number): Promise<void>;
  /** Resolves when `count` replacements have been seen since the start. */
  replaced(count: number): Promise<void>;
  /** Fails unless the accounts add up. Call it when all is quiet. */
  accounts(): void;
}

/**
 * Two threads and a spare unless told otherwise. An ask or a send with no deadline of its own waits longer than
 * `outcome` does: one that hangs is seen, and one that a loaded machine keeps waiting is not taken for it.
 */
export async function withSystem(
  options: SystemOptions,
  test: (witness: Witness) => Promise<void>,
): Promise<void> {
  const system = await createSystem({
    threads: 2,
    logger: silentLogger,
    seed: 1,
    actorsMax: 8_192,
    askMs: 120_000,
    sendMs: 120_000,
    ...options,
  });
  try {
    await test(witnessOf(system));
  } finally {
    await system.stop({ deadlineMs: 1_000 });
  }
}

export function witnessOf(system: ActorSystem): Witness {
  const deadLetters: DeadLetter[] = [];
  let replacements = 0;
  system.events.on('deadLetter', (letter) => deadLetters.push(letter));
  system.events.on('threadReplaced', () => {
    replacements++;
  });
  const replaced = (count: number): Promise<void> =>
    until(() => replacements >= count, `${count} replaced threads`);
  return {
    system,
    deadLetters,
    lost: (reason) =>
      deadLetters
        .filter((letter) => letter.reason === reason)
        .flatMap(({ handler, count }) => new Array<string>(count).fill(handler)),
    replaced,
    replace: (thread) => {
      const count = replacements + 1;
      assert.equal(system.killThread(thread), true);
      return replaced(count);
    },
    accounts: () => {
      const { accepted, handled, deadLetters: dead, queued, stashed } = system.stats();
      assert.deepEqual(
        { accepted, queued },
        { accepted: handled + dead + queued + stashed, queued },
        `accepted = handled ${handled} + dead ${dead} + queued ${queued} + stashed ${stashed}`,
      );
    },
  };
}
