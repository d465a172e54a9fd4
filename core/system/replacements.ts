/**
 * Threads replaced on purpose, one after the other, so that their actors begin anew with modules as they are now:
 *
 *   main                         thread B                        the others
 *    ├── pause ────────────────▶ a moment with nothing in hand
 *    ├── hold back ───────────────────────────────────────────▶ what is new for B is held
 *    ├── vacate ───────────────▶ what has come is finished or handed over, actors end
 *    ├── (a change of the fleet) B is ended, a fresh thread becomes B, as after a death: recovery.ts
 *    └── back ────────────────────────────────────────────────▶ children spawned again, what was held is sent
 *
 * It is no death: no supervisor is asked, no budget is spent. Deaths of other threads go their way meanwhile; only the
 * last step is a change of the fleet. A thread that does not answer in time is ended as one that is stuck.
 * Runs on: main.
 */
import { type Clock, within } from '../clock.js';
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Ending } from '../threads/casualties.js';
import type { PoolThread } from '../threads/thread-pool.js';
import type { Fleet } from './fleet.js';

/** How a thread is replaced. */
export interface ReplaceOptions {
  /** How long what it has in hand may take; then that is given up. Default LIMITS.replaceMs. */
  readonly deadlineMs?: number;
  /** Why, for events and logs. Default 'the program has asked for it'. */
  readonly reason?: string;
  /** Called when the old thread has gone, before another takes its place. Must not throw. */
  readonly gone?: (thread: number) => void;
}

/** What became of a thread. */
export interface ReplacedThread {
  readonly thread: number;
  /**
   * `finished`: all it had in hand had ended. `cutOff`: some was given up at the deadline, as at a restart. `killed`: it did
   * not answer, and was ended as one that is stuck. `died`: it had died by itself, and was replaced for that. `revived`: it
   * had been given up, and serves again. Whichever it is, what serves now has loaded its modules since the call.
   */
  readonly outcome: 'finished' | 'cutOff' | 'killed' | 'died' | 'revived';
  readonly tookMs: number;
}

export class Replacements {
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Promise<ReplacedThread>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(fleet: Fleet, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  /** One thread; while it waits for its turn, or is replaced, the same promise for all. See ActorSystem.replaceThread. */
  one(thread: number, options: ReplaceOptions): Promise<ReplacedThread> {
    const known = this.#pending.get(thread);
    if (known !== undefined) return known;
    this.#fleet.spares.renew();
    return this.#queue(thread, options);
  }

  /** Those threads, each serving again before the next is touched. */
  async all(
    threads: readonly number[],
    options: ReplaceOptions,
  ): Promise<readonly ReplacedThread[]> {
    // One that is on its way began before this call, and has perhaps loaded what is old by now.
    await Promise.allSettled(this.#pending.values());
    this.#fleet.spares.renew();
    const replaced: ReplacedThread[] = [];
    for (const thread of threads) replaced.push(await this.#queue(thread, options));
    return replaced;
  }

  #queue(thread: number, options: ReplaceOptions): Promise<ReplacedThread> {
    const replaced = this.#last.then(() => this.#replace(thread, options));
    this.#pending.set(thread, replaced);
    this.#last = replaced
      .catch(() => {})
      .then(() => {
        if (this.#pending.get(thread) === replaced) this.#pending.delete(thread);
      });
    return replaced;
  }

  async #replace(thread: number, options: ReplaceOptions): Promise<ReplacedThread> {
    const startedMs = this.#clock.now();
    const outcome = await this.#outcome(thread, options);
    if (this.#fleet.isEnding || outcome === undefined) throw stopped(thread);
    return { thread, outcome, tookMs: this.#clock.now() - startedMs };
  }

  async #outcome(
    thread: number,
    options: ReplaceOptions,
  ): Promise<ReplacedThread['outcome'] | undefined> {
    const fleet = this.#fleet;
    const { deadlineMs = LIMITS.replaceMs, reason = 'the program has asked for it' } = options;
    // One that is dying has another in its place first: perhaps one from before the call.
    await fleet.settled();
    if (fleet.isEnding) return undefined;
    if (await fleet.revive(thread)) return 'revived';
    const physical = fleet.physical(thread);
    if (physical === undefined) throw unknown(thread);
    const { ending, isWhole } = await this.#vacate(thread, physical, deadlineMs);
    const gone = (): void => options.gone?.(thread);
    if (!(await fleet.swap(thread, physical, { ending, reason, gone }))) {
      await fleet.settled();
      return fleet.isEnding ? undefined : 'died';
    }
    if (ending === 'cutOff') return 'killed';
    return isWhole ? 'finished' : 'cutOff';
  }

  async #vacate(
    thread: number,
    { control, gone }: PoolThread,
    deadlineMs: number,
  ): Promise<{ ending: Ending; isWhole: boolean }> {
    const untilMs = this.#clock.now() + deadlineMs;
    const pauseMs = Math.min(LIMITS.replacePauseMs, deadlineMs / 4);
    const pausing = control.pause(pauseMs).catch(() => {});
    await within(this.#clock, pauseMs + LIMITS.vacateLookMs, Promise.race([pausing, gone]));
    await this.#fleet.holdBack(thread);
    const leftMs = Math.max(0, untilMs - this.#clock.now());
    let end: { ending: Ending; isWhole: boolean } = { ending: 'cutOff', isWhole: false };
    const vacated = control.vacate(leftMs).then(
      (isWhole) => {
        end = { ending: 'vacated', isWhole };
      },
      // It is dying by itself: that it has died must be seen before it is replaced.
      () => gone,
    );
    await within(this.#clock, leftMs + LIMITS.vacateGraceMs, Promise.race([vacated, gone]));
    return end;
  }
}

function unknown(thread: number): CodedError {
  return new CodedError('THREAD_UNKNOWN', `expected a thread that serves, got ${thread}`, {
    details: { thread },
  });
}

function stopped(thread: number): CodedError {
  return new CodedError(
    'SYSTEM_STOPPED',
    `expected thread ${thread} to be replaced, but the system stops`,
    { details: { thread } },
  );
}
