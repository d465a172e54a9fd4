/**
 * The cells of one thread: their queue of turns, local delivery, the channels to all other threads. The main
 * thread and every pool thread run the same class; the guardian and the registry, which only main has, are given to
 * it as hooks. Implements what cells need (CellHost) and what channels need (ChannelHost).
 * Runs on: any.
 */
import { ActorCell } from '../actor/actor-cell.js';
import type { Terminated } from '../actor/actor-context.js';
import type { AskOptions } from '../actor/actor-ref.js';
import { AskTable, askTimeout, type Expiring, PendingAsk, systemStopped } from '../actor/ask.js';
import type { CellCommand, CellHost, LostMessage } from '../actor/cell-host.js';
import type { CellMailbox } from '../actor/cell-mailbox.js';
import { CellState } from '../actor/cell-state.js';
import { type Child, type Children, RemoteChild } from '../actor/children.js';
import { DeathWatch, type Watcher } from '../actor/death-watch.js';
import type { Recipe } from '../actor/definition.js';
import { Ref } from '../actor/ref.js';
import { RemoteAsker, replyToOf } from '../actor/remote-asker.js';
import type { Replicas } from '../actor/replicas.js';
import { Running } from '../actor/running.js';
import type { ReplicaOptions, SpawnOptions, SpawnSettings } from '../actor/spawn-options.js';
import type { StreamReader, StreamSource } from '../actor/stream.js';
import type { Failure, Verdict } from '../actor/supervision.js';
import type { WaitingSend } from '../actor/waiting-send.js';
import type { Clock } from '../clock.js';
import { CodedError } from '../errors.js';
import type { DeadLetterReason, SystemEvents } from '../events.js';
import type { Executor } from '../executor.js';
import { LIMITS } from '../limits.js';
import type { Logger } from '../logger.js';
import { Fifo, type Taken } from '../mailbox/fifo.js';
import { Room } from '../mailbox/room.js';
import type { Argc, Asker, Meta } from '../message/envelope.js';
import type { ReplyTo } from '../message/frame.js';
import type { EndReason, HostRequest, Signal } from '../message/signal.js';
import type { Random } from '../random.js';
import { RoutedReplicas } from '../routing/routed-replicas.js';
import { askProxy } from '../rpc.js';
import { SlotTable, type SlotTableMemory } from '../slot-table.js';
import { Counter, ThreadTable, type ThreadTableMemory, Word } from '../thread-table.js';
import { TimerWheel } from '../timer-wheel.js';
import type { OutgoingChannel, SalvagedMessage } from '../transport/outgoing-channel.js';
import type { Transport } from '../transport/transport.js';
import { Casualties } from './casualties.js';
import { Channels, type Connect } from './channels.js';
import { Groups } from './groups.js';
import { HandlerNames } from './handler-names.js';
import { HostReceiver } from './host-receiver.js';
import { type FailurePhase, HostReports, type LostTarget } from './host-reports.js';
import { HostRequests } from './host-requests.js';
import { HostStreams } from './host-streams.js';
import { Loader } from './loader.js';
import { PassLoop } from './pass-loop.js';
import { replicaSet } from './replica-home.js';
import { Slots } from './slots.js';
import { spawnActor } from './spawner.js';

/** What main adds to its own host. */
export interface RootHooks {
  readonly children: Children;
  /** Which thread a top-level actor gets. */
  place(options: SpawnOptions): number;
  serve(request: HostRequest): unknown;
  /** A thread of its own is wanted under this number. */
  threadWanted(thread: number): void;
  /** What pool threads tell main alone. */
  signal(signal: Signal): void;
  /** The actor has ended: its names are free. */
  released(slot: number, generation: number): void;
}

