/**
 * What a thread says of its actors: to their supervisors, which decide, and to main's event stream, where the program
 * may listen. A report to a supervisor on another thread is a signal, in order with the actor's messages.
 * Runs on: any.
 */
import { ActorCell } from '../actor/actor-cell.js';
import type { LostMessage } from '../actor/cell-host.js';
import type { CellMailbox } from '../actor/cell-mailbox.js';
import type { Child } from '../actor/children.js';
import type { Failure, Verdict } from '../actor/supervision.js';
import { type CodedError, errorToWire } from '../errors.js';
import type { DeadLetterReason, SystemEvents } from '../events.js';
import { argsOf } from '../message/envelope.js';
import type { EndReason, SlotId } from '../message/signal.js';
import { Word } from '../thread-table.js';
import type { ActorHost } from './actor-host.js';
import { addressOf, EVENT_NAMES } from './thread-events.js';

/** When an actor failed. */
export type FailurePhase = 'start' | 'handle' | 'restart';

/** Whom a lost message was for. */
export type LostTarget = SlotId & { readonly path: string };

const STARTED = EVENT_NAMES.indexOf('actorStarted');
const STOPPED = EVENT_NAMES.indexOf('actorStopped');

export class HostReports {
  readonly #host: ActorHost;

  constructor(host: ActorHost) {
    this.#host = host;
  }

  started(cell: ActorCell): void {
    if (!this.#listens(STARTED)) return;
    this.emit('actorStarted', () => ({
      actor: addressOf(cell),
      definition: cell.definition?.name ?? '',
    }));
  }

  restarted(cell: ActorCell): void {
    const { lastFailure, restarts } = cell.more();
    const error = lastFailure ?? new Error('restarted with a sibling, or with its thread');
    this.emit('actorRestarted', () => ({ actor: addressOf(cell), error, restarts }));
  }

  stopped(cell: ActorCell, reason: EndReason): void {
    if (!this.#listens(STOPPED)) return;
    const failure = cell.extras?.startError ?? cell.extras?.lastFailure;
    const error = reason === 'failed' ? failure : undefined;
    this.emit('actorStopped', () => ({ actor: addressOf(cell), error }));
  }

  /** A supervisor of this thread has decided about a child. */
  childFailed(child: Child, failure: Failure, verdict: Verdict): void {
    const { error, handler, child: path } = failure;
    const { directive, delayMs } = verdict;
    const { logger } = this.#host;
    logger.warn('actor failed', { actor: path, handler, directive, error: error.message });
    if (child instanceof ActorCell) child.more().lastFailure = error;
    const actor = addressOf(child);
    this.emit('actorFailed', () => ({ actor, error, handler, directive, delayMs }));
  }

  /** An actor of this thread has failed: its supervisor decides. */
  failure(
    cell: ActorCell,
    {
      phase,
      handler,
      error,
    }: {
      readonly phase: FailurePhase;
      readonly handler: string | undefined;
      readonly error: Error;
    },
  ): void {
    const { parent, slot, generation, path } = cell;
    const restarts = cell.extras?.restarts ?? 0;
    if (parent === undefined || parent instanceof ActorCell) {
      const children = parent === undefined ? this.#host.root?.children : parent.more().children;
      children?.failed(cell, { error, child: path, handler, phase, restarts });
      return;
    }
    cell.more().lastFailure = error;
    this.#host.signal(parent.thread, {
      type: 'childFailed',
      child: { slot, generation },
      phase,
      handler,
      error: errorToWire(error),
      parent: parent.id,
    });
  }

  /** An actor of this thread has ended. */
  end(cell: ActorCell, reason: EndReason): void {
    const { parent, slot, generation } = cell;
    const { name } = cell.settings;
    if (parent === undefined) this.#host.root?.children.remove(cell, name);
    else if (parent instanceof ActorCell) parent.extras?.children.remove(cell, name);
    else {
      const child = { slot, generation };
      this.#host.signal(parent.thread, { type: 'childEnded', child, reason, parent: parent.id });
    }
  }

  /** A message that was not handled: its asker hears, and whoever listens. */
  deadLetter(
    target: LostTarget,
    lost: LostMessage,
    reason: DeadLetterReason,
    error: CodedError,
  ): void {
    lost.asker?.fail(error);
    const { slot, generation, path } = target;
    const { name, argc, payload } = lost;
    this.emit('deadLetter', () => ({
      reason,
      target: { path, slot, generation, thread: this.#host.table.owner(slot) },
      handler: String(name),
      args: argsOf(argc, payload),
      count: 1,
    }));
  }

  highWater(cell: CellMailbox, messages: number): void {
    const messagesMax = cell.settings.capacity;
    this.emit('mailboxHighWater', () => ({ actor: addressOf(cell), messages, messagesMax }));
  }

  /** Gives main an event, if anybody there listens for its kind. */
  emit<K extends keyof SystemEvents & string>(name: K, payload: () => SystemEvents[K]): void {
    if (this.#listens(EVENT_NAMES.indexOf(name))) this.#host.options.emit(name, payload());
  }

  #listens(event: number): boolean {
    return ((this.#host.threads.load(0, Word.interest) >>> event) & 1) !== 0;
  }
}
