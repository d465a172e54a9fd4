/**
 * How many deaths a thread is granted, and how long one that was given up rests before it is tried again. A fault that
 * kills threads may be gone by then (memory was short, a task was passed); if not, trying costs little and ever less.
 *
 *   serving ── more than 20 deaths in a minute ──▶ given up ── 1 min, then 2, 4, 8, 10 ──▶ serving
 *
 * Pure: time is an argument.
 * Runs on: any.
 */
import { LIMITS } from '../limits.js';

/** What is remembered of one logical thread. Times are those of the system's clock, in ms. */
export interface ThreadRecord {
  /** The recent deaths. */
  readonly deaths: readonly number[];
  /** How often in a row it was given up. */
  readonly givenUps: number;
  /** When it was tried again last. */
  readonly triedAt: number;
}

export const NEW_THREAD: ThreadRecord = { deaths: [], givenUps: 0, triedAt: 0 };

/** Notes a death; `restMs` is set when it was one too many: the thread is given up for so long. */
export function afterDeath(
  record: ThreadRecord,
  now: number,
): { readonly record: ThreadRecord; readonly restMs: number | undefined } {
  const recent = record.deaths.filter((at) => now - at < LIMITS.threadRestartWindowMs);
  const deaths = [...recent, now];
  if (deaths.length <= LIMITS.threadRestartsMax)
    return { record: { ...record, deaths }, restMs: undefined };
  const given = afterGivingUp(record, now);
  return { record: given.record, restMs: given.restMs };
}

/** The same for one that could not even start. */
export function afterGivingUp(
  record: ThreadRecord,
  now: number,
): { readonly record: ThreadRecord; readonly restMs: number } {
  // One that has served for as long as the longest rest has recovered.
  const hasLasted = record.givenUps > 0 && now - record.triedAt >= LIMITS.threadRestMaxMs;
  const givenUps = hasLasted ? 1 : record.givenUps + 1;
  const restMs = Math.min(LIMITS.threadRestMaxMs, LIMITS.threadRestMinMs * 2 ** (givenUps - 1));
  return { record: { deaths: [], givenUps, triedAt: record.triedAt }, restMs };
}

/** Notes that it is tried again. */
export function tried(record: ThreadRecord, now: number): ThreadRecord {
  return { ...record, deaths: [], triedAt: now };
}
