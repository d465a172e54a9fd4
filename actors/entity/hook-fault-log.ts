/**
 * What hooks of one thread did wrong: the last faults are kept for people to read, all are counted by their hook, and
 * the logger hears of each kind at most once a second, however fast a hook fails.
 * Runs on: any.
 */
import { type Logger, silentLogger } from '../../core/index.js';
import { type Clock, systemClock } from '../../core/internal.js';
import { PLATFORM_LIMITS } from '../limits.js';
import type { HookFault } from './hook.js';

interface Quiet {
  until: number;
  unsaid: number;
}

export class HookFaultLog {
  readonly #clock: Clock;
  #logger: Logger = silentLogger;
  /** A ring: the fault numbered n is at n modulo its size. */
  readonly #kept: HookFault[] = [];
  readonly #quiet = new Map<string, Quiet>();
  #count = 0;

  /** `clock` only spaces what the logger hears. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Who hears of faults from now on; nobody at first. */
  speakTo(logger: Logger): void {
    this.#logger = logger;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** The last ones, newest first: at most {@link PLATFORM_LIMITS.hookFaultsKept}. */
  recent(): readonly HookFault[] {
    const size = this.#kept.length;
    return this.#kept.map((_, index) => this.#kept[(this.#count - 1 - index) % size]!);
  }

  record(fault: HookFault): void {
    this.#kept[this.#count % PLATFORM_LIMITS.hookFaultsKept] = fault;
    this.#count++;
    this.#say(fault);
  }

  #say(fault: HookFault): void {
    const key = `${fault.code} ${fault.type} ${fault.hook} ${fault.etype} ${fault.attr ?? ''}`;
    const now = this.#clock.now();
    const quiet = this.#quiet.get(key);
    if (quiet !== undefined && now < quiet.until) {
      quiet.unsaid++;
      return;
    }
    const { message, ...fields } = fault;
    const unsaid = quiet?.unsaid ?? 0;
    this.#logger.warn(message, unsaid === 0 ? fields : { ...fields, unsaid });
    this.#quiet.set(key, { until: now + PLATFORM_LIMITS.hookFaultQuietMs, unsaid: 0 });
  }
}
