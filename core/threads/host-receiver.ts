/**
 * What a host does with each entry of a frame: messages to their cells, answers to their asks, signals to whom they
 * concern.
 * Runs on: any.
 */
import type { Awaiting } from '../actor/ask.js';
import { CellState } from '../actor/cell-state.js';
import { errorFromWire, type WireError } from '../errors.js';
import { type Argc, Envelope, type Meta } from '../message/envelope.js';
import type { ReplyTo } from '../message/frame.js';
import type { Signal, SlotId } from '../message/signal.js';
import { SlotState } from '../slot-table.js';
import type { Receiver } from '../transport/incoming-channel.js';
import type { ActorHost } from './actor-host.js';
import { receiveSpawn } from './spawner.js';

export class HostReceiver implements Receiver {
  mark = 0;
  readonly #host: ActorHost;

  constructor(host: ActorHost) {
    this.#host = host;
  }

  tell(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    traceparent: string | undefined,
  ): void {
    if (traceparent === undefined)
      return this.#deliver(slot, generation, name, payload, this.mark | argc);
    const envelope = new Envelope();
    envelope.argc = argc;
    envelope.begun = this.mark;
    envelope.traceparent = traceparent;
    this.#deliver(slot, generation, name, payload, envelope);
  }

  ask(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    traceparent: string | undefined,
    replyTo: ReplyTo,
  ): void {
    const envelope = new Envelope();
    envelope.argc = argc;
    envelope.begun = this.mark;
    envelope.traceparent = traceparent;
    envelope.asker = this.#host.askerOf(replyTo);
    this.#deliver(slot, generation, name, payload, envelope);
  }

  reply(ask: number, value: unknown): void {
    this.#host.asks.get(ask)?.reply(value);
  }

  fail(ask: number, error: WireError): void {
    this.#host.asks.get(ask)?.fail(errorFromWire(error));
  }

  item(ask: number, value: unknown): void {
    this.#host.asks.get(ask)?.item?.(value);
  }

  begun(ask: number): void {
    this.#host.asks.get(ask)?.begins?.();
  }

  signal(signal: Signal): void {
    const host = this.#host;
    switch (signal.type) {
      case 'spawn':
        return receiveSpawn(host, signal);
      case 'childFailed': {
        const entry = host.remoteChildren.get(signal.child.slot);
        if (entry === undefined || entry.child.generation !== signal.child.generation) return;
        const { phase, handler } = signal;
        const { path, restarts } = entry.child;
        entry.children.failed(entry.child, {
          error: errorFromWire(signal.error),
          child: path,
          handler,
          phase,
          restarts,
        });
        return;
      }
      case 'childEnded':
        return host.casualties.childEnded(signal.child, signal.reason);
      case 'resume':
      case 'restart':
        host.cellFor(signal.slot, signal.generation)?.command({ type: signal.type });
        return;
      case 'stop':
        host
          .cellFor(signal.slot, signal.generation)
          ?.command({ type: 'stop', mode: signal.mode, reason: signal.reason });
        return;
      case 'watch':
        return this.#watch(signal.slot, signal.generation, signal.thread);
      case 'unwatch': {
        const extras = host.cellAt(signal.slot)?.extras;
        if (extras !== undefined) extras.watchingThreads &= ~(1 << signal.thread);
        return;
      }
      case 'terminated':
        return host.watches.ended(signal.slot, signal.generation, signal.reason);
      case 'room':
        return host.room.wake(signal.slot, signal.quota);
      case 'credit':
        return host.news.creditCame(signal.thread);
      case 'askMoved': {
        const awaiting = host.asks.get(signal.ask);
        if (awaiting !== undefined) this.#moved(awaiting, signal);
        return;
      }
      case 'request':
        return host.requests.received(signal.from, signal.epoch, signal.ask, signal.request);
      case 'demand':
        return host.streams.granted(signal.thread, signal.ask, signal.count);
      case 'cancel':
        return host.streams.cancelled(signal.thread, signal.ask);
      case 'joined':
        return host.groups.joined(
          host.refTo(signal.slot, signal.generation, signal.thread),
          signal.group,
        );
      case 'left':
        return host.groups.left(
          host.refTo(signal.slot, signal.generation, signal.thread),
          signal.group,
        );
      default:
        host.root?.signal(signal);
    }
  }

  /** What was asked went on to another actor: over which threads is remembered, as news of them may overtake each other. */
  #moved(
    awaiting: Awaiting,
    { slot, generation, thread }: SlotId & { readonly thread: number },
  ): void {
    const { path } = this.#host.refTo(slot, generation, thread);
    const { target } = awaiting;
    const via = (target.via ?? 0) | (1 << target.thread) | (1 << thread);
    awaiting.target = { slot, generation, thread, path, via };
  }

  #deliver(slot: number, generation: number, name: string, payload: unknown, meta: Meta): void {
    const cell = this.#host.cellFor(slot, generation);
    // The slot is not let again before this message is settled, so its cell is still here.
    if (cell !== undefined) cell.enqueue(name, payload, meta);
  }

  #watch(slot: number, generation: number, thread: number): void {
    const host = this.#host;
    const cell = host.cellFor(slot, generation);
    const isEnded = cell === undefined || cell.state === CellState.stopped;
    if (isEnded || host.table.state(slot) === SlotState.stopped) {
      host.signal(thread, { type: 'terminated', slot, generation, reason: 'gone' });
      return;
    }
    cell.more().watchingThreads |= 1 << thread;
  }
}
