/**
 * What one thread does when another has died, and when it is back. Main leads (system/recovery.ts):
 *
 *   main ── died(B) ──▶ every host: channel to B ends, what B never began is salvaged; B's last frame is read,
 *                       what B had admitted and never sent is settled; supervisors decide about their children on B
 *        ◀─ report ──── held: messages salvaged per slot; kept: slots whose actors shall live on
 *   main: what is neither settled nor held is lost and counted; slots not kept are ended; a spare becomes B
 *        ── reachable(B) ──▶ from here on B is answered by all
 *        ── back(B) ──▶ children are spawned again, then the salvaged messages in order, then those held since
 *
 * A thread that was vacated (threads/vacating.ts) takes the same road, but nobody has failed: no supervisor is asked, and
 * what it had not begun has come to main, which gives it again.
 *
 * Runs on: any.
 */
import { type Awaiting, dependsOn } from '../actor/ask.js';
import type { CellCommand } from '../actor/cell-host.js';
import { type RemoteChild, RemoteParent } from '../actor/children.js';
import { CodedError } from '../errors.js';
import type { Argc } from '../message/envelope.js';
import type { EndReason, SlotId } from '../message/signal.js';
import { SlotState } from '../slot-table.js';
import { Counter, UNBORN, Word } from '../thread-table.js';
import type { SalvagedMessage } from '../transport/outgoing-channel.js';
import type { ActorHost } from './actor-host.js';

/** What a host answers main about a dead thread. */
export interface CasualtyReport {
  /** Who reports. */
  readonly thread: number;
  /** Slot and generation of the target of each salvaged message, in the order in which they are given again. */
  readonly held: readonly Target[];
  /** Slots of actors that its supervisors make again. */
  readonly kept: readonly number[];
  /** Slots of those they had told to stop. */
  readonly dropped: readonly number[];
}

/** How a thread has come to its end: by itself, or killed; once too often; on purpose with work in hand; or with none. */
export type Ending = 'died' | 'gaveUp' | 'cutOff' | 'vacated';

/** Slot and generation. */
export type Target = readonly [number, number];

export class Casualties {
  readonly #host: ActorHost;
  readonly #salvaged = new Map<number, SalvagedMessage[]>();
  /** Main only: what threads that are being vacated have handed over, oldest first. */
  readonly #handedOver = new Map<number, SalvagedMessage[]>();
  readonly #whenUp = new Map<number, (() => void)[]>();
  readonly #insisted = new Set<{ readonly thread: number; readonly tell: () => void }>();

  constructor(host: ActorHost) {
    this.#host = host;
  }

