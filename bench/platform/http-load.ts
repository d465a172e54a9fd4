/**
 * Sends requests over HTTP from a thread of its own, so that the server has its thread for itself.
 * Runs on: main.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BenchError } from '../bench-error.js';

/** What the thread is told. */
export interface LoadOrder {
  readonly bodies: readonly Uint8Array[];
}

/** What came of it. */
export interface LoadAnswer {
  /** From the first request to the last answer. */
  readonly ms: number;
  /** Of all bodies of answers. */
  readonly answeredBytes: number;
  /** Requests that were told to come again, and did. */
  readonly refused: number;
  /** The first answer that was neither 200 nor 503, or an error. */
  readonly fault: string | undefined;
}

export class HttpLoad {
  readonly #worker: Worker;

  /** `url` takes POST of JSON bodies. */
  static async start(url: string): Promise<HttpLoad> {
    const worker = new Worker(new URL('./http-load-thread.js', import.meta.url), {
      workerData: url,
    });
    await once(worker, 'message');
    return new HttpLoad(worker);
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Sends each body until it is answered 200. Rejects PEER_FAILED for any other answer but 503. */
  async send(bodies: readonly Uint8Array[]): Promise<LoadAnswer> {
    const answered = once(this.#worker, 'message');
    const order: LoadOrder = { bodies };
    this.#worker.postMessage(order);
    const [answer] = (await answered) as [LoadAnswer];
    if (answer.fault === undefined) return answer;
    throw new BenchError('PEER_FAILED', `expected 200 or 503, got ${answer.fault}`);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
