/**
 * A partition as an actor: its messages, and its begin from what is stored at every start. Handlers answer later where
 * something must be flushed first, so that the mailbox goes on.
 * Runs on: thread.
 */
import { type Deferred, defineActor } from '../../core/index.js';
import type { EntityId, EraseCounts, Lane } from '../../stores/internal.js';
import type { KitInit } from './kit-init.js';
import type { DerivedRow } from './outbox-delivery.js';
import { Partition } from './partition.js';
import type { PartitionProtocol, RequestKey } from './partition-protocol.js';
import { acquireKit } from './thread-kit.js';

export const partitionActor = defineActor(
  import.meta.url,
  'troupe.entity-partition',
  async (ctx, init: KitInit, number: number) => {
    const kit = acquireKit(init);
    // Registered first, so it runs last.
    ctx.onStop(() => kit.release());
    await kit.openWords(ctx);
    if (ctx.restarts > 0) kit.words.addRestart(number);
    const self = ctx.self<PartitionProtocol>();
    const partition = new Partition(ctx, kit, number, () => self.tell('work') === 'accepted');
    ctx.onStop(() => partition.stop());
    partition.start();

    /** Answers when `promise` has; what fails it is the asker's, the partition hears by itself. */
    const later = <T>(promise: Promise<T>): Deferred<T> => {
      const reply = ctx.defer<T>();
      promise.then(
        (value) => reply.resolve(value),
        (error: unknown) => reply.reject(error),
      );
      return reply;
    };
    const checked = <T>(take: () => T): T => {
      partition.check();
      return take();
    };
    return {
      claim: (request: RequestKey): Deferred<'new' | 'repeated' | 'conflict' | 'full'> =>
        checked(() => later(partition.intake.claim(request))),
      derived: (source: number, rows: readonly DerivedRow[]): Deferred<void> =>
        checked(() => later(partition.intake.derived(source, rows))),
      applied(lane: Lane, until: number): void | Deferred<void> {
        partition.check();
        const reply: { settle?: Deferred<void> } = {};
        if (partition.whenApplied(lane, until, () => reply.settle?.resolve())) return;
        reply.settle = ctx.defer<void>();
        return reply.settle;
      },
      refresh: (etype: string): Deferred<number> =>
        checked(() => later(partition.intake.refresh(etype))),
      replayDeadLetters: (numbers: readonly number[]): Deferred<number> =>
        checked(() => later(partition.letters.replay(numbers))),
      dropDeadLetters: (numbers: readonly number[]): Deferred<number> =>
        checked(() => later(partition.letters.drop(numbers))),
      eraseOrder: (etype: number, eid: EntityId): Deferred<void> =>
        checked(() => later(partition.eraser.order(etype, eid))),
      eraseCuts: (): readonly [number, number] => checked(() => partition.eraser.cuts()),
      eraseRead: (): void => checked(() => partition.eraser.read()),
      eraseDrain: (external: number): Deferred<void> =>
        checked(() => later(partition.eraser.drain(external))),
      eraseScrub: (): Deferred<Readonly<Record<string, EraseCounts>>> =>
        checked(() => later(partition.eraser.scrub())),
      work: (): void => checked(() => partition.work()),
    };
  },
);
