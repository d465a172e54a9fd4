/**
 * `troupe import FILE…`: moves in from DP³. Archives keep their times; documents of master collections become data-points
 * and tokens. Files go in the order they are named, each body under a key that a repetition has again. Without --partial
 * the first fault ends the run, and what was sent before it stays taken.
 * Runs on: main.
 */
import { CodedError, hasCode } from '../../../core/index.js';
import { parseJsonBody, printJson } from '../../../stores/internal.js';
import { PLATFORM_LIMITS } from '../../limits.js';
import type { CommandScope } from '../cli.js';
import { parsed, pathTo, reasonOf } from './answer.js';
import { itemsOf } from './data-point-file.js';
import { EXIT } from './exit-codes.js';
import { chunksOf } from './file-chunks.js';
import { ImportBatch, type ImportTokens, type TakenBatch } from './import-batch.js';
import { type ImportSource, importSource } from './import-source.js';
import { faultyLine, type ImportedLine, type LineFault } from './imported-line.js';
import { readAnswer, type Taken } from './ingest-answer.js';
import { Insistence } from './insistence.js';
import { printable } from './printable.js';
import { counted } from './show.js';
import { openWritingTarget, type Target } from './target.js';

type Options = Readonly<Record<string, unknown>>;

interface Tally {
  accepted: number;
  rejected: number;
  /** Entities whose lifetime was extended. */
  tokens: number;
  /** Lines that held neither a value nor a token. */
  empty: number;
  requests: number;
}

const BOUNDS = {
  itemsMax: PLATFORM_LIMITS.importBodyItems,
  bytesMax: PLATFORM_LIMITS.ingestBodyBytes,
};

/** A data-point fills a body with two brackets. */
const ITEM_BYTES_MAX = PLATFORM_LIMITS.bodyBytesMax - 2;

/** The words: the files. */
export async function importFiles(
  scope: CommandScope,
  files: readonly string[],
  options: Options,
): Promise<number> {
  const type = typeof options.type === 'string' ? options.type : undefined;
  const sources = files.map((file) => importSource(file, type));
  const target = await openWritingTarget(options);
  try {
    return await new Importing(scope, target, options).run(sources);
  } finally {
    await target.close();
  }
}

class Importing {
  readonly #scope: CommandScope;
  readonly #insistence: Insistence;
  readonly #isPartial: boolean;
  readonly #tally: Tally = { accepted: 0, rejected: 0, tokens: 0, empty: 0, requests: 0 };
  readonly #startedAtMs = performance.now();

  constructor(scope: CommandScope, target: Target, options: Options) {
    this.#scope = scope;
    this.#isPartial = options.partial === true;
    const { signal } = scope.interruption;
    this.#insistence = new Insistence(target, { signal, retryMs: Number(options.retry) * 1_000 });
  }

