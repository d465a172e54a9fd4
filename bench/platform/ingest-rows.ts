/**
 * Taking data-points in: until they are acknowledged, until they are where they belong, and what is written for one. Every
 * round ends with a look at what is stored.
 * Runs on: main.
 */
import { BenchError } from '../bench-error.js';
import { type Benchmark, benchmark } from '../benchmarks.js';
import { kept } from '../kept.js';
import { peersFor } from '../peers/peers.js';
import { type Measure, type Row, row } from '../row.js';
import { entitiesAsked } from './sizes.js';
import { type Ingested, StockedPlatform } from './stocked-platform.js';
import type { Distribution } from './visits.js';

const DISTRIBUTIONS = ['uniform', 'zipf'] as const satisfies readonly Distribution[];
const SHARE = { must: 0.3, want: 0.6 } as const;

/** Printed in this order. */
export const ingestRows: readonly Row[] = [
  ...DISTRIBUTIONS.map((distribution) => {
    return rateRow(`platform/accept-${distribution}`, distribution, ({ acceptMs }) => acceptMs);
  }),
  ...DISTRIBUTIONS.map((distribution) => {
    return rateRow(`platform/apply-${distribution}`, distribution, ({ applyMs }) => applyMs);
  }),
  row({
    ...benchmark('platform/bytes'),
    ours: bytesPerPoint,
    peers: peersFor('platform/bytes'),
    budget: { peer: 'raw lmdb', must: 1 / 3, want: 1 },
  }),
];

function rateRow(key: Benchmark, distribution: Distribution, ms: (of: Ingested) => number): Row {
  return row({
    ...benchmark(key),
    ours: pointsPerSecond(distribution, ms),
    peers: peersFor(key),
    budget: { peer: 'raw lmdb', ...SHARE },
  });
}

function pointsPerSecond(distribution: Distribution, ms: (of: Ingested) => number): Measure {
  const opened = kept(
    () => StockedPlatform.start({ entities: entitiesAsked(), distribution }),
    (stocked) => stocked.stop(),
  );
  return async () => {
    const ingested = await (await opened()).ingest(entitiesAsked());
    return (ingested.points / ms(ingested)) * 1_000;
  };
}

async function bytesPerPoint(): Promise<number> {
  const stocked = await StockedPlatform.start({
    entities: entitiesAsked(),
    distribution: 'uniform',
  });
  try {
    const { points, writtenBytes } = await stocked.ingest(entitiesAsked());
    if (writtenBytes !== undefined) return writtenBytes / points;
    throw new BenchError('PEER_ABSENT', 'the system does not tell what a process writes');
  } finally {
    await stocked.stop();
  }
}
