/**
 * Hands the shared memory of a run to its threads: it can travel in an answer, but not among the start arguments of an
 * actor, which have to be good for every restart.
 * Runs on: main (the actor), any (who asks).
 */
import { type ActorContext, CodedError, defineActor, type ProtocolOf } from '../../core/index.js';
import type { PlatformErrorCode } from '../errors.js';

/** Run -> its memory; on the main thread. */
const memories = new Map<number, SharedArrayBuffer>();

/** Keeps the memory of a run for its threads until {@link forgetMemory}. */
export function keepMemory(runId: number, memory: SharedArrayBuffer): void {
  memories.set(runId, memory);
}

export function forgetMemory(runId: number): void {
  memories.delete(runId);
}

/** Spawned on main, under {@link boardName}. */
export const runBoard = defineActor(
  import.meta.url,
  'troupe.entity-run-board',
  (_ctx, runId: number) => ({ memory: () => memories.get(runId) }),
);

/** The name it is spawned by. */
export function boardName(runId: number): string {
  return `entities-${runId}-board`;
}

/** The memory of a run. Rejects PLATFORM_STOPPED when there is none any more. */
export async function sharedMemory(ctx: ActorContext, runId: number): Promise<SharedArrayBuffer> {
  const board = await ctx.lookup<ProtocolOf<typeof runBoard>>(boardName(runId));
  const memory = await board?.ask('memory');
  if (memory !== undefined) return memory;
  throw new CodedError<PlatformErrorCode>(
    'PLATFORM_STOPPED',
    `expected the memory of run ${runId}, got none`,
  );
}
