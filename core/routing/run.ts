/**
 * One call of `pool.run`, from its queue to its end. The caller's promise settles once: by the answer, the time
 * limit, the signal. The replica's side of it may go on after that.
 *
 *   queued ──given──▶ waiting in a mailbox ──begun──▶ running (the limit counts) ──▶ over
 *      └── signal ──────── signal ─────────────────── signal, limit ──▶ given up by its caller
 *
 * Runs on: any.
 */
import type { PendingAsk } from '../actor/ask.js';
import { WheelEntry } from '../timer-wheel.js';

export class Run extends WheelEntry {
  /** True once its caller has heard. */
  isSettled = false;
  /** Its message, once somebody has it: its target is the replica. */
  ask: PendingAsk | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;
  #aborted: (() => void) | undefined = undefined;

  constructor(
    readonly name: string,
    readonly args: readonly unknown[],
    readonly key: string | number | undefined,
    readonly limitMs: number,
    readonly traceparent: string | undefined,
    readonly settle: { resolve(value: unknown): void; reject(error: unknown): void },
  ) {
    super();
  }

  listen(signal: AbortSignal, aborted: () => void): void {
    this.#signal = signal;
    this.#aborted = aborted;
    signal.addEventListener('abort', aborted, { once: true });
  }

  resolve(value: unknown): boolean {
    if (!this.#end()) return false;
    this.settle.resolve(value);
    return true;
  }

  reject(error: unknown): boolean {
    if (!this.#end()) return false;
    this.settle.reject(error);
    return true;
  }

  #end(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.#aborted !== undefined) this.#signal?.removeEventListener('abort', this.#aborted);
    return true;
  }
}
