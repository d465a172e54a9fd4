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
import type { CasualtyReport, Ending, Target } from '../threads/casualties.js';

interface RecoveryOptions {
  readonly ending: Ending;
  /** The thread will not be replaced: none of its actors lives on. */
  readonly isGivenUp: boolean;
  /** Targets of messages that the thread itself held, for one that had died before it. */
  readonly unsent: readonly Target[];
  readonly emit: <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]) => void;
}

/** What main knows after it. */
export interface Recovered {
  /** The tenants that have ended with the thread. */
  readonly ended: readonly SlotId[];
  /** By thread: targets of the messages it will give again. */
  readonly held: ReadonlyMap<number, readonly Target[]>;
  /** By the thread they are for: actors that will never be spawned. */
  readonly unspawned: readonly (readonly [number, SlotId])[];
}

/** Settles what can be settled before the thread's next life begins. */
export async function recover(
  host: ActorHost,
  thread: number,
  others: readonly {
    died(thread: number, unsent: readonly Target[], ending: Ending): Promise<CasualtyReport>;
  }[],
  options: RecoveryOptions,
): Promise<Recovered> {
  const { ending, isGivenUp, unsent, emit } = options;
  const there = tenantsOf(host, thread);
  // Of what it held itself; the rest is settled by the hosts of the targets.
  const moot = unsent.filter(([slot, generation]) => host.table.isSettled(slot, generation)).length;
  const vanished = host.threads.load(thread, Word.held) + moot;
  const answers = await Promise.allSettled(
    others.map((other) => other.died(thread, unsent, ending)),
  );
  const reports = answers.flatMap((answer) =>
    answer.status === 'fulfilled' ? [answer.value] : [],
  );
  const held = new Map<number, number>();
  const kept = new Map<number, number>();
  for (const report of reports) {
    for (const [slot] of report.held) held.set(slot, (held.get(slot) ?? 0) + 1);
    if (!isGivenUp) for (const slot of report.kept) kept.set(slot, report.thread);
    for (const slot of report.dropped) there.add(slot);
  }
  if (vanished > 0) {
    host.threads.add(thread, Counter.deadLetters, vanished);
    emit('deadLetter', { reason: 'threadDied', target: undefined, handler: '', count: vanished });
  }
  const ended = settleSlots(host, thread, {
    held,
    kept,
    there: isGivenUp ? undefined : there,
    emit,
  });
  return {
    ended,
    held: new Map(reports.map((report) => [report.thread, report.held])),
    unspawned: unspawnedBy(host, thread),
  };
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
  /** Slot -> the thread that will make it again. */
  readonly kept: ReadonlyMap<number, number>;
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
      table.setSpawner(slot, findings.kept.get(slot));
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
  threads.store(thread, Word.held, 0);
  threads.store(thread, Word.salvaged, 0);
  table.returnBlock(free);
  for (const { slot, generation } of ended) host.root?.released(slot, generation);
  return ended;
}

/** Actors for threads that do not serve yet, whose spawn signal died with this one. A thread that serves sees to its own. */
function unspawnedBy({ table, threads }: ActorHost, thread: number): [number, SlotId][] {
  const unspawned: [number, SlotId][] = [];
  const used = Math.min(table.slotsUsed, table.slotsMax);
  for (let slot = 0; slot < used; slot++) {
    const owner = table.owner(slot);
    if (owner <= 0 || table.state(slot) === SlotState.free) continue;
    if (table.spawner(slot) !== thread || threads.load(owner, Word.serving) === 1) continue;
    unspawned.push([owner, { slot, generation: table.generation(slot) }]);
  }
  return unspawned;
}

/** Settles what is lost; for an actor that does not live on, also what senders hold: they bury it themselves. */
function settleSlot(
  host: ActorHost,
  thread: number,
  slot: number,
  isKept: boolean,
  findings: Findings,
): void {
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

/** True when somebody lives on that thread, or is on the way there. */
export function hasLiveActors({ table }: ActorHost, thread: number): boolean {
  const used = Math.min(table.slotsUsed, table.slotsMax);
  for (let slot = 0; slot < used; slot++)
    if (table.owner(slot) === thread && table.isLive(slot, table.generation(slot))) return true;
  return false;
}
