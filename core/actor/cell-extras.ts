/**
 * What most actors never use, one object for those that do: children, stash, timers, handlers laid over, answers
 * outstanding, hooks for the end.
 * Runs on: any.
 */
import type { Cancel } from '../clock.js';
import type { CodedError } from '../errors.js';
import type { Argc, Asker, Meta } from '../message/envelope.js';
import { weightOf } from '../message/frame.js';
import type { ActorCell } from './actor-cell.js';
import type { StopReason } from './actor-context.js';
import { PendingAsk } from './ask.js';
import type { CellCommand } from './cell-host.js';
import { Children } from './children.js';
import type { DeferredReply } from './deferred-reply.js';
import type { HandlerMap } from './definition.js';
import type { Fences } from './fence.js';
import type { Ref } from './ref.js';
import { RemoteAsker } from './remote-asker.js';
import type { StreamSource } from './stream.js';

/** An async handler that has not ended. */
export interface Flight {
  readonly name: string;
  readonly argc: Argc;
  readonly payload: unknown;
  readonly asker: Asker | undefined;
  readonly turn: number;
  readonly traceparent: string | undefined;
  readonly isStashed: boolean;
  isOver: boolean;
}

export interface Stashed {
  readonly name: unknown;
  readonly payload: unknown;
  readonly meta: Meta;
}

const NOTHING_STASHED: Stashed[] = [];

export class CellExtras {
  readonly #cell: ActorCell;
  #children: Children | undefined = undefined;
  readonly flights: Flight[] = [];
  deferred: Set<DeferredReply> | undefined = undefined;
  sources: Set<StreamSource> | undefined = undefined;
  timers: Map<string, Cancel> | undefined = undefined;
  onStop: ((reason: StopReason) => unknown)[] | undefined = undefined;
  groups: Set<string> | undefined = undefined;
  /** Waiting for the first start: resolve, reject. */
  startWaiters: [() => void, (error: CodedError) => void][] | undefined = undefined;
  stash: Stashed[] = NOTHING_STASHED;
  overlay: HandlerMap | undefined = undefined;
  abort: AbortController | undefined = undefined;
  registeredName: string | undefined = undefined;
  receiveTimeout: { readonly ms: number; readonly fn: () => unknown; cancel: Cancel } | undefined =
    undefined;
  whenChildless: (() => void) | undefined = undefined;
  fences: Fences | undefined = undefined;
  startError: CodedError | undefined = undefined;
  /** Bit per other thread that watches this actor. */
  watchingThreads = 0;
  lastFailure: Error | undefined = undefined;
  /** How many times it has begun anew. */
  restarts = 0;
  isOverBytes = false;
  /** In a handler's synchronous part: whether it waits is seen when it has returned. */
  hasAskedItself = false;
  /** Draining, with a timer that looks again whether all has come. */
  isLookingAgain = false;
  /** A drain that waits for the actor to run. */
  drain: CellCommand | undefined = undefined;
  #bytes = 0;
  /** Queued messages at which {@link rising} says so next. */
  #waterMark = 0;

  constructor(cell: ActorCell) {
    this.#cell = cell;
  }

  /** The actor's children; made when it has its first. */
  get children(): Children {
    this.#children ??= new Children(this.#cell);
    return this.#children;
  }

  get hasChildren(): boolean {
    return this.#children !== undefined && this.#children.count > 0;
  }

  /** Before each message: the receive timeout starts anew, the message's bytes leave the mailbox. */
  beforeMessage(payload: unknown): void {
    if (this.receiveTimeout !== undefined) this.armReceiveTimeout();
    this.lightened(payload);
  }

  /** The bytes of a message that is handled, or evicted, leave the mailbox. */
  lightened(payload: unknown): void {
    if (this.#bytes === 0) return;
    const weight = weightOf(payload, 2);
    if (weight >= 1024) this.addBytes(-weight);
  }

  armReceiveTimeout(): void {
    const timeout = this.receiveTimeout;
    if (timeout === undefined) return;
    timeout.cancel();
    timeout.cancel = this.#cell.host.clock.after(timeout.ms, () => this.#cell.notice(timeout.fn));
  }

  addBytes(weight: number): void {
    this.#bytes = Math.max(0, this.#bytes + weight);
    const isOver = this.#bytes >= this.#cell.settings.bytesMax;
    if (isOver === this.isOverBytes) return;
    this.isOverBytes = isOver;
    const { host, slot, settings } = this.#cell;
    if (settings.overflow === 'reject') host.table.setOverBytes(slot, isOver);
    if (!isOver) host.roomMade(this.#cell);
  }

  /** Called when the queue is more than half full: says so, and again whenever that has doubled. */
  rising(messages: number): void {
    if (messages < this.#waterMark) return;
    this.#waterMark = messages * 2;
    this.#cell.host.highWater(this.#cell, messages);
  }

  /** The queue is empty: what the estimates added up wrongly is forgotten. */
  noBytes(): void {
    this.#waterMark = 0;
    if (this.#bytes > 0) this.addBytes(-this.#bytes);
  }

  /** Fails the answers a handler has put off and then thrown. */
  abandonDeferred(turn: number, error: CodedError<string>): void {
    for (const reply of [...(this.deferred ?? [])]) if (reply.turn === turn) reply.abandon(error);
  }

  hasFlight(turn: number): boolean {
    return this.flights.some((flight) => flight.turn === turn);
  }

  /** Runs a re-entrant ask beside the handler that waits. */
  letIn(run: () => void): void {
    const cell = this.#cell;
    const { context } = cell;
    cell.host.soon(() => {
      if (cell.context === context) run();
      cell.publish();
    });
  }

  handedOn(asker: Asker, to: Ref): void {
    if (asker instanceof PendingAsk) asker.target = to;
    if (asker instanceof RemoteAsker) asker.moved(to);
  }

  setTimer(key: string, cancel: Cancel): void {
    this.timers ??= new Map();
    this.timers.get(key)?.();
    this.timers.set(key, cancel);
  }

  cancelTimers(): void {
    for (const cancel of this.timers?.values() ?? []) cancel();
    this.timers = undefined;
    this.receiveTimeout?.cancel();
    this.receiveTimeout = undefined;
  }
}
