/**
 * `growth-program.js ENTITIES [DATA-POINTS]`: every figure of one size, ours and raw LMDB's, one round each. Run by
 * figuresOf() in a process of its own, so that its memory is that of this size.
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { RawLmdb } from '../peers/raw-lmdb.js';
import { ownMemoryBytes, storedBytes } from './process-figures.js';
import { listedPerSecond, pageMs, readsPerSecond } from './read-rows.js';
import { StockedPlatform } from './stocked-platform.js';

export interface GrowthFigures {
  readonly entities: number;
  /** Entities a second while they were made. */
  readonly preloadPerSecond: number;
  /** Data-points a second, ours and raw. */
  readonly acceptPerSecond: number;
  readonly rawAppendPerSecond: number;
  readonly applyPerSecond: number;
  readonly rawPutPerSecond: number;
  /** Given to write calls for a data-point; undefined where the system does not tell. */
  readonly writtenBytes: number | undefined;
  readonly rawWrittenBytes: number | undefined;
  readonly readsPerSecond: number;
  readonly pageMs: number;
  readonly listedPerSecond: number;
  readonly memoryBytes: number;
  readonly storedBytes: number;
}

/** Rounds that are not counted: code is compiled meanwhile. */
const WARMUP_POINTS = 100_000;
/** The same at every size, so that what differs is the size. */
const POINTS = 100_000;
const REST_MS = 500;

const entities = Number(process.argv[2]);
const points = Number(process.argv[3] ?? POINTS);
const size = { entities, distribution: 'uniform' } as const;

async function ours() {
  const stocked = await StockedPlatform.start(size);
  try {
    await stocked.ingest(WARMUP_POINTS);
    const { acceptMs, applyMs, writtenBytes } = await stocked.ingest(points);
    globalThis.gc?.();
    await pause(REST_MS);
    return {
      memoryBytes: ownMemoryBytes(),
      preloadPerSecond: (entities / stocked.preloadMs) * 1_000,
      acceptPerSecond: (points / acceptMs) * 1_000,
      applyPerSecond: (points / applyMs) * 1_000,
      writtenBytes: writtenBytes === undefined ? undefined : writtenBytes / points,
      readsPerSecond: await readsPerSecond(stocked),
      pageMs: await pageMs(stocked),
      listedPerSecond: await listedPerSecond(stocked),
      storedBytes: await storedBytes(stocked.dir),
    };
  } finally {
    await stocked.stop();
  }
}

async function raw(way: 'append' | 'put') {
  const store = await RawLmdb.start(way, size);
  try {
    const { ms, bytes } = await store.round(points);
    return { perSecond: (points / ms) * 1_000, bytes: bytes && bytes / points };
  } finally {
    await store.stop();
  }
}

const mine = await ours();
const append = await raw('append');
const put = await raw('put');
const figures: GrowthFigures = {
  ...mine,
  entities,
  rawAppendPerSecond: append.perSecond,
  rawPutPerSecond: put.perSecond,
  rawWrittenBytes: put.bytes,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