  /**
   * A thread has ended. Everything it had sent has been read when this resolves. `unsent` are the targets of messages
   * that it held itself, for a thread that had died before.
   */
  async died(
    thread: number,
    unsent: readonly Target[] = [],
    ending: Ending = 'died',
  ): Promise<CasualtyReport> {
    const host = this.#host;
    const salvaged = host.channels.down(thread);
    this.#salvage(thread, salvaged);
    // A thread that has never lived yet, a dedicated one: nobody was on it. What is meant for it waits.
    if (host.threads.load(thread, Word.serving) === UNBORN)
      return { thread: host.thread, held: salvaged.map(targetOf), kept: [], dropped: [] };
    const asked = host.asks.those((awaiting) => isUnanswered(awaiting, thread, ending));
    const waiting = [...host.channels.held(thread)];
    await host.channels.closed(thread);
    // These were behind nothing but what it had handled.
    salvaged.unshift(...(this.#handedOver.get(thread) ?? []));
    this.#handedOver.delete(thread);
    this.#salvage(thread, salvaged);
    const held = salvaged.map(targetOf);
    for (const slot of host.channels.takeOrphans(thread)) host.settleOrphan(slot);
    for (const [slot, generation] of unsent) {
      const isMine = host.table.owner(slot) === host.thread;
      if (isMine && !host.table.isSettled(slot, generation)) host.settleOrphan(slot);
    }
    const error = new CodedError('THREAD_DIED', `thread ${thread} died`, { details: { thread } });
    const { kept, dropped } = this.#decide(thread, error, ending);
    this.#failAsks(thread, asked, [...salvaged, ...waiting]);
    host.streams.threadDied(thread);
    host.groups.forget(thread);
    this.#stopChildrenOf(thread);
    this.#endUnspawnedBy(thread);
    return { thread: host.thread, held, kept, dropped };
  }

  /** That thread is being vacated: what is new for it waits here until it is {@link back}. */
  holdBack(thread: number): void {
    this.#host.channels.holdBack(thread);
  }

  /** A thread that is being vacated had not begun with this message. */
  handedOver(thread: number, message: SalvagedMessage): void {
    const messages = this.#handedOver.get(thread) ?? [];
    messages.push(message);
    this.#handedOver.set(thread, messages);
  }

  /** The thread has another life, and may be answered before it is {@link back}. */
  reachable(thread: number): void {
    this.#host.channels.reachable(thread);
  }

  /** The thread serves again; `ended` are the slots of its actors that do not come back. */
  back(thread: number): void {
    const host = this.#host;
    const held = host.channels.up(thread);
    for (const { child } of [...host.remoteChildren.values()]) {
      if (child.thread === thread && child.isDown && child.wantsSpawn) this.#respawn(child);
    }
    host.groups.tell(thread);
    for (const ref of host.watches.on(thread)) {
      const { slot, generation } = ref;
      if (host.threads.load(thread, Word.serving) === -1)
        host.watches.ended(slot, generation, 'threadDied');
      else host.signal(thread, { type: 'watch', slot, generation, thread: host.thread });
    }
    for (const message of this.#salvaged.get(thread) ?? []) this.#again(thread, message, false);
    this.#salvaged.delete(thread);
    for (const message of held) this.#again(thread, message, true);
    for (const then of this.#whenUp.get(thread) ?? []) then();
    this.#whenUp.delete(thread);
    for (const { thread: to, tell } of this.#insisted) if (to === thread) tell();
    host.room.wakeAll((slot) => host.table.owner(slot) === thread || host.table.depth(slot) === 0);
  }

  /** Runs once the thread serves again. */
  whenUp(thread: number, then: () => void): void {
    const waiting = this.#whenUp.get(thread) ?? [];
    waiting.push(then);
    this.#whenUp.set(thread, waiting);
  }

  /** Tells a thread something, and again each time it is back from the dead, until `done`. */
  insist(thread: number, tell: () => void, done: Promise<unknown>): void {
    const insisted = { thread, tell };
    this.#insisted.add(insisted);
    void done.then(() => this.#insisted.delete(insisted));
    if (!this.#host.channels.isDown(thread)) tell();
  }

  /** Runs now, or once the thread serves again. */
  onceUp(thread: number, then: () => void): void {
    if (this.#host.channels.isDown(thread)) this.whenUp(thread, then);
    else then();
  }

  /** A command for a child whose thread is away, or that was not made again yet. */
  commanded(child: RemoteChild, command: CellCommand): void {
    const host = this.#host;
    if (command.type === 'stop') {
      const { slot, generation, thread } = child;
      // One that rests is tried again for that: an end is not to wait for ten minutes.
      if (host.threads.load(thread, Word.serving) === -1) this.#want(thread);
      this.onceUp(thread, () => {
        if (host.remoteChildren.get(slot)?.child !== child) return;
        // Its new thread must know whose child it was, to tell of its end.
        if (child.isDown) host.signal(thread, { ...child.spawn, restarts: child.restarts });
        child.isDown = false;
        host.signal(thread, { ...command, slot, generation });
      });
      return;
    }
    child.wantsSpawn = true;
    if (!host.channels.isDown(child.thread)) this.#respawn(child);
  }

  #want(thread: number): void {
    const { root } = this.#host;
    if (root === undefined) this.#host.signal(0, { type: 'threadWanted', thread });
    else root.threadWanted(thread);
  }

  /** A child on another thread has ended, or will not be made again. */
  childEnded(id: SlotId, _reason: EndReason): void {
    const entry = this.#host.remoteChildren.get(id.slot);
    if (entry === undefined || entry.child.generation !== id.generation) return;
    this.#host.remoteChildren.delete(id.slot);
    entry.children.remove(entry.child, entry.child.spawn.name);
  }

  /** The slots that main has ended: their supervisors and watchers here hear it. */
  ended(slots: readonly SlotId[]): void {
    for (const id of slots) {
      this.childEnded(id, 'threadDied');
      this.#host.watches.ended(id.slot, id.generation, 'threadDied');
    }
  }

  /** What is kept for the thread's next life. Its targets must be known if this thread dies before that. */
  #salvage(thread: number, salvaged: SalvagedMessage[]): void {
    const { words, threads } = this.#host;
    this.#salvaged.set(thread, salvaged);
    words[Word.salvagedFor] = threads.deathOf(thread);
    words[Word.salvaged] = salvaged.length;
  }

  /** Asks the supervisors which slots stay let. An end on purpose is no failure: all that live stay. */
  #decide(
    thread: number,
    error: CodedError,
    ending: Ending,
  ): Pick<CasualtyReport, 'kept' | 'dropped'> {
    const host = this.#host;
    const all = [...host.remoteChildren.values()].filter(({ child }) => child.thread === thread);
    const isAlive = ({ child }: (typeof all)[number]): boolean =>
      host.table.isLive(child.slot, child.generation);
    const mine = all.filter(isAlive);
    // The others had ended before, and the news of that died with the thread.
    for (const entry of all) if (!isAlive(entry)) this.childEnded(entry.child, 'stopped');
    const hit = mine.filter(({ child }) => !child.isAwaited);
    for (const { child } of hit) {
      child.isDown = true;
      child.wantsSpawn = false;
    }
    for (const { child, children } of hit) {
      if (child.isStopping) continue;
      if (ending === 'cutOff' || ending === 'vacated') {
        children.willBeRemade(child);
        child.wantsSpawn = true;
        // One that has never run begins for the first time.
        child.isAwaited = host.table.state(child.slot) === SlotState.starting;
        continue;
      }
      const { path, restarts } = child;
      children.failed(child, { error, child: path, handler: undefined, phase: 'thread', restarts });
    }
    // The thread rests: only who is never given up waits for it.
    const stays = ({ child, children }: (typeof all)[number]): boolean =>
      !child.isStopping && (ending !== 'gaveUp' || children.neverGivesUp(child));
    const slots = mine.map((entry) => ({ slot: entry.child.slot, isKept: stays(entry) }));
    return {
      kept: slots.filter(({ isKept }) => isKept).map(({ slot }) => slot),
      dropped: slots.filter(({ isKept }) => !isKept).map(({ slot }) => slot),
    };
  }

  #respawn(child: RemoteChild): void {
    child.isDown = false;
    child.wantsSpawn = false;
    if (!child.isAwaited) {
      child.restarts++;
      this.#host.count(Counter.restarts, 1);
    }
    child.isAwaited = false;
    this.#host.signal(child.thread, { ...child.spawn, restarts: child.restarts });
  }

  /** Of what was asked before the death: whose message had begun will get no answer; the others are sent again. */
  #failAsks(
    thread: number,
    asked: readonly Awaiting[],
    salvaged: readonly SalvagedMessage[],
  ): void {
    const host = this.#host;
    const again = new Set<number>();
    for (const { replyTo } of salvaged)
      if (replyTo !== undefined && host.isOwn(replyTo)) again.add(replyTo.ask);
    for (const awaiting of asked) {
      if (host.asks.get(awaiting.id) !== awaiting || again.has(awaiting.id)) continue;
      const { path } = awaiting.target;
      const text = `expected an answer from ${path}, but its thread ${thread} died`;
      awaiting.fail(new CodedError('ACTOR_THREAD_DIED', text, { details: { path, thread } }));
    }
  }

  /** Actors here whose supervisor was there come back when it spawns them again. */
  #stopChildrenOf(thread: number): void {
    for (const cell of this.#host.cells()) {
      const { parent } = cell;
      if (parent instanceof RemoteParent && parent.thread === thread) {
        cell.command({ type: 'stop', mode: 'stop', reason: 'stopped' });
      }
    }
  }

  /** Actors here whose spawn signal never left the thread of their supervisor: nobody else knows of them. */
  #endUnspawnedBy(thread: number): void {
    const { table, thread: here } = this.#host;
    const used = Math.min(table.slotsUsed, table.slotsMax);
    for (let slot = 0; slot < used; slot++) {
      if (table.owner(slot) !== here || table.spawner(slot) !== thread) continue;
      this.endUnspawned(slot);
    }
  }

  /** Ends an actor of this thread that nobody will spawn. */
  endUnspawned(slot: number): void {
    const cell = this.#host.cellFor(slot, this.#host.table.generation(slot));
    cell?.command({ type: 'stop', mode: 'kill', reason: 'threadDied' });
  }

  /** Sends a message again, or for the first time, or buries it when its actor is gone. */
  #again(thread: number, message: SalvagedMessage, isNew: boolean): void {
    const host = this.#host;
    const { slot, generation, name, argc, payload, traceparent, replyTo } = message;
    const { table } = host;
    const channel = host.channelTo(thread);
    // One that was admitted goes to its actor even if that has ended meanwhile: it counts in its depth.
    const isMoot = isNew ? !table.isLive(slot, generation) : table.isSettled(slot, generation);
    if (channel === undefined || isMoot) {
      const word = isNew ? Word.held : Word.salvaged;
      host.words[word] = (host.words[word] as number) - 1;
      return host.bury(message, 'threadDied');
    }
    table.admitAgain(slot, channel.memory.words, host.words, isNew);
    if (replyTo === undefined)
      channel.tell(slot, generation, name, argc as Argc, payload, traceparent);
    else channel.ask(slot, generation, name, argc as Argc, payload, replyTo, traceparent);
  }
}

function targetOf({ slot, generation }: SalvagedMessage): Target {
  return [slot, generation];
}

/**
 * True of what an ended thread may owe an answer. One that was vacated has answered all that had begun, and what had not is
 * given again; only questions of hosts to that host are lost with it.
 */
function isUnanswered({ target }: Awaiting, thread: number, ending: Ending): boolean {
  if (ending !== 'vacated') return dependsOn(target, thread);
  return target.thread === thread && target.generation === 0;
}