export interface HostOptions {
  readonly thread: number;
  readonly epoch: number;
  readonly slots: SlotTableMemory;
  readonly threads: ThreadTableMemory;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly executor: Executor;
  readonly random: Random;
  readonly logger: Logger;
  readonly mailbox: { readonly capacity: number; readonly bytes: number };
  readonly askMs: number;
  readonly sendMs: number;
  readonly passMs: number;
  /** Threads 1 to this are the pool. */
  readonly poolThreads: number;
  readonly connect: Connect;
  readonly importModule: (url: string) => Promise<unknown>;
  /** Gives an event to main's stream. */
  readonly emit: <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]) => void;
  /** Tells main of a handler's name and its number in this thread. */
  readonly handlerNamed: (number: number, name: string) => void;
  readonly root?: RootHooks;
}

export class ActorHost implements CellHost {
  readonly thread: number;
  readonly epoch: number;
  readonly table: SlotTable;
  readonly threads: ThreadTable;
  readonly words: Int32Array;
  readonly counters: Float64Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly running = new Running();
  readonly asks: AskTable;
  readonly room: Room;
  readonly taken: Taken = { name: undefined, payload: undefined, meta: 0 };
  readonly askMs: number;
  readonly sendMs: number;
  readonly channels: Channels;
  readonly watches = new DeathWatch();
  readonly groups: Groups;
  readonly loader: Loader;
  readonly slots: Slots;
  readonly remoteChildren = new Map<
    number,
    { readonly child: RemoteChild; readonly children: Children }
  >();
  readonly root: RootHooks | undefined;
  readonly casualties: Casualties;
  readonly reports: HostReports;
  readonly requests: HostRequests;
  readonly streams: HostStreams;
  intakeClosed = false;
  isClosed = false;
  heldMessages = 0;
  readonly options: HostOptions;
  readonly #cells: (ActorCell | undefined)[][] = [];
  readonly #loop: PassLoop;
  readonly #names: HandlerNames;
  readonly #dirty: OutgoingChannel[] = [];
  readonly #touched: CellMailbox[] = [];
  #touchedCount = 0;
  readonly #queues: Fifo[] = [];
  #flushIsDue = false;
  #sendsLeft: number = LIMITS.sendsPerRound;

