/**
 * Whole systems of logical threads under random programs, each interleaving drawn from its seed. Whatever happens,
 * accounts add up, order is kept, answers and notices come once, and nothing is left behind.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { forSeeds } from '../../core/testkit/index.js';
import { fuzz } from './interleaving-run.js';

const SEEDS = Number(process.env.TROUPE_SEEDS ?? 1_000);

it(`keeps every promise under ${SEEDS} random programs and interleavings`, async () => {
  await forSeeds({ seeds: SEEDS }, async (seed) => void (await fuzz(seed)));
});

it('takes the same way again for the same seed', async () => {
  for (const seed of [1, 2, 3, 4, 5]) assert.equal(await fuzz(seed), await fuzz(seed));
});