  async run(sources: readonly ImportSource[]): Promise<number> {
    const { terminal, interruption } = this.#scope;
    const { signal } = interruption;
    await this.#importAll(sources).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    const isWhole = !signal.aborted && this.#tally.rejected === 0;
    const elapsedMs = Math.round(performance.now() - this.#startedAtMs);
    const { retries } = this.#insistence;
    terminal.result({ ...this.#tally, retries, isWhole, elapsedMs }, () =>
      this.#summary(elapsedMs),
    );
    if (signal.aborted) return interruption.exitCode ?? EXIT.interrupted;
    return isWhole ? EXIT.ok : EXIT.failed;
  }

  async #importAll(sources: readonly ImportSource[]): Promise<void> {
    for (const source of sources) {
      const isGood = await this.#importFile(source).catch((error: unknown) => {
        if (!hasCode(error, 'DATA_FILE_INVALID')) throw error;
        const text = `${source.file}: ${error.message}`;
        throw new CodedError('DATA_FILE_INVALID', text, { cause: error });
      });
      if (!isGood) return;
    }
  }

  /** False when it is over. */
  async #importFile(source: ImportSource): Promise<boolean> {
    const { file } = source;
    const batch = new ImportBatch(file, BOUNDS);
    const chunks = chunksOf(file, this.#scope.interruption.signal);
    for await (const { bytes, line } of itemsOf(chunks, PLATFORM_LIMITS.importLineBytesMax)) {
      const read = readLine(bytes, source);
      for (const fault of read.faults) this.#reject(file, line, fault);
      if (read.faults.length > 0 && !this.#isPartial) return false;
      if (isEmpty(read)) this.#tally.empty++;
      for (const { point, place } of read.points) {
        const item = { bytes: Buffer.from(printJson(point)), line, place };
        if (item.bytes.length > ITEM_BYTES_MAX) {
          const reason = `expected at most ${ITEM_BYTES_MAX} bytes, got ${item.bytes.length}`;
          this.#reject(file, line, { loc: place, reason });
          if (!this.#isPartial) return false;
          continue;
        }
        if (!batch.hasRoomFor(item) && !(await this.#send(file, batch.take()))) return false;
        batch.add(item);
      }
      if (read.tokens !== undefined) batch.addTokens({ ...read.tokens, line });
      if (batch.isFull && !(await this.#send(file, batch.take()))) return false;
    }
    return this.#send(file, batch.take());
  }

  /** Tokens last: they make no entity that its data-points would not have made. */
  async #send(file: string, batch: TakenBatch): Promise<boolean> {
    const { signal } = this.#scope.interruption;
    if (signal.aborted) return false;
    let isGood = batch.items.length === 0 || (await this.#sendItems(file, batch));
    for (const tokens of batch.tokens) {
      if (signal.aborted || (!isGood && !this.#isPartial)) return false;
      isGood = (await this.#sendTokens(file, tokens)) && isGood;
    }
    this.#showProgress();
    return isGood || this.#isPartial;
  }

  /** What had no room is sent again with all of it: under the key, what is stored already counts once. */
  async #sendItems(file: string, { items, body, key }: TakenBatch): Promise<boolean> {
    let taken: Taken;
    for (;;) {
      this.#tally.requests++;
      const answer = await this.#insistence.send({
        method: 'POST',
        path: '/datapoints',
        query: this.#isPartial ? { partial: 'true' } : {},
        headers: { 'idempotency-key': key },
        body,
      });
      taken = readAnswer(answer, items.length);
      if (taken.retry.length === 0) break;
      await this.#insistence.pauseAfter(answer);
    }
    this.#tally.accepted += taken.accepted;
    for (const { index, loc, reason } of taken.rejected) {
      const { place = '', line = 0 } = items[index] ?? {};
      this.#report(file, line, {
        loc: [place, loc].filter((part) => part !== '').join('.'),
        reason,
      });
    }
    const faulty = new Set(taken.rejected.map(({ index }) => index)).size;
    this.#tally.rejected += faulty;
    return faulty === 0;
  }

  /** A token is only ever extended: it may come twice. */
  async #sendTokens(file: string, { etype, eid, tokens, line }: ImportTokens): Promise<boolean> {
    this.#tally.requests++;
    const answer = await this.#insistence.send({
      method: 'POST',
      path: pathTo('v2', 'entity', etype, 'ttl'),
      query: { eid },
      body: Buffer.from(printJson(tokens)),
    });
    const { status } = answer;
    if (status === 200 || status === 202) {
      this.#tally.tokens++;
      return true;
    }
    const reason = reasonOf(parsed(answer));
    if (status !== 422 && status !== 404)
      throw new CodedError('REQUEST_REFUSED', `expected 200, got ${status}: ${reason}`, {
        details: { status },
      });
    this.#reject(file, line, { loc: '#ttl', reason });
    return false;
  }

  #reject(file: string, line: number, fault: LineFault): void {
    this.#tally.rejected++;
    this.#report(file, line, fault);
  }

  #report(file: string, line: number, { loc, reason }: LineFault): void {
    const { terminal } = this.#scope;
    const { red } = terminal.noteColours;
    if (terminal.isJson) terminal.print(JSON.stringify({ rejected: { file, line, loc, reason } }));
    else {
      const what = printable(`${file}:${line}${loc === '' ? '' : ` ${loc}`}: ${reason}`);
      terminal.note(`${red('rejected')} ${what}`);
    }
  }

  #showProgress(): void {
    const { accepted, rejected } = this.#tally;
    const nowMs = performance.now();
    const perSecond = Math.round((accepted * 1_000) / Math.max(1, nowMs - this.#startedAtMs));
    const bad = this.#scope.terminal.noteColours.yellow(`${rejected} rejected`);
    const text = `${accepted} data-points  ${perSecond}/s${rejected > 0 ? `  ${bad}` : ''}`;
    this.#scope.terminal.progress(text, nowMs);
  }

  #summary(elapsedMs: number): string {
    const { accepted, rejected, tokens, empty, requests } = this.#tally;
    const { retries } = this.#insistence;
    const notes = [
      `${accepted} accepted`,
      rejected === 0 ? '' : `${rejected} rejected`,
      tokens === 0 ? '' : counted(tokens, 'lifetime'),
      empty === 0 ? '' : `${counted(empty, 'line')} without a value`,
    ].filter((note) => note !== '');
    const again = retries === 0 ? '' : `, ${retries} of them again`;
    const seconds = (elapsedMs / 1_000).toFixed(2);
    return `${notes.join(', ')} in ${counted(requests, 'request')}${again}, ${seconds} s`;
  }
}

/** A line of a file of one's own, whatever it holds. */
const UNBOUNDED = { bytesMax: Infinity, nodesMax: Infinity, membersMax: Infinity };

function readLine(bytes: Uint8Array, source: ImportSource): ImportedLine {
  try {
    return source.read(parseJsonBody(bytes, UNBOUNDED));
  } catch (error) {
    if (!hasCode(error, 'BODY_INVALID')) throw error;
    return faultyLine('', error.message);
  }
}

function isEmpty({ points, tokens, faults }: ImportedLine): boolean {
  return points.length === 0 && tokens === undefined && faults.length === 0;
}
