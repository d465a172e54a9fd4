/**
 * Questions of one host to another: has that actor started, may it have this name, who has it. Sent as signals in the
 * data channel, in order with what was sent before, and answered like asks.
 * Runs on: any.
 */
import { actorStopped, PendingAsk, systemStopped } from '../actor/ask.js';
import { CellState } from '../actor/cell-state.js';
import { whenPassed } from '../actor/fence.js';
import { RemoteAsker } from '../actor/remote-asker.js';
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { HostRequest, SlotId } from '../message/signal.js';
import type { ActorHost } from './actor-host.js';

export class HostRequests {
  readonly #host: ActorHost;

  constructor(host: ActorHost) {
    this.#host = host;
  }

  send(thread: number, request: HostRequest): Promise<unknown> {
    const host = this.#host;
    if (thread === host.thread) return this.#answer(request);
    if (host.isClosed) return Promise.reject(systemStopped(`thread ${thread}`));
    return new Promise((resolve, reject) => {
      const slot = 'slot' in request ? request.slot : 0;
      const target = { slot, generation: 0, thread, path: `thread ${thread}` };
      const ask = new PendingAsk(host.asks, target, request.what, resolve, reject);
      ask.deadlineMs = LIMITS.threadStartMs;
      host.asks.wheel.add(ask, LIMITS.threadStartMs);
      const number = host.asks.register(ask);
      const channel = host.channelTo(thread);
      if (channel === undefined || channel.isHeld)
        host.casualties.whenUp(thread, () => this.#post(thread, number, request));
      else this.#post(thread, number, request);
    });
  }

  /** A request from another thread. */
  received(from: number, epoch: number, ask: number, request: HostRequest): void {
    const asker = new RemoteAsker(this.#host, {
      thread: from,
      epoch,
      ask,
      chain: undefined,
      isStream: false,
    });
    this.#answer(request).then(
      (value) => asker.reply(value),
      (error: unknown) => asker.fail(error),
    );
  }

  #post(thread: number, ask: number, request: HostRequest): void {
    const { thread: from, epoch } = this.#host;
    this.#host.signal(thread, { type: 'request', ask, from, epoch, request });
  }

  async #answer(request: HostRequest): Promise<unknown> {
    if (request.what === 'started') return this.#started(request);
    if (request.what === 'passed') return this.#passed(request);
    const { root } = this.#host;
    if (root === undefined)
      throw new CodedError('ASSERTION_FAILED', `expected "${request.what}" to be asked of main`);
    return root.serve(request);
  }

  /** An actor that ends before has no answer to give: its supervisor hears of that. */
  #passed(id: SlotId): Promise<void> {
    const cell = this.#host.cellFor(id.slot, id.generation);
    if (cell === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      whenPassed(cell, resolve);
    });
  }

  #started(id: SlotId): Promise<void> {
    const cell = this.#host.cellFor(id.slot, id.generation);
    const path = cell?.path ?? `/#${id.slot}.${id.generation}`;
    if (cell === undefined) return Promise.reject(actorStopped(path, 'its start'));
    const error = cell.extras?.startError;
    if (error !== undefined) return Promise.reject(error);
    if (cell.state >= CellState.draining) return Promise.reject(actorStopped(path, 'its start'));
    if (cell.state === CellState.running || cell.state === CellState.suspended)
      return Promise.resolve();
    return new Promise((resolve, reject) => {
      const extras = cell.more();
      extras.startWaiters ??= [];
      extras.startWaiters.push([resolve, reject]);
    });
  }
}
