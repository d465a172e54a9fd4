/**
 * Real threads that race on one slot table: each lets slots, ends their tenants and gives slots back, and sends to the
 * tenants of all. Nothing admitted is lost, no bound is passed, no old ref reaches a new tenant, no slot has two owners.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { SlotTable } from '../../core/slot-table.js';
import type { RacingThreadData, RacingThreadReport } from './slot-table-thread.js';

const THREADS = 3;
const SLOTS = 4_096;
const STEPS = 40_000;

async function race(seed: number): Promise<RacingThreadReport[]> {
  const shared = {
    memory: SlotTable.allocate(SLOTS),
    claims: new SharedArrayBuffer(SLOTS * 4),
    arrived: new SharedArrayBuffer(SLOTS * 4),
    board: new SharedArrayBuffer(32 * 8),
    done: new SharedArrayBuffer(8),
  };
  const reports = Array.from({ length: THREADS }, async (_, thread) => {
    const workerData: RacingThreadData = {
      ...shared,
      thread,
      threads: THREADS,
      seed,
      steps: STEPS,
    };
    const worker = new Worker(new URL('./slot-table-thread.js', import.meta.url), { workerData });
    const [report] = (await once(worker, 'message')) as [RacingThreadReport];
    return report;
  });
  return Promise.all(reports);
}

function summed(maps: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const map of maps)
    for (const [key, n] of map) if (n > 0) sums.set(key, (sums.get(key) ?? 0) + n);
  return new Map([...sums].sort(([one], [other]) => one - other));
}

test('threads that race on a slot table lose, double and misplace nothing', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const reports = await race(seed);
    for (const { faults } of reports) assert.deepEqual(faults.slice(0, 5), [], `seed ${seed}`);
    const accepted = summed(reports.map((report) => report.accepted));
    assert.deepEqual(summed(reports.map((report) => report.settled)), accepted, `seed ${seed}`);
    const total = [...accepted.values()].reduce((sum, n) => sum + n, 0);
    const tenants = reports.reduce((sum, report) => sum + report.tenants, 0);
    const refused = reports.reduce((sum, report) => sum + report.refused, 0);
    assert.ok(
      total > 1_000 && tenants > 1_000 && refused > 1_000,
      `seed ${seed}: ${total}, ${tenants}, ${refused}`,
    );
  }
});
