/**
 * `troupe ingest FILE|-`: sends a file of data-points, body by body, in the order of the file. A body that is refused for
 * load, or whose answer is lost, is sent again under the same key: it counts once. Without --partial the first body with a
 * fault ends the run, and what came before it stays taken.
 * Runs on: main.
 */
import { randomUUID } from 'node:crypto';
import { PLATFORM_LIMITS } from '../../limits.js';
import type { CommandScope } from '../cli.js';
import { type Body, bodiesOf, bytesOf } from './data-point-file.js';
import { EXIT } from './exit-codes.js';
import { chunksOf } from './file-chunks.js';
import { type Rejected, readAnswer } from './ingest-answer.js';
import { Insistence } from './insistence.js';
import { printable } from './printable.js';
import { counted } from './show.js';
import { openWritingTarget, type Target, type TargetAnswer } from './target.js';

type Options = Readonly<Record<string, unknown>>;

interface Tally {
  sent: number;
  accepted: number;
  rejected: number;
  requests: number;
}

/** The words: the file. */
export async function ingest(
  scope: CommandScope,
  [file = '-']: readonly string[],
  options: Options,
): Promise<number> {
  const target = await openWritingTarget(options);
  try {
    const sending = new Sending(scope, target, options);
    return await sending.run(file);
  } finally {
    await target.close();
  }
}

class Sending {
  readonly #scope: CommandScope;
  readonly #insistence: Insistence;
  readonly #options: Options;
  readonly #tally: Tally = { sent: 0, accepted: 0, rejected: 0, requests: 0 };
  readonly #run = randomUUID();
  readonly #startedAtMs = performance.now();

  constructor(scope: CommandScope, target: Target, options: Options) {
    this.#scope = scope;
    this.#options = options;
    const { signal } = scope.interruption;
    this.#insistence = new Insistence(target, { signal, retryMs: Number(options.retry) * 1_000 });
  }

  async run(file: string): Promise<number> {
    const { terminal, interruption } = this.#scope;
    const { signal } = interruption;
    await this.#sendAll(file).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    const isWhole = !signal.aborted && this.#tally.rejected === 0;
    const { rejected, ...rest } = this.#tally;
    const { retries } = this.#insistence;
    const elapsedMs = Math.round(performance.now() - this.#startedAtMs);
    terminal.result({ ...rest, retries, rejected, isWhole, elapsedMs }, () =>
      this.#summary(elapsedMs),
    );
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
      const answer = await this.#send(bytesOf(sent), key);
      const { accepted, rejected, retry } = readAnswer(answer, sent.length);
      this.#tally.accepted += accepted;
      for (const { index, ...fault } of rejected)
        this.#report({ ...fault, line: sent[index]?.line });
      faulty += new Set(rejected.map(({ index }) => index)).size;
      rest = retry.flatMap((index) => sent[index] ?? []);
      if (rest.length > 0) await this.#insistence.pauseAfter(answer);
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
    else {
      const what = printable(`line ${line}${loc === '' ? '' : ` ${loc}`}: ${reason}`);
      terminal.note(`${red('rejected')} ${what}`);
    }
  }

  #send(body: Uint8Array, key: string): Promise<TargetAnswer> {
    return this.#insistence.send({
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
    const { sent, rejected } = this.#tally;
    const { retries } = this.#insistence;
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
    const { accepted, rejected, requests } = this.#tally;
    const { retries } = this.#insistence;
    const again = retries === 0 ? '' : `, ${retries} of them again`;
    const bad = rejected === 0 ? '' : `, ${rejected} rejected`;
    const seconds = (elapsedMs / 1_000).toFixed(2);
    return `${accepted} accepted${bad} in ${counted(requests, 'request')}${again}, ${seconds} s`;
  }
}
