/**
 * What every host is told of another thread: the pool's through their control calls, main's directly.
 * Runs on: main.
 */
import type { ActorHost } from '../threads/actor-host.js';
import type { Ending } from '../threads/casualties.js';
import type { ThreadControl } from '../threads/thread-control.js';
import type { PoolThread } from '../threads/thread-pool.js';

export type OtherHost = Pick<ThreadControl, 'died' | 'ended' | 'reachable' | 'back' | 'holdBack'>;

/** Main first, then all that serve, but for one that is named. */
export function* otherHosts(
  { casualties }: ActorHost,
  serving: ReadonlyMap<number, PoolThread>,
  but?: number,
): Generator<OtherHost> {
  yield {
    died: (thread, unsent, ending) => casualties.died(thread, unsent, ending),
    ended: async (slots) => casualties.ended(slots),
    reachable: async (thread) => casualties.reachable(thread),
    back: async (thread) => casualties.back(thread),
    holdBack: async (thread) => casualties.holdBack(thread),
  };
  for (const [thread, { control }] of serving) if (thread !== but) yield control;
}

/**
 * Tells all that a thread has another life. Nobody gives it work before it is one that all will answer; and what a vacated
 * thread had handed over, which is with main, comes before what the others hold.
 */
export async function bringBack(
  host: ActorHost,
  others: readonly OtherHost[],
  { thread, ending }: { readonly thread: number; readonly ending: Ending },
): Promise<void> {
  const [main, ...rest] = others;
  await main?.reachable(thread);
  await Promise.allSettled(rest.map((other) => other.reachable(thread)));
  await main?.back(thread);
  if (ending === 'vacated')
    await host.request(thread, { what: 'passed', slot: 0, generation: 0 }).catch(() => {});
  await Promise.allSettled(rest.map((other) => other.back(thread)));
}
