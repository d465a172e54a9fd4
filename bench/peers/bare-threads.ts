/**
 * Threads driven by bare postMessage, without any library: receivers of a flood, and an adder with
 * an id map as anyone would write by hand.
 * Runs on: main.
 */
import { once } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { expectEqual } from '../bench-error.js';
import { expectedWeight, type PayloadName, payloadOf } from '../payloads.js';
import { perSecond } from '../timing.js';
import type { AddReply, AddRequest } from './threads/bare-adder.js';
import type { Receipt, Setup } from './threads/bare-receiver.js';

/** `receivers` ports, spread over `threads` threads; each counts what it gets. */
export class BareReceivers {
  readonly #workers: readonly Worker[];
  readonly #ports: readonly MessagePort[];

  private constructor(workers: readonly Worker[], ports: readonly MessagePort[]) {
    this.#workers = workers;
    this.#ports = ports;
  }

  /** Starts the threads; resolves when every receiver listens. */
  static async start(receivers: number, threads: number): Promise<BareReceivers> {
    const channels = Array.from({ length: receivers }, () => new MessageChannel());
    const workers = Array.from({ length: threads }, (_, thread) => {
      const ports = channels.filter((_, index) => index % threads === thread).map((c) => c.port2);
      const file = new URL('./threads/bare-receiver.js', import.meta.url);
      return new Worker(file, { workerData: { ports }, transferList: ports });
    });
    const ports = channels.map(({ port1 }) => port1);
    await Promise.all(ports.map((port) => once(port, 'message')));
    return new BareReceivers(workers, ports);
  }

  /**
   * Sends `tells` messages of a payload to every receiver, `batch` of them in one post, and waits
   * until all have said what they got. Resolves to receipts a second; throws ANSWER_WRONG when one
   * is missing.
   */
  async flood(payload: PayloadName, tells: number, batch: number): Promise<number> {
    const isBatched = batch > 1;
    const weight = weightOf(payload, tells);
    const setup: Setup = { payload, isBatched };
    for (const port of this.#ports) port.postMessage(setup);
    const receipts = this.#ports.map(async (port) => (await once(port, 'message'))[0] as Receipt);
    const rate = await perSecond(tells * this.#ports.length, () => {
      if (isBatched) this.#sendBatches(payload, tells, batch);
      else this.#sendEach(payload, tells);
      for (const port of this.#ports) port.postMessage(null);
      return Promise.all(receipts);
    });
    for (const { count, sum } of await Promise.all(receipts)) {
      expectEqual(`${payload} received`, count, tells);
      expectEqual(`sum of ${payload} received`, sum, weight);
    }
    return rate;
  }

  async stop(): Promise<void> {
    for (const port of this.#ports) port.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #sendEach(payload: PayloadName, tells: number): void {
    const { make } = payloadOf(payload);
    for (let index = 0; index < tells; index++) {
      const message = make(index);
      for (const port of this.#ports) port.postMessage(message);
    }
  }

  #sendBatches(payload: PayloadName, tells: number, batch: number): void {
    const { make } = payloadOf(payload);
    for (let start = 0; start < tells; start += batch) {
      const messages: unknown[] = [];
      for (let index = start; index < Math.min(start + batch, tells); index++) {
        messages.push(make(index));
      }
      for (const port of this.#ports) port.postMessage(messages);
    }
  }
}

/** A thread that adds; calls find their answers by id. */
export class BareAdder {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (sum: number) => void>();
  #nextId = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', ({ id, sum }: AddReply) => {
      const resolve = this.#waiting.get(id);
      this.#waiting.delete(id);
      resolve?.(sum);
    });
  }

  /** Starts the thread; resolves at its first message. */
  static async start(): Promise<BareAdder> {
    const worker = new Worker(new URL('./threads/bare-adder.js', import.meta.url));
    await once(worker, 'message');
    return new BareAdder(worker);
  }

  add(a: number, b: number): Promise<number> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const request: AddRequest = { id, a, b };
      this.#worker.postMessage(request);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

const weights = new Map<string, number>();

/** Computed once: adding up is not what is measured. */
function weightOf(payload: PayloadName, tells: number): number {
  const key = `${payload} ${tells}`;
  const weight = weights.get(key) ?? expectedWeight(payload, tells);
  weights.set(key, weight);
  return weight;
}
