/**
 * The two files a DP³ folder may ask for: data-points that were taken, one JSON line each, and those that were not, with
 * the reason and who sent them. A file beside the platform, not part of it: a disk that does not keep up loses lines, which
 * are counted, and never delays an answer.
 * Runs on: main.
 */
import { accessSync, constants, createWriteStream, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { CodedError, type Logger } from '../../core/index.js';
import { type InputFault, printJson } from '../../stores/internal.js';
import { HTTP_LIMITS } from '../limits.js';

export interface PointLogOptions {
  readonly goodFile: string | undefined;
  readonly badFile: string | undefined;
  readonly logger: Logger;
}

export class PointLog {
  readonly #good: LineFile | undefined;
  readonly #bad: LineFile | undefined;

  /** Throws POINT_LOG_UNFIT when the folder of a file is not there or not writable. */
  constructor({ goodFile, badFile, logger }: PointLogOptions) {
    this.#good = goodFile === undefined ? undefined : new LineFile(goodFile, logger);
    this.#bad = badFile === undefined ? undefined : new LineFile(badFile, logger);
  }

  /** Whether accepted data-points are wanted: they cost a second parse. */
  get wantsGood(): boolean {
    return this.#good !== undefined;
  }

  /** Whether rejected ones are: their faults have to be read from the answer. */
  get wantsBad(): boolean {
    return this.#bad !== undefined;
  }

  good(points: readonly unknown[]): void {
    for (const point of points) this.#good?.write(printJson(point));
  }

  /** Epoch ms `now`; the address of the sender. */
  bad(faults: readonly InputFault[], client: string, now: number): void {
    if (this.#bad === undefined) return;
    const time = new Date(now).toISOString();
    for (const fault of faults) this.#bad.write(printJson({ time, client, ...fault }));
  }

  /** Resolves when all lines are with the operating system. */
  async stop(): Promise<void> {
    await Promise.all([this.#good?.stop(), this.#bad?.stop()]);
  }
}

/** Lines appended to a file; at most so many bytes wait for the disk. */
class LineFile {
  readonly #stream: WriteStream;
  readonly #logger: Logger;
  #lost = 0;

  constructor(file: string, logger: Logger) {
    try {
      accessSync(dirname(file), constants.W_OK);
    } catch (cause) {
      throw new CodedError(
        'POINT_LOG_UNFIT',
        `expected a folder that can be written for the data-point log, got ${file}`,
        { details: { file }, cause },
      );
    }
    this.#logger = logger.child({ file });
    this.#stream = createWriteStream(file, { flags: 'a' });
    this.#stream.on('error', (error) => {
      this.#logger.error('the data-point log cannot be written and ends here', { error });
    });
    this.#stream.on('drain', () => this.#report());
  }

  write(line: string): void {
    const isBehind = this.#stream.writableLength > HTTP_LIMITS.pointLogBytesWaitingMax;
    if (isBehind || this.#stream.destroyed) this.#lost++;
    else this.#stream.write(`${line}\n`);
  }

  stop(): Promise<void> {
    this.#report();
    return new Promise((resolve) => {
      if (this.#stream.destroyed) resolve();
      else this.#stream.once('close', resolve).end();
    });
  }

  #report(): void {
    if (this.#lost === 0) return;
    this.#logger.warn('lines of the data-point log were lost', { lines: this.#lost });
    this.#lost = 0;
  }
}
