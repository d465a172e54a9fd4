/**
 * The way into the platform: at the pace the platform sets. A request it has no room for is sent again when it says so; one
 * of which nobody knows what became (its thread died) is sent again under the same key, and has its effect once.
 * Runs on: main.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { IngestAnswer, IngestOptions, Platform, TaskInput } from '../../actors/index.js';
import { CodedError, hasCode } from '../../core/index.js';
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
/** How often it is looked whether the disk is full while nothing is sent. */
const LOOK_MS = 500;
/** Errors after which nothing is sent again. */
const FINAL: ReadonlySet<string> = new Set(['PLATFORM_STOPPED', 'STORE_FULL']);
/** How long a disk may take nothing before the census gives up. */
const FULL_MS_MAX = 10_000;
/** Deletions in one request. */
const TASKS_MAX = 1_000;

export class Sender {
  readonly #platform: Platform;
  /** Tells the requests of this run from those of others. */
  readonly #run: string;
  readonly #fullMsMax: number;
  #points = 0;
  #requests = 0;
  #waits = 0;
  /** Since when the disk is seen to take nothing. */
  #fullSinceMs: number | undefined;
  #rejected = 0;
  #firstFault: string | undefined;

  constructor(platform: Platform, run: string, fullMsMax = FULL_MS_MAX) {
    this.#platform = platform;
    this.#run = run;
    this.#fullMsMax = fullMsMax;
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

  /** Resolves when they are stored; rejects STORE_FULL when the disk takes nothing for too long. What the model does not take is counted, the rest is taken. */
  async send(points: readonly Point[]): Promise<void> {
    for (let rest = points; rest.length > 0; ) {
      const sent = rest;
      const answer = await this.#again((options) => this.#platform.ingest(sent, options));
      this.#points += answer.accepted;
      this.#rejected += answer.rejected;
      const [fault] = answer.faults;
      if (fault !== undefined) this.#firstFault ??= `${fault.loc.join('.')}: ${fault.msg}`;
      rest = withoutRoom(answer).flatMap((index) => sent[index] ?? []);
      if (rest.length > 0) await this.#wait(answer);
    }
  }

  /** Resolves when what was sent has had its effect. Rejects ASK_TIMEOUT, and STORE_FULL as {@link send} does. */
  async settled(deadlineMs: number): Promise<void> {
    const untilMs = performance.now() + deadlineMs;
    for (;;) {
      const leftMs = Math.max(0, untilMs - performance.now());
      try {
        return await this.#platform.idle({ deadlineMs: Math.min(leftMs, LOOK_MS) });
      } catch (error) {
        if (!hasCode(error, 'ASK_TIMEOUT') || leftMs <= LOOK_MS) throw error;
        this.#assertRoom();
      }
    }
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
        await this.#wait(answer);
      } catch (error) {
        // Whoever had it in hand is replaced: its thread died, or it took too long.
        if (!(error instanceof CodedError) || FINAL.has(error.code)) throw error;
        if (tries++ === TRIES_MAX) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  async #wait({ retryAfterMs = RETRY_MS }: IngestAnswer): Promise<void> {
    this.#waits++;
    this.#assertRoom();
    await delay(retryAfterMs);
  }

  #assertRoom(): void {
    if (!this.#platform.isDiskFull) {
      this.#fullSinceMs = undefined;
      return;
    }
    this.#fullSinceMs ??= performance.now();
    const forMs = performance.now() - this.#fullSinceMs;
    if (forMs < this.#fullMsMax) return;
    const seconds = Math.round(forMs / 1_000);
    const text = `expected room on the disk of ${this.#platform.dir}, got none for ${seconds} s`;
    throw new CodedError('STORE_FULL', text);
  }
}

/** Indexes of what was in order and not stored. */
function withoutRoom({ retryAfterMs, body }: IngestAnswer): readonly number[] {
  if (retryAfterMs === undefined) return [];
  return (JSON.parse(Buffer.from(body).toString()) as { retry?: number[] }).retry ?? [];
}
