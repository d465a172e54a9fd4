/**
 * Takes requests in, one replica per thread: parses and checks them, has room for them in every partition they touch, and
 * answers when all partitions have them durable. What it cannot take it refuses at once, so that nothing piles up.
 *
 *   body ─> parse, check, gather ─> room? ─no─> 503, nothing stored
 *                                    └yes─> append to each partition ─> all flushed ─> 200 (and, if asked, applied)
 *
 * Runs on: thread.
 */

import type { ActorRef } from '../../core/index.js';
import { type Deferred, defineActor, type ProtocolOf, refuse } from '../../core/index.js';
import type { IngestAnswer, IngestOptions } from './entity-engine.js';
import type { TaskInput } from './hook.js';
import { IngestDesk } from './ingest-desk.js';
import type { KitInit } from './kit-init.js';
import { acquireKit, type KitCounters } from './thread-kit.js';

export const ingestActor = defineActor(
  import.meta.url,
  'troupe.entity-ingest',
  async (ctx, init: KitInit, sender: number) => {
    const kit = acquireKit(init);
    ctx.onStop(() => kit.release());
    await kit.openWords(ctx);
    kit.words.forgetReserved(sender);
    const partitions = await Promise.all(
      Array.from({ length: init.partitions }, (_, partition) => kit.partition(ctx, partition)),
    );
    const appenders = await kit.appenders(ctx);
    const desk = new IngestDesk({ kit, sender, partitions, appenders });
    const answer = (take: () => Promise<IngestAnswer>): Deferred<IngestAnswer> => {
      if (kit.words.isClosed) throw refuse('PLATFORM_STOPPED', 'the platform takes nothing new');
      const reply = ctx.defer<IngestAnswer>();
      take().then(
        (done) => reply.resolve(done),
        (error: unknown) => reply.reject(error),
      );
      return reply;
    };
    return {
      /** A body of data-points, as bytes of JSON. */
      ingest: (body: Uint8Array, options: IngestOptions) =>
        answer(() => desk.ingest(body, options)),
      /** Data-points that are values already. */
      ingestItems: (items: readonly unknown[], options: IngestOptions) =>
        answer(() => desk.ingestItems(items, options)),
      /** Tasks on single entities. */
      submit: (tasks: readonly TaskInput[], options: IngestOptions) =>
        answer(() => desk.submit(tasks, options)),
      /** What all partitions of this thread have done. */
      counters: (): KitCounters => ({
        ...kit.counters,
        commits: kit.committer.commits,
        hooksFailed: kit.faults.count,
      }),
    };
  },
);

export type IngestRef = ActorRef<ProtocolOf<typeof ingestActor>>;
