/**
 * Requests sent until they are taken or refused for good: what is refused for load, or whose answer is lost, is sent again
 * as it was. A request must therefore be one that may come twice.
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError, hasCode } from '../../../core/index.js';
import { PLATFORM_LIMITS } from '../../limits.js';
import { parsed, reasonOf } from './answer.js';
import type { Target, TargetAnswer, TargetRequest } from './target.js';

export class Insistence {
  readonly #target: Target;
  readonly #signal: AbortSignal;
  readonly #retryMs: number;
  #retries = 0;

  /** `retryMs`: how long one request is tried again; `signal` ends pauses. */
  constructor(target: Target, options: { readonly signal: AbortSignal; readonly retryMs: number }) {
    this.#target = target;
    this.#signal = options.signal;
    this.#retryMs = options.retryMs;
  }

  /** Pauses made so far. */
  get retries(): number {
    return this.#retries;
  }

  /** Until it is taken or refused for good. When the time for trying again is over it rejects with what came last:
   * NODE_UNREACHABLE, or STORE_FULL where the disk takes nothing. */
  async send(request: TargetRequest): Promise<TargetAnswer> {
    const untilMs = performance.now() + this.#retryMs;
    let waitMs: number = PLATFORM_LIMITS.ingestRetryMs;
    for (;;) {
      const answer = await this.#target.request(request).catch((error: unknown) => {
        if (hasCode(error, 'NODE_UNREACHABLE')) return error;
        throw error;
      });
      const isLost = answer instanceof Error;
      if (!isLost && answer.status !== 429 && answer.status !== 503) return answer;
      const pauseMs = isLost ? waitMs : (retryAfterMs(answer) ?? waitMs);
      if (performance.now() + pauseMs > untilMs || this.#signal.aborted)
        throw isLost ? answer : notTaken(this.#target.place, answer);
      waitMs = Math.min(waitMs * 2, PLATFORM_LIMITS.ingestRetryMsMax);
      await this.#pause(pauseMs);
    }
  }

  /** As long as the answer to what had room in part says. Rejects when the signal comes. */
  async pauseAfter(answer: TargetAnswer): Promise<void> {
    await this.#pause(retryAfterMs(answer) ?? PLATFORM_LIMITS.ingestRetryMs);
  }

  async #pause(forMs: number): Promise<void> {
    this.#retries++;
    await pause(forMs, undefined, { signal: this.#signal });
  }
}

/** What 429 and 503 say, in whole seconds. */
function retryAfterMs({ headers }: TargetAnswer): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

function notTaken(
  place: string,
  answer: TargetAnswer,
): CodedError<'NODE_UNREACHABLE' | 'STORE_FULL'> {
  const { status } = answer;
  const body = parsed(answer);
  const { code } = (body ?? {}) as { code?: unknown };
  const reason = `${status} for as long as was tried: ${reasonOf(body)}`;
  const text = `expected ${place} to take data-points, got ${reason}`;
  const isFull = code === 'STORE_FULL';
  return new CodedError(isFull ? 'STORE_FULL' : 'NODE_UNREACHABLE', text, { details: { status } });
}
