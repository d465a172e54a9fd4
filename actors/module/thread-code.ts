/**
 * Which code of its modules a run has on this thread: that of its first asking, since what a thread has imported stays. So
 * who begins anew on it shows the number of the code it runs, though newer code is on its way to the other threads.
 * Runs on: any.
 */
import type { ActorRef } from '../../core/index.js';
import type { ModuleRegistryProtocol } from './module-registry-actor.js';
import type { ModuleConfig } from './module-stage.js';

/** Run -> its code on this thread. */
const codes = new Map<number, number>();

/** The configurations in force with the code of this thread, by name; to be asked for before modules are loaded. */
export async function configsInForce(
  runId: number,
  registry: ActorRef<ModuleRegistryProtocol>,
): Promise<ReadonlyMap<string, ModuleConfig>> {
  for (;;) {
    const asked = codes.get(runId);
    const { code, configs } = await registry.ask('inForce', asked);
    // Another may have asked meanwhile, and new code have come between the two: the first counts for both.
    if (codes.get(runId) !== asked) continue;
    codes.set(runId, code);
    return new Map(Object.entries(configs));
  }
}

/** The modules of a run have ended on this thread for good. */
export function forgetCode(runId: number): void {
  codes.delete(runId);
}
