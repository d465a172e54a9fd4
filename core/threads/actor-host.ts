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
import { type Child, type Children, RemoteChild } from '../actor/children.js';
import { DeathWatch, type Watcher } from '../actor/death-watch.js';
import type { Recipe } from '../actor/definition.js';
import type { Ref } from '../actor/ref.js';
import { RemoteAsker } from '../actor/remote-asker.js';
import type { Replicas } from '../actor/replicas.js';
import { Running } from '../actor/running.js';
import type { ReplicaOptions, SpawnOptions } from '../actor/spawn-options.js';
import type { Failure, Verdict } from '../actor/supervision.js';
import type { WaitingSend } from '../actor/waiting-send.js';
import type { Clock } from '../clock.js';
import type { CodedError } from '../errors.js';
import type { DeadLetterReason } from '../events.js';
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
import { SlotTable } from '../slot-table.js';
import { ThreadTable, Word } from '../thread-table.js';
import { TimerWheel } from '../timer-wheel.js';
import type { OutgoingChannel, SalvagedMessage } from '../transport/outgoing-channel.js';
import { Casualties } from './casualties.js';
import { CellTable } from './cell-table.js';
import { Channels } from './channels.js';
import { Endings } from './endings.js';
import { Groups } from './groups.js';
import { HandlerNames } from './handler-names.js';
import type { HostOptions, RootHooks } from './host-options.js';
import { HostReceiver } from './host-receiver.js';
import { type FailurePhase, HostReports, type LostTarget } from './host-reports.js';
import { HostRequests } from './host-requests.js';
import { HostStreams } from './host-streams.js';
import { HostWatches } from './host-watches.js';
import { Loader } from './loader.js';
import { PassEnd } from './pass-end.js';
import { PassLoop } from './pass-loop.js';
import { replicaSet } from './replica-home.js';
import { RoomNews } from './room-news.js';
import { Slots } from './slots.js';
import { spawnActor } from './spawner.js';
import { Undelivered } from './undelivered.js';

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
  readonly watching: HostWatches;
  readonly news: RoomNews;
  intakeClosed = false;
  isClosed = false;
  heldMessages = 0;
  readonly options: HostOptions;
  readonly #cells = new CellTable(this);
  readonly #loop: PassLoop;
  readonly #names: HandlerNames;
  readonly #endings: Endings;
  readonly #undelivered: Undelivered;
  readonly #passEnd: PassEnd;
  readonly #queues: Fifo[] = [];
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
    this.watching = new HostWatches(this);
    this.news = new RoomNews(this);
    this.#endings = new Endings(this, this.#cells);
    this.#undelivered = new Undelivered(this);
    this.#passEnd = new PassEnd(this, executor);
    this.#names = new HandlerNames(options.handlerNamed);
    this.#loop = new PassLoop(executor, clock, options.passMs, () => this.#passEnd.end());
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
    for (const word of OWN_WORDS) this.words[word] = 0;
  }

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

  channelTo(thread: number): OutgoingChannel | undefined {
    return this.channels.to(thread);
  }

  /** A signal to another thread; dropped while that one is away: what it stood for is made good on its return. */
  signal(thread: number, signal: Signal): void {
    this.channels.to(thread)?.signal(signal);
  }

  channelDirty(channel: OutgoingChannel): void {
    this.#passEnd.dirty(channel, this.#loop.isPassing);
  }

  hold(
    ref: Ref,
    name: string,
    argc: Argc,
    payload: unknown,
    meta: Meta,
  ): 'accepted' | 'full' | 'stopped' {
    return this.#undelivered.hold(ref, name, argc, payload, meta);
  }

  messageUnencodable(message: SalvagedMessage, error: CodedError): void {
    this.#undelivered.unencodable(message, error);
  }

  markBegun(mark: number): void {
    this.channels.markBegun(mark);
  }

  cellAt(slot: number): ActorCell | undefined {
    return this.#cells.at(slot);
  }

  addCell(cell: ActorCell): void {
    this.#cells.add(cell);
    this.words[Word.actors] = (this.words[Word.actors] as number) + 1;
  }

  cells(): Iterable<ActorCell> {
    return this.#cells;
  }

  refTo(slot: number, generation: number, thread: number, path?: string): Ref {
    return this.#cells.refTo(slot, generation, thread, path);
  }

  /** The cell a message or signal from another thread is for; one that is still to be spawned is made to wait. */
  cellFor(slot: number, generation: number): ActorCell | undefined {
    return this.#cells.for(slot, generation);
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
    this.#endings.retire(cell);
  }

  cellStarted(cell: ActorCell): void {
    this.reports.started(cell);
  }

  cellRestarted(cell: ActorCell): void {
    this.reports.restarted(cell);
  }

  cellEnded(cell: ActorCell, reason: EndReason): void {
    this.#endings.ended(cell, reason);
  }

  touched(cell: CellMailbox): void {
    this.#passEnd.touched(cell);
  }

  roomMade(cell: CellMailbox): void {
    this.news.made(cell.slot);
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

  watch(watcher: Watcher, ref: Ref, fn: (end: Terminated) => unknown): void {
    this.watching.watch(watcher, ref, fn);
  }

  unwatch(watcher: Watcher, ref: Ref): void {
    this.watching.unwatch(watcher, ref);
  }

  unwatchAll(watcher: Watcher): void {
    this.watching.unwatchAll(watcher);
  }

  request(thread: number, request: HostRequest): Promise<unknown> {
    return this.requests.send(thread, request);
  }

  proxyFor(ref: Ref, options: AskOptions): object {
    return askProxy((name, args) => ref.askWith(options, name, args));
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
    const own = this.isOwn(replyTo) ? this.asks.get(replyTo.ask) : undefined;
    return own ?? new RemoteAsker(this, replyTo);
  }

  /** True of an ask of this life of this thread: each life numbers its asks anew. */
  isOwn({ thread, epoch }: ReplyTo): boolean {
    return thread === this.thread && epoch === this.epoch;
  }

  /** A message that will not be sent: its admission is counted as a dead letter by whoever keeps the slot. */
  bury(message: SalvagedMessage & { readonly thread?: number }, reason: DeadLetterReason): void {
    this.#undelivered.bury(message, reason);
  }

  /** A message that a dead thread had admitted here and never sent. */
  settleOrphan(slot: number): void {
    const cell = this.cellAt(slot) ?? this.cellFor(slot, this.table.generation(slot));
    cell?.settleOrphan();
  }

  get isQuiet(): boolean {
    const isIdle = this.#loop.length === 0 && this.asks.size === 0 && this.heldMessages === 0;
    return isIdle && this.channels.isQuiet;
  }

  #expired(waiting: Expiring): void {
    if (waiting instanceof PendingAsk)
      waiting.fail(askTimeout(waiting.target, waiting.name, waiting.deadlineMs));
    else waiting.fail((waiting as WaitingSend).ref.fullError(waiting.name));
  }
}

const SENT = Promise.resolve();
/** Those of its row in the thread table that begin anew with it. */
const OWN_WORDS = [Word.running, Word.inTurn, Word.inFlight, Word.actors, Word.held, Word.salvaged];
