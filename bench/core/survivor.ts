/**
 * The actor that is asked how often it was restarted. In a file of its own: a thread that starts
 * anew loads nothing else of the benchmarks.
 * Runs on: thread.
 */
import { defineActor, type ProtocolOf } from '../../core/index.js';

export const survivor = defineActor(import.meta.url, 'survivor', (ctx) => ({
  restarts: () => ctx.restarts,
}));

export type Survivor = ProtocolOf<typeof survivor>;