  constructor(options: HostOptions) {
    const { clock, executor, thread } = options;
    this.options = options;
    this.thread = thread;
    this.epoch = options.epoch;
    this.table = new SlotTable(options.slots);
    this.threads = new ThreadTable(options.threads);
    this.words = this.threads.wordsOf(thread);
    this.counters = this.threads.countersOf(thread);
    this.clock = clock;
    this.random = options.random;
    this.logger = options.logger;
    this.askMs = options.askMs;
    this.sendMs = options.sendMs;
    this.root = options.root;
    this.room = new Room(this.table, thread);
    this.asks = new AskTable(new TimerWheel<Expiring>(clock, (waiting) => this.#expired(waiting)));
    this.loader = new Loader(clock, options.importModule);
    this.slots = new Slots(this.table, thread);
    this.groups = new Groups(this);
    this.casualties = new Casualties(this);
    this.reports = new HostReports(this);
    this.requests = new HostRequests(this);
    this.streams = new HostStreams(this);
    this.#names = new HandlerNames(options.handlerNamed);
    this.#loop = new PassLoop(executor, clock, options.passMs, () => this.#endPass());
    this.channels = new Channels({
      thread,
      epoch: options.epoch,
      threads: this.threads,
      transport: options.transport,
      connect: options.connect,
      owner: this,
      receiver: new HostReceiver(this),
      creditTaken: (from) => this.signal(from, { type: 'credit', thread }),
    });
    this.words[Word.running] = 0;
    this.words[Word.inTurn] = 0;
    this.words[Word.inFlight] = 0;
    this.words[Word.actors] = 0;
    this.words[Word.held] = 0;
    this.words[Word.salvaged] = 0;
  }

  // Turns

  ready(cell: CellMailbox): void {
    this.#loop.ready(cell);
  }

  isPassOver(): boolean {
    return this.#loop.isOver();
  }

  /** The time, at most a pass old within one; then given later than it is, so that no deadline comes early. */
  nowSoon(): number {
    return this.#loop.now();
  }

  sent(): Promise<void> {
    if (--this.#sendsLeft > 0) return SENT;
    this.#sendsLeft = LIMITS.sendsPerRound;
    return new Promise((resolve) => this.options.executor.later(resolve));
  }

  soon(fn: () => void): void {
    this.options.executor.soon(fn);
  }

  takeQueue(): Fifo {
    return this.#queues.pop() ?? new Fifo();
  }

  giveQueue(queue: Fifo): void {
    if (this.#queues.length < LIMITS.slotBlock) this.#queues.push(queue);
    else queue.release();
  }

  handlerNumber(name: string): number {
    return this.#names.numberOf(name);
  }

  // Channels

  channelTo(thread: number): OutgoingChannel | undefined {
    return this.channels.to(thread);
  }

  /** A signal to another thread; dropped while that one is away: what it stood for is made good on its return. */
  signal(thread: number, signal: Signal): void {
    this.channels.to(thread)?.signal(signal);
  }

  channelDirty(channel: OutgoingChannel): void {
    this.#dirty.push(channel);
    if (this.#loop.isPassing || this.#flushIsDue) return;
    this.#flushIsDue = true;
    this.options.executor.afterMicrotasks(() => this.#flush());
  }

  hold(
    ref: Ref,
    name: string,
    argc: Argc,
    payload: unknown,
    meta: Meta,
  ): 'accepted' | 'full' | 'stopped' {
    const { slot, generation, thread } = ref;
    if (!this.table.isLive(slot, generation)) return 'stopped';
    const envelope = typeof meta === 'number' ? undefined : meta;
    const replyTo = envelope?.asker === undefined ? undefined : replyToOf(this, envelope.asker);
    const traceparent = envelope?.traceparent;
    const message = { slot, generation, name, argc, payload, traceparent, replyTo };
    if (!this.channels.hold(thread, message)) return 'full';
    this.words[Word.held] = (this.words[Word.held] as number) + 1;
    this.counters[Counter.accepted] = (this.counters[Counter.accepted] as number) + 1;
    return 'accepted';
  }

  messageUnencodable(message: SalvagedMessage, error: CodedError): void {
    const { slot, generation, name, argc, payload, replyTo } = message;
    const asker = replyTo === undefined ? undefined : this.askerOf(replyTo);
    const path = this.refTo(slot, generation, this.table.owner(slot)).path;
    this.count(Counter.deadLetters, 1);
    // Its place is free again, and the owner has no turn in which to say so.
    if (this.table.waiters(slot) !== 0) this.#wakeWaiters(slot, 1);
    this.deadLetter(
      { slot, generation, path },
      { name, argc, payload, asker },
      'notEncodable',
      error,
    );
  }

  markBegun(mark: number): void {
    this.channels.markBegun(mark);
  }

  // Cells

  cellAt(slot: number): ActorCell | undefined {
    return this.#cells[slot >>> 10]?.[slot & 1023];
  }

  addCell(cell: ActorCell): void {
    const page = cell.slot >>> 10;
    this.#cells[page] ??= new Array(1024).fill(undefined);
    (this.#cells[page] as (ActorCell | undefined)[])[cell.slot & 1023] = cell;
    this.words[Word.actors] = (this.words[Word.actors] as number) + 1;
  }

  *cells(): Generator<ActorCell> {
    for (const page of this.#cells)
      for (const cell of page ?? []) if (cell !== undefined) yield cell;
  }

  refTo(slot: number, generation: number, thread: number, path?: string): Ref {
    if (thread === this.thread) {
      const cell = this.cellAt(slot);
      if (cell?.generation === generation) {
        cell.ref ??= new Ref(this, slot, generation, thread, cell, undefined);
        return cell.ref;
      }
    }
    return new Ref(this, slot, generation, thread, undefined, path);
  }

  /** The cell a message or signal from another thread is for; one that is still to be spawned is made to wait. */
  cellFor(slot: number, generation: number): ActorCell | undefined {
    const cell = this.cellAt(slot);
    if (cell !== undefined) return cell.generation === generation ? cell : undefined;
    if (!this.table.isLive(slot, generation) || this.table.owner(slot) !== this.thread)
      return undefined;
    const waiting = new ActorCell(this, slot, generation, WAITING);
    this.addCell(waiting);
    return waiting;
  }

  spawn(recipe: Recipe<unknown>, options: SpawnOptions, parent: ActorCell | undefined): Ref {
    return spawnActor(this, recipe, options, parent);
  }

  spawnReplicas(
    recipe: Recipe<unknown>,
    options: ReplicaOptions,
    parent: ActorCell | undefined,
  ): Replicas<unknown> {
    return new RoutedReplicas(
      replicaSet(this, recipe, options, parent),
    ) as unknown as Replicas<unknown>;
  }

  retire(cell: CellMailbox): void {
    const { slot } = cell;
    if (this.cellAt(slot) !== cell || !this.slots.retire(slot)) return;
    (this.#cells[slot >>> 10] as (ActorCell | undefined)[])[slot & 1023] = undefined;
  }

  /** Tries again to free slots whose last messages have come meanwhile. */
  retireLate(): void {
    for (const slot of this.slots.late()) {
      const cell = this.cellAt(slot);
      if (cell !== undefined) this.retire(cell);
    }
  }

  cellStarted(cell: ActorCell): void {
    this.reports.started(cell);
  }

  cellRestarted(cell: ActorCell): void {
    this.reports.restarted(cell);
  }

  cellEnded(cell: ActorCell, reason: EndReason): void {
    const { slot, generation } = cell;
    this.words[Word.actors] = (this.words[Word.actors] as number) - 1;
    if (this.slots.hasLate) this.retireLate();
    this.reports.stopped(cell, reason);
    const watchers = cell.extras?.watchingThreads ?? 0;
    for (let thread = 0; watchers >>> thread !== 0; thread++) {
      if ((watchers >>> thread) & 1)
        this.signal(thread, { type: 'terminated', slot, generation, reason });
    }
    if (cell.extras?.registeredName !== undefined || cell.parent === undefined)
      this.#released(slot, generation);
    this.watches.ended(slot, generation, reason);
    if (this.room.size > 0) this.room.wake(slot, Infinity);
    if (this.table.waiters(slot) !== 0) this.#wakeWaiters(slot, Infinity);
    const isIdle = this.thread > this.options.poolThreads && this.words[Word.actors] === 0;
    if (isIdle) this.signal(0, { type: 'threadIdle', thread: this.thread });
  }

  touched(cell: CellMailbox): void {
    this.#touched[this.#touchedCount++] = cell;
  }

  roomMade(cell: CellMailbox): void {
    const { slot } = cell;
    if (this.table.waiters(slot) === 0) return;
    const capacity = this.table.capacity(slot);
    const depth = this.table.depth(slot);
    if (depth <= capacity >> 1) this.#wakeWaiters(slot, capacity - depth);
  }

  command(child: Child, command: CellCommand): void {
    if (child instanceof ActorCell) return child.command(command);
    if (!(child instanceof RemoteChild)) return;
    if (command.type === 'stop') child.isStopping = true;
    const { slot, generation, thread } = child;
    if (this.channels.isDown(thread) || child.isDown)
      return this.casualties.commanded(child, command);
    this.signal(thread, { ...command, slot, generation });
  }

  childFailed(child: Child, failure: Failure, verdict: Verdict): void {
    this.reports.childFailed(child, failure, verdict);
  }

  reportFailure(
    cell: ActorCell,
    phase: FailurePhase,
    handler: string | undefined,
    error: Error,
  ): void {
    this.reports.failure(cell, { phase, handler, error });
  }

  reportEnd(cell: ActorCell, reason: EndReason): void {
    this.reports.end(cell, reason);
  }

  // Watches and groups

  watch(watcher: Watcher, ref: Ref, fn: (end: Terminated) => unknown): void {
    const { slot, generation, thread } = ref;
    if (this.#hasEnded(ref)) {
      return this.watches.notify(watcher, { ref, reason: 'gone' }, fn);
    }
    const isFirst = this.watches.add(watcher, ref, fn);
    if (isFirst && thread !== this.thread)
      this.signal(thread, { type: 'watch', slot, generation, thread: this.thread });
  }

  unwatch(watcher: Watcher, ref: Ref): void {
    if (this.watches.remove(watcher, ref)) this.#unwatchThere(ref);
  }

  unwatchAll(watcher: Watcher): void {
    for (const ref of this.watches.removeAll(watcher)) this.#unwatchThere(ref);
  }

  join(cell: ActorCell, group: string): void {
    this.groups.join(cell.refTo(), group);
  }

  leave(cell: ActorCell, group: string): void {
    this.groups.leave(cell.refTo(), group);
  }

  membersOf(group: string): readonly Ref[] {
    return this.groups.members(group);
  }

  // What is asked, answered, streamed and lost

  request(thread: number, request: HostRequest): Promise<unknown> {
    return this.requests.send(thread, request);
  }

  proxyFor(ref: Ref, options: AskOptions): object {
    return askProxy((name, args) => ref.askWith(options, name, args));
  }

  askMoved(asker: RemoteAsker, to: Ref): void {
    const { thread, ask } = asker.replyTo;
    const { slot, generation, thread: target } = to;
    this.signal(thread, { type: 'askMoved', ask, slot, generation, thread: target });
  }

  rememberSource(asker: RemoteAsker, source: StreamSource): void {
    this.streams.remember(asker, source);
  }

  forgetSource(source: StreamSource): void {
    this.streams.forget(source);
  }

  grantDemand(reader: StreamReader, count: number): void {
    this.streams.grant(reader, count);
  }

  cancelStream(reader: StreamReader): void {
    this.streams.cancel(reader);
  }

  deadLetter(
    target: LostTarget,
    lost: LostMessage,
    reason: DeadLetterReason,
    error: CodedError,
  ): void {
    this.reports.deadLetter(target, lost, reason, error);
  }

  highWater(cell: CellMailbox, messages: number): void {
    this.reports.highWater(cell, messages);
  }

  /** Gives main an event, if anybody there listens for its kind. */
  emit<K extends keyof SystemEvents & string>(name: K, payload: () => SystemEvents[K]): void {
    this.reports.emit(name, payload);
  }

  count(counter: number, amount: number): void {
    this.counters[counter] = (this.counters[counter] as number) + amount;
  }

  closeIntake(): void {
    this.intakeClosed = true;
  }

  close(): void {
    this.isClosed = true;
    this.asks.wheel.stop();
    this.channels.close();
    // In a pool thread nobody is left to hear; on main the program is.
    if (this.root === undefined) return;
    for (const awaiting of this.asks.those(() => true))
      awaiting.fail(systemStopped(awaiting.target.path));
    this.room.wakeAll();
  }

  askerOf(replyTo: ReplyTo): Asker {
    const own = replyTo.thread === this.thread ? this.asks.get(replyTo.ask) : undefined;
    return own ?? new RemoteAsker(this, replyTo);
  }

  /** A message that will not be sent: its admission is counted as a dead letter by whoever keeps the slot. */
  bury(message: SalvagedMessage, reason: DeadLetterReason): void {
    const { slot, generation, name, argc, payload, replyTo, thread } = {
      thread: this.table.owner(message.slot),
      ...message,
    };
    const asker = replyTo === undefined ? undefined : this.askerOf(replyTo);
    const { path } = this.refTo(slot, generation, thread);
    this.count(Counter.deadLetters, 1);
    const text = `expected ${path} to take "${name}", but its thread died and it was not made again`;
    const error = new CodedError('ACTOR_THREAD_DIED', text, { details: { path, handler: name } });
    this.deadLetter({ slot, generation, path }, { name, argc, payload, asker }, reason, error);
  }

  /** A message that a dead thread had admitted here and never sent. */
  settleOrphan(slot: number): void {
    const cell = this.cellAt(slot) ?? this.cellFor(slot, this.table.generation(slot));
    cell?.settleOrphan();
  }

  /** The channel to that thread was starved and is not any more. */
  creditCame(thread: number): void {
    this.channels.to(thread)?.flush();
    if (this.room.size > 0) this.room.wakeAll((slot) => this.table.owner(slot) === thread);
  }

  /** A signal only main understands. */
  rootSignal(signal: Signal): void {
    this.root?.signal(signal);
  }

  get isQuiet(): boolean {
    const isIdle = this.#loop.length === 0 && this.asks.size === 0 && this.heldMessages === 0;
    return isIdle && this.channels.isQuiet;
  }

  /**
   * One barrier for all turns of the pass: (a) their settled words were stored, (b) barrier, (c) their waiter masks
   * are loaded. A sender that set its bit before (b) is seen in (c); one that sets it later sees the settled word.
   */
  #endPass(): void {
    if (this.#touchedCount > 0) {
      Atomics.add(this.words, Word.barrier, 1);
      for (let i = 0; i < this.#touchedCount; i++) {
        const cell = this.#touched[i] as CellMailbox;
        cell.isTouched = false;
        if (cell.state !== CellState.stopped) this.roomMade(cell);
      }
      if (this.#touchedCount > LIMITS.slotBlock) this.#touched.length = 0;
      this.#touchedCount = 0;
    }
    if (this.#dirty.length > 0) this.#flush();
  }

  #flush(): void {
    this.#flushIsDue = false;
    for (let i = 0; i < this.#dirty.length; i++) (this.#dirty[i] as OutgoingChannel).flush();
    this.#dirty.length = 0;
  }

  #expired(waiting: Expiring): void {
    if (waiting instanceof PendingAsk)
      waiting.fail(askTimeout(waiting.target, waiting.name, waiting.deadlineMs));
    else waiting.fail((waiting as WaitingSend).ref.fullError(waiting.name));
  }

  #wakeWaiters(slot: number, quota: number): void {
    const mask = this.table.takeWaiters(slot);
    const generation = this.table.generation(slot);
    for (let thread = 0; thread < LIMITS.threadsMax; thread++) {
      if (((mask >>> thread) & 1) === 0) continue;
      if (thread === this.thread) this.room.wake(slot, quota);
      else this.signal(thread, { type: 'room', slot, generation, quota });
    }
  }

  #released(slot: number, generation: number): void {
    if (this.root !== undefined) this.root.released(slot, generation);
    else this.signal(0, { type: 'released', slot, generation });
  }

  /**
   * True when nothing more can come from that actor. Of one on another thread the table knows the end before what it
   * has sent is here, so its thread is asked, behind that; unless there is no such thread any more.
   */
  #hasEnded({ slot, generation, thread }: Ref): boolean {
    if (thread === this.thread)
      return !this.table.isLive(slot, generation) || this.cellAt(slot)?.state === CellState.stopped;
    if (this.isClosed) return true;
    return !this.channels.isDown(thread) && this.threads.load(thread, Word.serving) === -1;
  }

  #unwatchThere(ref: Ref): void {
    const { slot, generation, thread } = ref;
    if (thread !== this.thread)
      this.signal(thread, { type: 'unwatch', slot, generation, thread: this.thread });
  }
}

const SENT = Promise.resolve();

/** A cell that waits for its spawn signal: who sent it messages was faster than its parent. */
const WAITING: SpawnSettings = {
  name: undefined,
  capacity: Infinity,
  bytesMax: Infinity,
  overflow: 'reject',
  priorities: undefined,
};
