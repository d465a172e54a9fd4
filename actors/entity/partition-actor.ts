/**
 * A partition as an actor: its messages, and its begin from what is stored at every start. Handlers answer later where
 * something must be flushed first, so that the mailbox goes on.
 * Runs on: thread.
 */
import { type Deferred, defineActor } from '../../core/index.js';
import type { EntityId, EraseCounts, Lane } from '../../stores/internal.js';
import type { KitInit } from './kit-init.js';
import type { DerivedRow } from './outbox-delivery.js';
import { type Answered, PartitionLife } from './partition-life.js';
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
    const wakeUp = (): boolean => self.tell('work') === 'accepted';
    const life = new PartitionLife({ ctx, kit, number, wakeUp });
    ctx.onStop(() => life.stop());
    life.start();
    return {
      claim: (request: RequestKey): 'full' | Deferred<'new' | 'repeated' | 'conflict' | 'full'> =>
        life.isFull ? 'full' : life.later(({ intake }) => intake.claim(request)),
      derived: (source: number, rows: readonly DerivedRow[]): Deferred<void> =>
        life.later(({ intake }) => intake.derived(source, rows)),
      applied: (lane: Lane, until: number): undefined | Deferred<void> => life.applied(lane, until),
      refresh: (etype: string): Deferred<number> =>
        life.later(({ intake }) => intake.refresh(etype)),
      replayDeadLetters: (numbers: readonly number[]): Deferred<number> =>
        life.later(({ letters }) => letters.replay(numbers)),
      dropDeadLetters: (numbers: readonly number[]): Deferred<number> =>
        life.later(({ letters }) => letters.drop(numbers)),
      eraseOrder: (etype: number, eid: EntityId): Deferred<void> =>
        life.later(({ eraser }) => eraser.order(etype, eid)),
      eraseCuts: (): Answered<readonly [number, number]> =>
        life.atOnce(({ eraser }) => eraser.cuts()),
      eraseRead: (): Answered<void> => life.atOnce(({ eraser }) => eraser.read()),
      eraseDrain: (external: number): Deferred<void> =>
        life.later(({ eraser }) => eraser.drain(external)),
      eraseScrub: (): Deferred<Readonly<Record<string, EraseCounts>>> =>
        life.later(({ eraser }) => eraser.scrub()),
      work: (): void => life.work(),
    };
  },
);
