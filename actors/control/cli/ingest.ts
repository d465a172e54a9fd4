/**
 * `troupe ingest FILE|-`: sends a file of data-points, body by body, in the order of the file. A body that is refused for
 * load, or whose answer is lost, is sent again under the same key: it counts once. Without --partial the first body with a
 * fault ends the run, and what came before it stays taken.
 * Runs on: main.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError, hasCode } from '../../../core/index.js';
import { PLATFORM_LIMITS } from '../../limits.js';
import type { CommandScope } from '../cli.js';
import { type Body, bodiesOf, bytesOf } from './data-point-file.js';
import { EXIT } from './exit-codes.js';
import { type Rejected, readAnswer } from './ingest-answer.js';
import { openTarget, type Target, type TargetAnswer } from './target.js';

type Options = Readonly<Record<string, unknown>>;

interface Tally {
  sent: number;
  accepted: number;
  rejected: number;
  requests: number;
  retries: number;
}

/** The words: the file. */
export async function ingest(
  scope: CommandScope,
  [file = '-']: readonly string[],
  options: Options,
): Promise<number> {
  const target = await targetFor(options);
  try {
    const sending = new Sending(scope, target, options);
    return await sending.run(file);
  } finally {
    await target.close();
  }
}

/** With --config, a platform of this process when none runs on the folder. */
async function targetFor(options: Options): Promise<Target> {
  const { config } = options;
  if (typeof config !== 'string') return openTarget(options);
  const { openOwnTarget } = await import('./own-target.js');
  return openOwnTarget(options, config);
}

class Sending {
  readonly #scope: CommandScope;
  readonly #target: Target;
  readonly #options: Options;
  readonly #tally: Tally = { sent: 0, accepted: 0, rejected: 0, requests: 0, retries: 0 };
  readonly #run = randomUUID();
  readonly #startedAtMs = performance.now();

  constructor(scope: CommandScope, target: Target, options: Options) {
    this.#scope = scope;
    this.#target = target;
    this.#options = options;
  }

  async run(file: string): Promise<number> {
    const { terminal, interruption } = this.#scope;
    const { signal } = interruption;
    await this.#sendAll(file).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    const isWhole = !signal.aborted && this.#tally.rejected === 0;
    const { rejected, ...rest } = this.#tally;
    const elapsedMs = Math.round(performance.now() - this.#startedAtMs);
    terminal.result({ ...rest, rejected, isWhole, elapsedMs }, () => this.#summary(elapsedMs));
    if (signal.aborted) return interruption.exitCode ?? EXIT.interrupted;
    return isWhole ? EXIT.ok : EXIT.failed;
  }

  async #sendAll(file: string): Promise<void> {
    const { signal } = this.#scope.interruption;
    const bounds = {
      itemsMax: Math.min(Math.max(1, Number(this.#options.batch)), PLATFORM_LIMITS.bodyItemsMax),
      bytesMax: PLATFORM_LIMITS.ingestBodyBytes,
    };
    for await (const part of bodiesOf(chunksOf(file, signal), bounds)) {
      if (signal.aborted) return;
      const isGood = 'reason' in part ? this.#refuse(part) : await this.#take(part);
      if (!isGood && !this.#isPartial) return;
      this.#showProgress();
    }
  }

  get #isPartial(): boolean {
    return this.#options.partial === true;
  }

  /** A body, and of it again what was in order and had no room. */
  async #take(body: Body): Promise<boolean> {
    let faulty = 0;
    for (let rest = body; rest.length > 0; ) {
      const sent = rest;
      const key = `${this.#run}-${this.#tally.requests++}`;
      const answer = await this.#insist(bytesOf(sent), key);
      const { accepted, rejected, retry } = readAnswer(answer, sent.length);
      this.#tally.accepted += accepted;
      for (const { index, ...fault } of rejected)
        this.#report({ ...fault, line: sent[index]?.line });
      faulty += new Set(rejected.map(({ index }) => index)).size;
      rest = retry.flatMap((index) => sent[index] ?? []);
      if (rest.length > 0) await this.#pause(retryAfterMs(answer) ?? PLATFORM_LIMITS.ingestRetryMs);
    }
    this.#tally.sent += body.length;
    this.#tally.rejected += faulty;
    return faulty === 0;
  }

  /** An item that is no JSON is not sent at all. */
  #refuse({ line, reason }: { readonly line: number; readonly reason: string }): false {
    this.#tally.rejected++;
    this.#report({ line, loc: '', reason });
    return false;
  }

  #report({
    line,
    loc,
    reason,
  }: Pick<Rejected, 'loc' | 'reason'> & { line: number | undefined }): void {
    const { terminal } = this.#scope;
    const { red } = terminal.noteColours;
    if (terminal.isJson) terminal.print(JSON.stringify({ rejected: { line, loc, reason } }));
    else terminal.note(`${red('rejected')} line ${line}${loc === '' ? '' : ` ${loc}`}: ${reason}`);
  }

