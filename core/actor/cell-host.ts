/**
 * What an actor's cell needs of its thread. Declared here, below, so that cells know no threads; implemented by
 * threads/actor-host.ts.
 * Runs on: any.
 */
import type { Clock } from '../clock.js';
import type { CodedError } from '../errors.js';
import type { DeadLetterReason } from '../events.js';
import type { Logger } from '../logger.js';
import type { Fifo, Taken } from '../mailbox/fifo.js';
import type { Room } from '../mailbox/room.js';
import type { Argc, Asker, Meta } from '../message/envelope.js';
import type { EndReason, HostRequest, SlotId } from '../message/signal.js';
import type { Random } from '../random.js';
import type { SlotTable } from '../slot-table.js';
import type { OutgoingChannel } from '../transport/outgoing-channel.js';
import type { ActorCell } from './actor-cell.js';
import type { Terminated } from './actor-context.js';
import type { AskOptions } from './actor-ref.js';
import type { AskTable } from './ask.js';
import type { CellMailbox } from './cell-mailbox.js';
import type { Child } from './children.js';
import type { Recipe } from './definition.js';
import type { Ref } from './ref.js';
import type { RemoteAsker } from './remote-asker.js';
import type { Replicas } from './replicas.js';
import type { Running } from './running.js';
import type { ReplicaOptions, SpawnOptions } from './spawn-options.js';
import type { StreamReader, StreamSource } from './stream.js';
import type { Failure, Verdict } from './supervision.js';

/** A message that found nobody, or nobody well. */
export interface LostMessage {
  readonly name: unknown;
  readonly argc: Argc;
  readonly payload: unknown;
  readonly asker: Asker | undefined;
}

/** Who is in which group, on any thread. */
export interface GroupMembers {
  join(ref: Ref, group: string): void;
  leave(ref: Ref, group: string): void;
  members(group: string): readonly Ref[];
}

/** Streams over threads: demand and cancel find their source by the reader's address. */
export interface StreamEnds {
  remember(asker: RemoteAsker, source: StreamSource): void;
  forget(source: StreamSource): void;
  grant(reader: StreamReader, count: number): void;
  cancel(reader: StreamReader): void;
}

export interface CellHost {
  readonly thread: number;
  readonly epoch: number;
  readonly table: SlotTable;
  /** This thread's row of the thread table. */
  readonly words: Int32Array;
  readonly counters: Float64Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly running: Running;
  readonly asks: AskTable;
  readonly room: Room;
  readonly groups: GroupMembers;
  readonly streams: StreamEnds;
  /** Where a taken message is put. */
  readonly taken: Taken;
  /** True once nothing new from outside actors is let in. */
  readonly intakeClosed: boolean;
  readonly askMs: number;
  readonly sendMs: number;
  /** Messages this thread's replica sets and pools keep back: no mailbox counts them yet. */
  heldMessages: number;

  /** What a send gives that was accepted at once; now and then only in the next turn of the loop, for the others' sake. */
  sent(): Promise<void>;
  /** Puts the cell in the run queue, unless it is there. */
  ready(cell: CellMailbox): void;
  /** True when this pass has used its time: counts messages and looks at the clock now and then. */
  isPassOver(): boolean;
  takeQueue(): Fifo;
  giveQueue(queue: Fifo): void;
  /** The number of a handler's name, for the watchdog. */
  handlerNumber(name: string): number;
  markBegun(mark: number): void;

  /** The channel to another thread, opened at first use; undefined while that thread is being replaced. */
  channelTo(thread: number): OutgoingChannel | undefined;
  /** Keeps a message for a thread that is being replaced. Answers like a mailbox. */
  hold(
    ref: Ref,
    name: string,
    argc: Argc,
    payload: unknown,
    meta: Meta,
  ): 'accepted' | 'full' | 'stopped';
  /** The cell of a slot on this thread. */
  cellAt(slot: number): ActorCell | undefined;
  /** The same of one tenant, made to wait if its spawn has not come yet; undefined when it has stopped. */
  cellFor(slot: number, generation: number): ActorCell | undefined;
  refTo(slot: number, generation: number, thread: number, path?: string): Ref;
  spawn(recipe: Recipe<unknown>, options: SpawnOptions, parent: ActorCell | undefined): Ref;
  spawnReplicas(
    recipe: Recipe<unknown>,
    options: ReplicaOptions,
    parent: ActorCell | undefined,
  ): Replicas<unknown>;
  request(thread: number, request: HostRequest): Promise<unknown>;

  /** To a child's thread: what its supervisor decided. */
  command(child: Child, command: CellCommand): void;
  /** Child -> supervisor. */
  reportFailure(
    cell: ActorCell,
    phase: 'start' | 'handle' | 'restart',
    handler: string | undefined,
    error: Error,
  ): void;
  reportEnd(cell: ActorCell, reason: EndReason): void;
  /** A supervisor has decided about a child: for the event stream. */
  childFailed(child: Child, failure: Failure, verdict: Verdict): void;
  cellStarted(cell: ActorCell): void;
  cellRestarted(cell: ActorCell): void;
  /** The cell has ended: watchers, names, groups. */
  cellEnded(cell: ActorCell, reason: EndReason): void;
  /** Its slot may be let again once everything on its way has been settled. */
  retire(cell: CellMailbox): void;

  watch(watcher: ActorCell, target: Ref, fn: (end: Terminated) => unknown): void;
  unwatch(watcher: ActorCell, target: Ref): void;
  unwatchAll(watcher: ActorCell): void;
  /** Settled something in this pass: looked at again behind the barrier at its end. */
  touched(cell: CellMailbox): void;
  /** Wakes the senders that wait for room in this mailbox, once it is half empty. */
  roomMade(cell: CellMailbox): void;
  /** The ref as a Comlink proxy. */
  proxyFor(ref: Ref, options: AskOptions): object;

  /** Counts, publishes and, if it was asked, answers a message that was not handled. */
  deadLetter(
    target: SlotId & { readonly path: string },
    lost: LostMessage,
    reason: DeadLetterReason,
    error: CodedError,
  ): void;
  highWater(cell: CellMailbox, depth: number): void;
  /** The time for a deadline: cheap, and rather late than early. */
  nowSoon(): number;
  /** Runs at the next microtask. */
  soon(fn: () => void): void;
}

/** What a supervisor, or whoever may, tells a cell; overtakes its mailbox. */
export type CellCommand =
  | { readonly type: 'resume' }
  | { readonly type: 'restart' }
  | { readonly type: 'stop'; readonly mode: 'drain' | 'stop' | 'kill'; readonly reason: EndReason };
