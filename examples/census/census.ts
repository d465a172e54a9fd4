/**
 * The census of a directory: a platform on a data folder, readers beside it on the same threads, and one run over the
 * tree. What a run leaves is good for the next, which reads only what has changed.
 *
 *   read what has changed ─▶ drop what is gone ─▶ link packages ─▶ drop what is unused ─▶ figures, from what is stored
 * Runs on: main.
 */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { commandLineDoor, createPlatform, type Platform } from '../../actors/index.js';
import { type ActorSystem, CodedError, createSystem, type Logger } from '../../core/index.js';
import { type DiskPath, diskPathOf } from './disk-path.js';
import { census, ENTITIES } from './entities.js';
import { linkPackages } from './link-packages.js';
import { authors } from './modules/authors.js';
import { contents } from './modules/contents.js';
import { licences } from './modules/licences.js';
import { idOf } from './places.js';
import { readTree } from './read-tree.js';
import { Sender, type Sent } from './sender.js';
import { type Survey, survey } from './survey.js';
import { sweepUnseen, sweepUnused } from './sweep.js';
import { type Run, Tally } from './tally.js';
import type { Walked } from './walk-files.js';
import { type Work, workOf } from './work.js';

/** The whole result. Plain data. */
export interface Census {
  readonly directory: string;
  /** The data folder. */
  readonly data: string;
  /** False for a data folder that holds an earlier run. */
  readonly isFirst: boolean;
  /** False if it was ended before the last file. */
  readonly isWhole: boolean;
  readonly survey: Survey;
  readonly run: Run & Readonly<Walked>;
  readonly sent: Sent;
  readonly work: Work;
  /** Of the walk with its reading and storing; of all. */
  readonly readMs: number;
  readonly tookMs: number;
}

/** How far it is. */
export interface Progress {
  readonly files: number;
  readonly bytes: number;
  readonly unchanged: number;
  readonly failures: number;
  readonly points: number;
  readonly elapsedMs: number;
}

export interface CensusOptions {
  /** The data folder; made when it is not there, with what it lies in. */
  readonly data: string;
  /** Pool threads; 0: all on main. Default: the cores there are. */
  readonly threads?: number | undefined;
  /** How many rows of each table. */
  readonly top: number;
  /** Ends the walk; what was begun is still stored. */
  readonly signal?: AbortSignal;
  /** Called a few times a second while files are read. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called with the system when it runs, before the first file is read. */
  readonly onStart?: (system: ActorSystem) => void;
  /** Default: JSON lines from level 'warn' up, on stderr. */
  readonly logger?: Logger;
}

const PROGRESS_MS = 100;
/** How long the platform may take to apply what it has been sent. */
const SETTLE_MS = 600_000;

/**
 * Rejects CONFIG_INVALID for a number of threads the runtime does not take and for the data folder of another directory's
 * census, and what `createPlatform` and making a folder reject. A directory that cannot be read is a failure in the result, the root too.
 */
export async function takeCensus(directory: string, options: CensusOptions): Promise<Census> {
  const { threads = availableParallelism(), onStart, logger } = options;
  const logged = logger === undefined ? {} : { logger };
  await mkdir(dirname(resolve(options.data)), { recursive: true });
  await using system = await createSystem({ name: 'census', threads, ...logged });
  await using platform = await createPlatform({
    data: options.data,
    entities: [...ENTITIES],
    modules: [licences, authors, contents],
    system,
    durability: 'os', // the directory is still there to be read again
    door: commandLineDoor,
    ...logged,
  });
  const root = diskPathOf(directory);
  const { isFirst } = await begin(platform, root);
  onStart?.(system);
  return await run({ system, platform, root, threads, isFirst, directory, options });
}

interface RunOptions {
  readonly system: ActorSystem;
  readonly platform: Platform;
  readonly root: DiskPath;
  readonly threads: number;
  readonly isFirst: boolean;
  readonly directory: string;
  readonly options: CensusOptions;
}

async function run({
  system,
  platform,
  root,
  threads,
  isFirst,
  directory,
  options,
}: RunOptions): Promise<Census> {
  const { top, signal, data } = options;
  const startMs = performance.now();
  const begun = new Date();
  const tally = new Tally(top);
  const sender = new Sender(platform, begun.toISOString());
  const settled = (): Promise<void> => sender.settled(SETTLE_MS);
  const telling = tellProgress(options, tally, sender);
  let walked: Awaited<ReturnType<typeof readTree>>;
  try {
    const except = diskPathOf(data);
    const replicas = Math.max(threads, 1);
    walked = await readTree({ system, platform, sender, tally, root, except, replicas, signal });
  } finally {
    clearInterval(telling);
  }
  await settled();
  const readMs = performance.now() - startMs;
  const isWhole = signal?.aborted !== true;
  if (isWhole) {
    const sweeping = { platform, sender, tally, root, settled };
    await sweepUnseen(sweeping, walked);
    await linkPackages(platform, sender, basename(root) === 'node_modules');
    await settled();
    await sweepUnused(sweeping);
  }
  const found = await survey(platform, root, top);
  if (isWhole) await end(sender, root, begun, found);
  const { directories, links, others } = walked;
  return {
    directory,
    data: resolve(data),
    isFirst,
    isWhole,
    survey: found,
    run: { ...tally.run(), directories, links, others },
    sent: sender.sent,
    work: workOf(await platform.stats()),
    readMs,
    tookMs: performance.now() - startMs,
  };
}

/** Each data folder is of one directory: paths in it are from there on. */
async function begin(platform: Platform, root: DiskPath): Promise<{ readonly isFirst: boolean }> {
  const id = idOf(root);
  let isFirst = true;
  for await (const { eid } of platform.entity(census).list()) {
    isFirst = false;
    if (eid === id) continue;
    throw new CodedError('CONFIG_INVALID', `expected the data folder of ${id}, got that of ${eid}`);
  }
  await platform.entity(census).ingest([{ id, attr: 'begun', v: new Date() }], { isAwaited: true });
  return { isFirst };
}

/** A line more in the history of the directory. */
async function end(sender: Sender, root: DiskPath, t1: Date, found: Survey): Promise<void> {
  const { files, bytes, packages } = found;
  const id = idOf(root);
  await sender.send([
    census.point({ id, attr: 'files', v: files, t1 }),
    census.point({ id, attr: 'bytes', v: bytes, t1 }),
    census.point({ id, attr: 'packages', v: packages, t1 }),
  ]);
}

function tellProgress(
  { onProgress }: CensusOptions,
  tally: Tally,
  sender: Sender,
): NodeJS.Timeout | undefined {
  if (onProgress === undefined) return undefined;
  const startMs = performance.now();
  return setInterval(() => {
    const { points } = sender.sent;
    onProgress({ ...tally.progress, points, elapsedMs: performance.now() - startMs });
  }, PROGRESS_MS);
}
