/**
 * Waiting for the modules of a thread that has been replaced: until all replicas answer again, or one has failed to start
 * so often that it is no accident. Its supervisor goes on starting it, so that mended code finds it.
 * Runs on: main.
 */
import { type ActorRef, type ActorSystem, hasCode } from '../../core/index.js';
import type { ModuleProtocol } from './module-actor.js';

/** How an ask ends whose actor went down over it: it comes back, with what is in force then. */
const PASSING = ['ACTOR_THREAD_DIED', 'ACTOR_RESTARTED', 'THREAD_DIED'] as const;
/** Failures of replicas after which no more are waited for: one may come of a thread that dies, or of what is still held. */
const FAILURES_MAX = 3;

/** True for what is worth another try. */
export function isPassing(error: unknown): boolean {
  return PASSING.some((code) => hasCode(error, code));
}

/**
 * Runs `replace` and resolves when all replicas serve. Rejects with what the last of too many failures was, with
 * ASK_TIMEOUT when one does not answer within `deadlineMs`, and with what `replace` rejects with.
 */
export async function withReplicasUp(
  on: { readonly system: ActorSystem; readonly replicas: readonly ActorRef<ModuleProtocol>[] },
  deadlineMs: number,
  replace: () => Promise<unknown>,
): Promise<void> {
  const { system, replicas } = on;
  const paths = new Set(replicas.map(({ path }) => path));
  const ended = new AbortController();
  let failures = 0;
  const failed = new Promise<never>((_, reject) => {
    system.events.on(
      'actorFailed',
      ({ actor, error }) => {
        if (paths.has(actor.path) && ++failures === FAILURES_MAX) reject(error);
      },
      { signal: ended.signal },
    );
  });
  failed.catch(() => {}); // it may come when nobody waits any more
  try {
    await replace();
    const up = replicas.map((replica) => answering(replica, deadlineMs, ended.signal));
    await Promise.race([Promise.all(up), failed]);
  } finally {
    ended.abort();
  }
}

async function answering(
  replica: ActorRef<ModuleProtocol>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await replica.with({ deadlineMs, signal, whenFull: 'wait' }).ask('generations');
      return;
    } catch (error) {
      if (!isPassing(error) && !signal.aborted) throw error;
    }
  }
}