  /** Until it is taken or refused for good. Rejects NODE_UNREACHABLE when --retry is over. */
  async #insist(body: Uint8Array, key: string): Promise<TargetAnswer> {
    const { signal } = this.#scope.interruption;
    const untilMs = performance.now() + Number(this.#options.retry) * 1_000;
    let waitMs: number = PLATFORM_LIMITS.ingestRetryMs;
    for (;;) {
      const answer = await this.#send(body, key).catch((error: unknown) => {
        if (hasCode(error, 'NODE_UNREACHABLE')) return error;
        throw error;
      });
      const isLost = answer instanceof Error;
      if (!isLost && answer.status !== 429 && answer.status !== 503) return answer;
      const pauseMs = isLost ? waitMs : (retryAfterMs(answer) ?? waitMs);
      if (performance.now() + pauseMs > untilMs || signal.aborted)
        throw isLost ? answer : tooBusy(this.#target.place, answer.status);
      waitMs = Math.min(waitMs * 2, PLATFORM_LIMITS.ingestRetryMsMax);
      await this.#pause(pauseMs);
    }
  }

  async #pause(forMs: number): Promise<void> {
    this.#tally.retries++;
    await pause(forMs, undefined, { signal: this.#scope.interruption.signal });
  }

  #send(body: Uint8Array, key: string): Promise<TargetAnswer> {
    return this.#target.request({
      method: 'POST',
      path: '/datapoints',
      query: {
        ...(this.#isPartial ? { partial: 'true' } : {}),
        ...(this.#options.wait === true ? { wait: 'applied' } : {}),
      },
      headers: { 'idempotency-key': key },
      body,
    });
  }

  #showProgress(): void {
    const { sent, rejected, retries } = this.#tally;
    const nowMs = performance.now();
    const perSecond = Math.round((sent * 1_000) / Math.max(1, nowMs - this.#startedAtMs));
    const { yellow } = this.#scope.terminal.noteColours;
    const notes = [
      rejected > 0 ? `${rejected} rejected` : '',
      retries > 0 ? `${retries} retries` : '',
    ].filter((note) => note !== '');
    this.#scope.terminal.progress(
      [`${sent} data-points`, `${perSecond}/s`, ...notes.map(yellow)].join('  '),
      nowMs,
    );
  }

  #summary(elapsedMs: number): string {
    const { accepted, rejected, requests, retries } = this.#tally;
    const again = retries === 0 ? '' : `, ${retries} of them again`;
    const bad = rejected === 0 ? '' : `, ${rejected} rejected`;
    const seconds = (elapsedMs / 1_000).toFixed(2);
    return `${accepted} accepted${bad} in ${requests} requests${again}, ${seconds} s`;
  }
}

async function* chunksOf(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  try {
    // An input that waits for its writer would keep an interrupted command.
    yield* addAbortSignal(signal, stream) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CodedError('DATA_FILE_INVALID', `expected to read ${file}, got ${code}`, {
      cause: error,
    });
  }
}

/** What 429 and 503 say, in whole seconds. */
function retryAfterMs({ headers }: TargetAnswer): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

function tooBusy(place: string, status: number): CodedError<'NODE_UNREACHABLE'> {
  const text = `expected ${place} to take data-points, got ${status} for as long as was tried`;
  return new CodedError('NODE_UNREACHABLE', text, { details: { status } });
}
