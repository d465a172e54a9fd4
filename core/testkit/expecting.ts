/**
 * Waiting for something that a test expects: a test system is stepped until it holds or nothing is left to step, a real
 * one is waited for, with a deadline. And what can be expected of any system: its events, its dead letters, that its
 * accounts add up.
 * Runs on: main.
 */
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { ActorSystem } from '../system/actor-system.js';
import type { SystemStats } from '../system/system-stats.js';
import type { DeadLetter, SystemEvents } from '../system-events.js';
import { replaying } from './seeds.js';
import { TestSystem } from './test-system.js';

export interface ExpectOptions {
  /**
   * How long it may take. Default: in a test system 0, so that time does not move; in a real one
   * LIMITS.testExpectMs.
   */
  readonly withinMs?: number;
}

/** Listeners that look again whenever something has come. */
export class Arrivals {
  readonly #looking = new Set<() => void>();

  come(): void {
    for (const look of [...this.#looking]) look();
  }

  /** Resolves when `holds` does; rejects ASSERTION_FAILED, naming `what`, when nothing can come any more. */
  async until(
    system: ActorSystem,
    holds: () => boolean,
    what: string,
    options: ExpectOptions = {},
  ): Promise<void> {
    if (system instanceof TestSystem) {
      if (await system.eventually(holds, options)) return;
      const within = options.withinMs === undefined ? '' : ` within ${options.withinMs} ms`;
      throw unmet(system, `expected ${what}${within}, got a system at rest`);
    }
    const { withinMs = LIMITS.testExpectMs } = options;
    if (!(await this.within(system, holds, withinMs)))
      throw unmet(system, `expected ${what}, got none within ${withinMs} ms`);
  }

  /** Of a real system: whether it holds within that time. */
  within(system: ActorSystem, holds: () => boolean, withinMs: number): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (held: boolean): void => {
        this.#looking.delete(look);
        cancel();
        resolve(held);
      };
      const look = (): void => {
        if (holds()) end(true);
      };
      const cancel = system.host.clock.after(withinMs, () => end(false));
      this.#looking.add(look);
    });
  }
}

/** ASSERTION_FAILED; of a test system, with the seed that replays it. */
export function unmet(system: ActorSystem, text: string): CodedError {
  const replay = system instanceof TestSystem ? ` (${replaying(system.seed)})` : '';
  return new CodedError('ASSERTION_FAILED', `${text}${replay}`);
}

/**
 * Resolves with the next event of that name, from this call on, that `predicate` accepts. Rejects ASSERTION_FAILED. Call
 * it first, then do what leads to the event, then await it.
 */
export async function expectEvent<K extends keyof SystemEvents & string>(
  system: ActorSystem,
  name: K,
  predicate: (event: SystemEvents[K]) => boolean = () => true,
  options: ExpectOptions = {},
): Promise<SystemEvents[K]> {
  const arrivals = new Arrivals();
  const found: SystemEvents[K][] = [];
  const unsubscribe = system.events.on(name, (event) => {
    if (predicate(event)) found.push(event);
    arrivals.come();
  });
  try {
    await arrivals.until(system, () => found.length > 0, `an event "${name}"`, options);
    return found[0] as SystemEvents[K];
  } finally {
    unsubscribe();
  }
}

/** The dead letters of a system from this call on: the same array, which grows. */
export function deadLettersOf(system: ActorSystem): readonly DeadLetter[] {
  const letters: DeadLetter[] = [];
  system.events.on('deadLetter', (letter) => {
    letters.push(letter);
  });
  return letters;
}

/**
 * The accounts once they add up: every message accepted is handled, a dead letter, queued or stashed. A test system is
 * run first. Rejects ASSERTION_FAILED with the sums.
 */
export async function accounts(
  system: ActorSystem,
  options: ExpectOptions = {},
): Promise<SystemStats> {
  if (system instanceof TestSystem) await system.run({ mayWait: true });
  const { clock } = system.host;
  const { withinMs = system instanceof TestSystem ? 0 : LIMITS.testExpectMs } = options;
  const untilMs = clock.now() + withinMs;
  for (;;) {
    const stats = system.stats();
    const { accepted, handled, deadLetters, queued, stashed } = stats;
    if (accepted === handled + deadLetters + queued + stashed) return stats;
    if (clock.now() >= untilMs) {
      const sum = `${handled} handled + ${deadLetters} dead letters + ${queued} queued + ${stashed} stashed`;
      throw unmet(system, `expected ${accepted} accepted messages to be accounted for, got ${sum}`);
    }
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
  }
}

/** A real system is read while it moves, so its sums may be off for a moment. */
const LOOK_MS = 2;
