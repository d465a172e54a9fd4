/**
 * Offers a platform ten times what it can take, for some seconds, and watches what memory it needs meanwhile. What it can
 * take is measured first. Requests come at fixed times whatever becomes of those before them.
 *
 *   memory  ___/‾‾‾‾‾‾‾‾‾‾‾‾‾‾   growth: the median of the last third against that of the second
 *           first  second  third
 *
 * Runs on: main.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expectEqual } from '../bench-error.js';
import { median } from '../statistics.js';
import { ownMemoryBytes } from './process-figures.js';
import { REQUEST_POINTS } from './sizes.js';
import type { StockedPlatform } from './stocked-platform.js';

const TIMES = 10;
const OFFERED_MS = 12_000;
const EVERY_MS = 5;
const SAMPLE_MS = 100;
/** Different bodies, sent again and again: making new ones would take the time that is to be measured. */
const BODIES = 200;
/** Requests with which it is found what the platform can take. */
const TRIAL_POINTS = 50_000;

export interface Overload {
  /** Memory in the last third of the time against that in the second. */
  readonly growth: number;
  /** Most bytes of memory at any time. */
  readonly peakBytes: number;
  readonly offered: number;
  readonly accepted: number;
  /** Requests that were told to come again. */
  readonly refused: number;
}

/** Rejects ANSWER_WRONG when a request is answered with neither 200 nor 503, or one accepted is not applied. */
export async function overload(stocked: StockedPlatform): Promise<Overload> {
  const { platform } = stocked;
  const { applyMs } = await stocked.ingest(TRIAL_POINTS);
  const requestsPerMs = (TIMES * TRIAL_POINTS) / REQUEST_POINTS / applyMs;
  const bodies = stocked.bodies(BODIES * REQUEST_POINTS);
  const before = (await platform.stats()).engine.pointsApplied;
  const statuses = new Map<number, number>();
  const memory: number[] = [];
  const answers = new Set<Promise<void>>();
  let offered = 0;
  const start = performance.now();
  for (let ms = 0; ms < OFFERED_MS; ms = performance.now() - start) {
    for (; offered < ms * requestsPerMs; offered++) {
      const answer = platform.ingest(bodies[offered % BODIES]!.slice()).then(({ status }) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        answers.delete(answer);
      });
      answers.add(answer);
    }
    if (ms > memory.length * SAMPLE_MS) memory.push(ownMemoryBytes());
    await pause(EVERY_MS);
  }
  await Promise.all(answers);
  await platform.idle({ deadlineMs: 600_000 });
  const [accepted, refused] = [statuses.get(200) ?? 0, statuses.get(503) ?? 0];
  expectEqual('requests answered with 200 or 503', accepted + refused, offered);
  const applied = (await platform.stats()).engine.pointsApplied - before;
  expectEqual('data-points applied', applied, accepted * REQUEST_POINTS);
  const third = Math.floor(memory.length / 3);
  const growth = median(memory.slice(2 * third)) / median(memory.slice(third, 2 * third));
  return { growth, peakBytes: Math.max(...memory), offered, accepted, refused };
}
