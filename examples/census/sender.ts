/**
 * The way into the platform: at the pace the platform sets. A request it has no room for is sent again when it says so; one
 * of which nobody knows what became (its thread died) is sent again under the same key, and has its effect once.
 * Runs on: main.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { IngestAnswer, IngestOptions, Platform, TaskInput } from '../../actors/index.js';
import { CodedError } from '../../core/index.js';
import type { Point } from './points.js';

/** What went in, and what did not. */
export interface Sent {
  readonly points: number;
  readonly requests: number;
  /** Times it was told to come again later. */
  readonly waits: number;
  /** Data-points the model does not take, by their faults: input is somebody's. */
  readonly rejected: number;
  readonly firstFault: string | undefined;
}

/** How often a request is sent again that was neither taken nor refused. */
const TRIES_MAX = 8;
const RETRY_MS = 250;
/** Deletions in one request. */
const TASKS_MAX = 1_000;

export class Sender {
  readonly #platform: Platform;
  /** Tells the requests of this run from those of others. */
  readonly #run: string;
  #points = 0;
  #requests = 0;
  #waits = 0;
  #rejected = 0;
  #firstFault: string | undefined;

  constructor(platform: Platform, run: string) {
    this.#platform = platform;
    this.#run = run;
  }

  get sent(): Sent {
    return {
      points: this.#points,
      requests: this.#requests,
      waits: this.#waits,
      rejected: this.#rejected,
      firstFault: this.#firstFault,
    };
  }

  /** Resolves when they are stored. What the model does not take is counted, the rest is taken. */
  async send(points: readonly Point[]): Promise<void> {
    if (points.length === 0) return;
    const answer = await this.#again((options) => this.#platform.ingest(points, options));
    this.#points += answer.accepted;
    this.#rejected += answer.rejected;
    const [fault] = answer.faults;
    if (fault !== undefined) this.#firstFault ??= `${fault.loc.join('.')}: ${fault.msg}`;
  }

  /** Resolves when the deletions are stored. */
  async delete(etype: string, eids: readonly string[]): Promise<void> {
    for (let from = 0; from < eids.length; from += TASKS_MAX) {
      const tasks: TaskInput[] = eids
        .slice(from, from + TASKS_MAX)
        .map((eid) => ({ etype, eid, delete: true }));
      await this.#again((options) => this.#platform.submit(tasks, options));
    }
  }

  async #again(request: (options: IngestOptions) => Promise<IngestAnswer>): Promise<IngestAnswer> {
    const options = { idempotencyKey: `${this.#run}-${this.#requests++}`, isPartial: true };
    for (let tries = 1; ; ) {
      try {
        const answer = await request(options);
        if (answer.status !== 503) return answer;
        this.#waits++;
        await delay(answer.retryAfterMs ?? RETRY_MS);
      } catch (error) {
        // Whoever had it in hand is replaced: its thread died, or it took too long.
        if (!(error instanceof CodedError) || error.code === 'PLATFORM_STOPPED') throw error;
        if (tries++ === TRIES_MAX) throw error;
        await delay(RETRY_MS);
      }
    }
  }
}
