/**
 * The store that the platform's benchmarks send to, on a small scale: it counts what was sent and finds what is missing.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { NaiveHosts } from '../../../bench/platform/naive-hosts.js';
import { StockedPlatform } from '../../../bench/platform/stocked-platform.js';
import { hasBenchCode } from '../has-bench-code.js';

const TIMEOUT = { timeout: 60_000 };

test(
  'a round is sent, applied and compared, and the folder is gone afterwards',
  TIMEOUT,
  async () => {
    const stocked = await StockedPlatform.start({ entities: 1_000, distribution: 'zipf' });
    try {
      const { points, acceptMs, applyMs } = await stocked.ingest(2_000);
      assert.equal(points, 2_000);
      assert.ok(acceptMs > 0 && acceptMs <= applyMs);
      await stocked.ingest(1_000);
    } finally {
      await stocked.stop();
    }
    assert.equal(existsSync(stocked.dir), false);
  },
);

test('a visit that never came is found', TIMEOUT, async () => {
  const stocked = await StockedPlatform.start({ entities: 1_000, distribution: 'uniform' });
  try {
    const naive = new NaiveHosts(1_000);
    naive.check(stocked.platform);
    naive.add([{ entity: 17, number: 0 }]);
    assert.throws(() => naive.check(stocked.platform), hasBenchCode('ANSWER_WRONG'));
  } finally {
    await stocked.stop();
  }
});
