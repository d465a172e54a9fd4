/**
 * Takes what requests have for the partitions of its thread, one message for all of them, and gives each its part: one
 * replica per thread, beside its partitions.
 *
 *   ingest ── parts ──> appender ─┬─> intake of partition 17 ─┐ all durable
 *                                 └─> intake of partition  4 ─┴──> answered
 *
 * Runs on: thread.
 */
import { type Deferred, defineActor } from '../../core/index.js';
import type { AppendOutcome, AppendParts } from './append-protocol.js';
import type { KitInit } from './kit-init.js';
import type { RequestKey } from './partition-protocol.js';
import { acquireKit } from './thread-kit.js';

export const appenderActor = defineActor(
  import.meta.url,
  'troupe.entity-appender',
  (ctx, init: KitInit) => {
    const kit = acquireKit(init);
    ctx.onStop(() => kit.release());
    return {
      append(parts: AppendParts, request?: RequestKey): Deferred<readonly AppendOutcome[]> {
        const reply = ctx.defer<readonly AppendOutcome[]>();
        const { partitions, bytes } = parts;
        const outcomes = new Array<AppendOutcome>(partitions.length).fill('failed');
        let left = partitions.length;
        let at = 0;
        for (let i = 0; i < partitions.length; i++) {
          const entry = { bytes: bytes.subarray(at, at + parts.sizes[i]!), tasks: parts.tasks[i]! };
          at += parts.sizes[i]!;
          const settled = (outcome: AppendOutcome): void => {
            outcomes[i] = outcome;
            if (--left === 0) reply.resolve(outcomes);
          };
          kit.intakes.with(partitions[i]!, (intake) => {
            if (intake === undefined) settled('failed');
            else intake.append(entry, request, settled);
          });
        }
        return reply;
      },
    };
  },
);
