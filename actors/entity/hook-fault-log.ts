/**
 * What hooks of one thread did wrong: the last faults are kept for people to read, all are counted by their hook, and
 * the logger hears of each kind at most once a second, however fast a hook fails.
 * Runs on: any.
 */
import { type Logger, silentLogger } from '../../core/index.js';
import { type Clock, systemClock } from '../../core/internal.js';
import { PLATFORM_LIMITS } from '../limits.js';
import type { HookFault } from './hook.js';
import type { PlatformLimits } from './kit-init.js';

interface Quiet {
  until: number;
  unsaid: number;
}

type FaultLimits = Pick<PlatformLimits, 'hookFaultsKept' | 'hookFaultQuietMs'>;

export class HookFaultLog {
  readonly #clock: Clock;
  readonly #limits: FaultLimits;
  #logger: Logger = silentLogger;
  /** A ring: the fault numbered n is at n modulo its size. */
  readonly #kept: HookFault[] = [];
  readonly #quiet = new Map<string, Quiet>();
  #count = 0;

  /** `clock` only spaces what the logger hears. */
  constructor(clock: Clock = systemClock, limits: FaultLimits = PLATFORM_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Who hears of faults from now on; nobody at first. */
  speakTo(logger: Logger): void {
    this.#logger = logger;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** The last ones, newest first: at most so many as the limit `hookFaultsKept`. */
  recent(): readonly HookFault[] {
    const size = this.#kept.length;
    return this.#kept.map((_, index) => this.#kept[(this.#count - 1 - index) % size]!);
  }

  /** Of an entity that is erased nothing is shown but that there was a fault. `eid`: canonical text. */
  forget(etype: string, eid: string): void {
    for (const [at, fault] of this.#kept.entries()) {
      if (fault.etype !== etype || fault.eid !== eid) continue;
      this.#kept[at] = { ...fault, eid: '', message: 'erased', error: undefined };
    }
  }

  record(fault: HookFault): void {
    this.#kept[this.#count % this.#limits.hookFaultsKept] = fault;
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
    this.#quiet.set(key, { until: now + this.#limits.hookFaultQuietMs, unsaid: 0 });
  }
}
