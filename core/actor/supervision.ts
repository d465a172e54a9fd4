/**
 * Supervision as a function: options + earlier failures + this one + now -> what to do, when, and what to
 * remember. No clock, no I/O, nothing kept: the mechanism that suspends, restarts and stops actors calls it and
 * obeys. Budget and window are OTP's intensity and period; backoff, jitter and reset are Pekko's.
 * Runs on: any.
 *
 *   failure -> directive of the author -> resume | stop | escalate          as it says
 *                                      -> restart -> budget left   -> restart after 0, min, 2 min, 4 min ... max
 *                                                 -> budget gone   -> escalate with RESTARTS_EXHAUSTED
 */
import { assert, CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Random } from '../random.js';
import {
  type Directive,
  type Failure,
  isDirective,
  type Strategy,
  type SupervisionOptions,
} from '../supervision-options.js';

export type { Directive, Failure, Strategy, SupervisionOptions } from '../supervision-options.js';

/** What is remembered of a child between failures; plain data, at most restartsMax + 1 numbers. */
export interface FailureHistory {
  /** Instants of the failures answered with a restart, oldest first; only those within the window. */
  readonly restartsAt: readonly number[];
  /** Restarts since the last quiet time: what the backoff doubles with. */
  readonly streak: number;
  /** When the last restart was due: from then on the child was quiet. */
  readonly quietSince: number;
}

/** The history of a child that has not failed yet. */
export const NO_FAILURES: FailureHistory = {
  restartsAt: [],
  streak: 0,
  quietSince: Number.NEGATIVE_INFINITY,
};

/** What to do about a failure. */
export interface Verdict {
  readonly directive: Directive;
  /** How long to hold a restart back, in ms; 0 for the other directives. */
  readonly delayMs: number;
  /** Give it back at the next failure. */
  readonly history: FailureHistory;
  /**
   * What to report to the parent in place of the failure: RESTARTS_EXHAUSTED, or what a `decide` function threw.
   * Only with 'escalate'.
   */
  readonly reason?: Error;
}

/**
 * Judges one failure. Never throws: a `decide` function that throws, or returns none of the four words, has
 * escalated. Only restarts use up the budget: more than `restartsMax` within `windowMs` (its edges included)
 * and the supervisor gives up by escalating.
 */
export function decide(
  options: SupervisionOptions,
  history: FailureHistory,
  failure: Failure,
  now: number,
  random: Random,
): Verdict {
  const directive = directiveFor(options, failure);
  if (directive instanceof Error)
    return { directive: 'escalate', delayMs: 0, history, reason: directive };
  if (directive !== 'restart') return { directive, delayMs: 0, history };

  const { restartsMax = LIMITS.restartsMax, windowMs = LIMITS.restartWindowMs } = options;
  const restartsAt = history.restartsAt.filter((at) => now - at <= windowMs);
  if (restartsAt.length >= restartsMax)
    return {
      directive: 'escalate',
      delayMs: 0,
      history: { ...history, restartsAt },
      reason: exhausted(failure, restartsMax, windowMs),
    };

  const { resetAfterMs = windowMs } = options;
  const streak = now - history.quietSince >= resetAfterMs ? 0 : history.streak;
  const delayMs = backoffMs(options, streak, random);
  // Without a budget nobody reads the instants: do not let them pile up.
  const remembered = restartsMax === Infinity ? [] : [...restartsAt, now];
  return {
    directive,
    delayMs,
    history: { restartsAt: remembered, streak: streak + 1, quietSince: now + delayMs },
  };
}

function directiveFor(options: SupervisionOptions, failure: Failure): Directive | Error {
  const { decide: decider = 'restart' } = options;
  if (typeof decider !== 'function') return decider;
  try {
    const directive: unknown = decider(failure);
    if (isDirective(directive)) return directive;
    const text = `expected decide() of the parent of ${failure.child} to return a directive, got ${textOf(directive)}`;
    return new CodedError('ASSERTION_FAILED', text, { cause: failure.error });
  } catch (thrown) {
    return thrown instanceof Error
      ? thrown
      : new CodedError('HANDLER_FAILED', `decide() of the parent of ${failure.child} threw`, {
          cause: thrown,
        });
  }
}

/** The wait before restart number `streak` (0 the first since a quiet time). */
function backoffMs(options: SupervisionOptions, streak: number, random: Random): number {
  if (streak === 0) return 0;
  const {
    backoffMinMs = LIMITS.backoffMinMs,
    backoffMaxMs = LIMITS.backoffMaxMs,
    backoffJitter = LIMITS.backoffJitter,
  } = options;
  const fullMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** (streak - 1));
  return fullMs * (1 - backoffJitter * random.next());
}

function exhausted(failure: Failure, restartsMax: number, windowMs: number): CodedError {
  return new CodedError(
    'RESTARTS_EXHAUSTED',
    `expected at most ${restartsMax} restarts of ${failure.child} in ${windowMs} ms, got one more: ${failure.error.message}`,
    { details: { child: failure.child, restartsMax, windowMs }, cause: failure.error },
  );
}

/** Which children a restart takes along, in the order in which to act. */
export interface Affected<K> {
  /** Siblings to stop first: the last started goes first. The failed one is not among them. */
  readonly stop: readonly K[];
  /** Then start these, the failed one among them, in the order they were once started. */
  readonly restart: readonly K[];
}

/** `children` in the order they were started, with `failed` among them. */
export function affected<K>(strategy: Strategy, children: readonly K[], failed: K): Affected<K> {
  const index = children.indexOf(failed);
  assert(index >= 0, 'the failed child to be among the children');
  const restart =
    strategy === 'one-for-one'
      ? [failed]
      : strategy === 'all-for-one'
        ? [...children]
        : children.slice(index);
  return { stop: restart.filter((child) => child !== failed).reverse(), restart };
}
