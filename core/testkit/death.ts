/**
 * Cuts a host off from everything it shared, as the death of its thread would. Its promises cannot be taken out of
 * the one real thread, so code of it may still run: from here on it works on memory of its own, and nobody hears it.
 * Runs on: any.
 */
import { LIMITS } from '../limits.js';
import type { SlotTableMemory } from '../slot-table.js';
import type { ThreadTableMemory } from '../thread-table.js';
import { ActorHost } from '../threads/actor-host.js';

/** What it had sent is still delivered, then its channels close. What it had admitted and not sent is never sent. */
export function cutOff(host: ActorHost): void {
  for (let thread = 0; thread < LIMITS.threadsMax; thread++) host.channels.down(thread);
  const limbo = new ActorHost({
    ...host.options,
    slots: copyOf(host.table.memory),
    threads: copyOf(host.threads.memory),
    connect: () => {},
    emit: () => {},
    handlerNamed: () => {},
  });
  const { table, threads, words, counters, slots, room } = limbo;
  Object.assign(host, { table, threads, words, counters, slots, room });
}

function copyOf<M extends SlotTableMemory | ThreadTableMemory>(memory: M): M {
  const copies = Object.entries(memory).map(([name, buffer]) => [name, buffer.slice(0)]);
  return Object.fromEntries(copies) as M;
}
