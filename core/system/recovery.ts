/**
 * After a thread has died: who holds what of its messages, which of its actors live on, and the accounts made whole.
 * What happens on each other thread is in threads/casualties.ts. For each slot of the dead thread:
 *
 *   lost = admitted - settled - handled in the turn it died in - held by senders
 *
 * Nothing is admitted to these slots between the reports and the return of the thread, so the sum is stable.
 * Runs on: main.
 */
import type { SystemEvents } from '../events.js';
import type { SlotId } from '../message/signal.js';
import { SlotState } from '../slot-table.js';
import { Counter, Word } from '../thread-table.js';
import type { ActorHost } from '../threads/actor-host.js';
import type { CasualtyReport } from '../threads/casualties.js';

interface RecoveryOptions {
  /** The thread will not be replaced: none of its actors lives on. */
  readonly isGivenUp: boolean;
  readonly emit: <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]) => void;
}

/** Answers the tenants that have ended with the thread. */
export async function recover(
  host: ActorHost,
  thread: number,
  others: readonly { died(thread: number): Promise<CasualtyReport> }[],
  options: RecoveryOptions,
): Promise<SlotId[]> {
  const there = tenantsOf(host, thread);
  const answers = await Promise.allSettled(others.map((other) => other.died(thread)));
  const reports = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const held = new Map<number, number>();
  const kept = new Set<number>();
  for (const report of reports) {
    for (const [slot, count] of report.held) held.set(slot, (held.get(slot) ?? 0) + count);
    if (!options.isGivenUp) for (const slot of report.kept) kept.add(slot);
  }
  return settleSlots(host, thread, { held, kept, there: options.isGivenUp ? undefined : there, emit: options.emit });
}

/** The slots let on that thread at its death. */
function tenantsOf(host: ActorHost, thread: number): Set<number> {
  const { table } = host;
  const there = new Set<number>();
  const used = Math.min(table.slotsUsed, table.slotsMax);
  for (let slot = 0; slot < used; slot++) {
    if (table.owner(slot) === thread && table.state(slot) !== SlotState.free) there.add(slot);
  }
  return there;
}

interface Findings extends Pick<RecoveryOptions, 'emit'> {
  readonly held: ReadonlyMap<number, number>;
  readonly kept: ReadonlySet<number>;
  /** Who was there at the death: others were spawned since, for the thread's next life. Undefined if it has none. */
  readonly there: ReadonlySet<number> | undefined;
}

function settleSlots(host: ActorHost, thread: number, findings: Findings): SlotId[] {
  const { table, threads } = host;
  const ended: SlotId[] = [];
  const free: number[] = [];
  const used = Math.min(table.slotsUsed, table.slotsMax);
  for (let slot = 0; slot < used; slot++) {
    if (table.owner(slot) !== thread) continue;
    const generation = table.generation(slot);
    const state = table.state(slot);
    if (state === SlotState.free) {
      free.push(slot);
      continue;
    }
    const isKept = findings.kept.has(slot) && state < SlotState.stopping;
    if (!isKept && findings.there?.has(slot) === false) continue;
    settleSlot(host, thread, slot, isKept, findings);
    if (isKept) {
      table.setState(slot, generation, SlotState.starting);
      continue;
    }
    if (state !== SlotState.stopped) ended.push({ slot, generation });
    table.setState(slot, generation, SlotState.stopped);
    table.free(slot, thread);
    free.push(slot);
  }
  threads.store(thread, Word.running, 0);
  threads.store(thread, Word.inTurn, 0);
  threads.store(thread, Word.inFlight, 0);
  threads.store(thread, Word.actors, 0);
  table.returnBlock(free);
  for (const { slot, generation } of ended) host.root?.released(slot, generation);
  return ended;
}

/** Settles what is lost; for an actor that does not live on, also what senders hold: they bury it themselves. */
function settleSlot(host: ActorHost, thread: number, slot: number, isKept: boolean, findings: Findings): void {
  const { table, threads } = host;
  const isRunning = threads.load(thread, Word.running) === slot + 1;
  const settled = table.settled(slot) + (isRunning ? threads.load(thread, Word.inTurn) : 0);
  const admitted = table.admittedTotal(slot);
  const held = findings.held.get(slot) ?? 0;
  const lost = Math.max(0, (admitted - settled - held) | 0);
  table.storeSettled(slot, isKept ? (settled + lost) | 0 : admitted);
  const count = lost + table.stashed(slot);
  table.setStashed(slot, 0);
  table.setOverBytes(slot, false);
  if (count === 0) return;
  threads.add(thread, Counter.deadLetters, count);
  const { path } = host.refTo(slot, table.generation(slot), thread);
  const target = { path, slot, generation: table.generation(slot), thread };
  findings.emit('deadLetter', { reason: 'threadDied', target, handler: '', count });
}
