/**
 * Waiting for a task to have had its effect, whatever happens to its partition meanwhile: one that begins anew forgets who
 * waits, and is asked again.
 * Runs on: any.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import type { Lane } from '../../stores/internal.js';
import type { PartitionRef } from './partition-protocol.js';

/** How long a partition that has just gone down is left alone. */
const AGAIN_MS = 3;

/** How an ask ends that was not taken, or whose actor went down over it. */
export const PASSING_CODES = [
  'MAILBOX_FULL',
  'ACTOR_THREAD_DIED',
  'ACTOR_RESTARTED',
  'ASK_TIMEOUT',
  'THREAD_DIED',
] as const;

/** Resolves when all tasks of the lane up to that number are applied. At `untilMs` of the system's clock it rejects. */
export async function awaitApplied(
  partition: PartitionRef,
  {
    lane,
    number,
    untilMs,
  }: { readonly lane: Lane; readonly number: number; readonly untilMs: number },
): Promise<void> {
  for (;;) {
    const deadlineMs = Math.max(1, untilMs - systemClock.now());
    try {
      await partition.with({ deadlineMs }).ask('applied', lane, number);
      return;
    } catch (error) {
      const isPassing = [...PASSING_CODES, 'HANDLER_FAILED'].some((code) => hasCode(error, code));
      if (!isPassing || systemClock.now() >= untilMs) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
