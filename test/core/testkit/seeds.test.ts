import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { forSeeds } from '../../../core/testkit/index.js';

describe('a test over many seeds', () => {
  const given = process.env.TROUPE_SEED;
  before(() => {
    delete process.env.TROUPE_SEED;
  });
  after(() => {
    if (given === undefined) delete process.env.TROUPE_SEED;
    else process.env.TROUPE_SEED = given;
  });

  it('runs for one seed after the other', async () => {
    const seen: unknown[] = [];
    await forSeeds({ seeds: 3, first: 7 }, async (seed) => void seen.push(seed));
    assert.deepEqual(seen, [7, 8, 9]);
  });

  it('ends with the first that fails, and says how to have it again', async () => {
    const seen: unknown[] = [];
    const failing = forSeeds({ seeds: 9 }, async (seed) => {
      seen.push(seed);
      if (seed === 2) throw new Error('two is too many');
    });
    await assert.rejects(failing, /two is too many[\s\S]*TROUPE_SEED=2|TROUPE_SEED=2[\s\S]*two/);
    assert.deepEqual(seen, [1, 2]);
  });

  it('runs for the seed of the environment alone', async () => {
    process.env.TROUPE_SEED = '41';
    const seen: unknown[] = [];
    await forSeeds({ seeds: 9 }, async (seed) => void seen.push(seed));
    assert.deepEqual(seen, ['41']);
    delete process.env.TROUPE_SEED;
  });
});
