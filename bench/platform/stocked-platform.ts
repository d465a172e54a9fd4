/**
 * A platform in a temporary folder, with hosts in it, and the one way in which the benchmarks send to it. What was sent is
 * counted and compared with what is stored after every round.
 * Runs on: main.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createPlatform, type ModuleEntry, type Platform } from '../../actors/index.js';
import { silentLogger } from '../../core/index.js';
import { expectEqual } from '../bench-error.js';
import { host } from './host-entity.js';
import { NaiveHosts } from './naive-hosts.js';
import { writtenBytes } from './process-figures.js';
import { REQUESTS_IN_FLIGHT } from './sizes.js';
import { bodiesOf, type Distribution, preloadBodies, VisitStream } from './visits.js';

/** Everything that was sent must be applied by then. */
const IDLE_MS_MAX = 1_200_000;

export interface StockOptions {
  readonly entities: number;
  readonly distribution: Distribution;
  readonly modules?: readonly ModuleEntry[];
  /** Data-points that the modules' hooks derive of those of one round. Default none. */
  readonly derivedOf?: (points: number) => number;
}

/** One round. */
export interface Ingested {
  /** Data-points sent. */
  readonly points: number;
  /** From the first request to its last acknowledgement. */
  readonly acceptMs: number;
  /** From the first request until all is applied and flushed. */
  readonly applyMs: number;
  /** Requests that were told to come again, and did. */
  readonly refused: number;
  /** Bytes handed to the system for files meanwhile; undefined where it does not tell. */
  readonly writtenBytes: number | undefined;
}

export class StockedPlatform {
  readonly platform: Platform;
  readonly dir: string;
  readonly preloadMs: number;
  readonly #options: StockOptions;
  readonly #visits: VisitStream;
  readonly #naive: NaiveHosts;

  /** Starts a platform and makes the hosts. What fails removes the folder again. */
  static async start(options: StockOptions): Promise<StockedPlatform> {
    const dir = await mkdtemp(join(tmpdir(), 'troupe-bench-'));
    const { modules = [], entities } = options;
    const config = { data: join(dir, 'data'), entities: [host], modules, logger: silentLogger };
    const platform = await createPlatform(config).catch(async (error: unknown) => {
      await rm(dir, { recursive: true, force: true });
      throw error;
    });
    const start = performance.now();
    await sendAll(platform, preloadBodies(entities));
    await platform.idle({ deadlineMs: IDLE_MS_MAX });
    const stocked = new StockedPlatform(platform, dir, options, performance.now() - start);
    expectEqual('hosts preloaded', platform.entity(host).count(), entities);
    return stocked;
  }

  /** Use {@link StockedPlatform.start}. */
  private constructor(platform: Platform, dir: string, options: StockOptions, preloadMs: number) {
    this.platform = platform;
    this.dir = dir;
    this.preloadMs = preloadMs;
    this.#options = options;
    this.#visits = new VisitStream(options.entities, options.distribution);
    this.#naive = new NaiveHosts(options.entities);
  }

  /** Sends the next visits and waits until they are applied. Rejects ANSWER_WRONG when anything is missing. */
  async ingest(points: number): Promise<Ingested> {
    const visits = this.#visits.take(points);
    const bodies = bodiesOf(visits);
    this.#naive.add(visits);
    const appliedBefore = await this.#applied();
    const writtenBefore = writtenBytes();
    const start = performance.now();
    const refused = await sendAll(this.platform, bodies);
    const acceptMs = performance.now() - start;
    await this.platform.idle({ deadlineMs: IDLE_MS_MAX });
    const applyMs = performance.now() - start;
    const written = writtenBytes();
    const derived = this.#options.derivedOf?.(points) ?? 0;
    expectEqual('data-points applied', (await this.#applied()) - appliedBefore, points + derived);
    this.#naive.check(this.platform);
    return {
      points,
      acceptMs,
      applyMs,
      refused,
      writtenBytes: written === undefined ? undefined : written - (writtenBefore ?? 0),
    };
  }

  /** The next requests, which somebody else sends; {@link expectApplied} holds the outcome against them. */
  bodies(points: number): Uint8Array[] {
    const visits = this.#visits.take(points);
    this.#naive.add(visits);
    return bodiesOf(visits);
  }

  /** Waits until all that was sent is applied. Rejects ANSWER_WRONG when anything is missing. */
  async expectApplied(): Promise<void> {
    await this.platform.idle({ deadlineMs: IDLE_MS_MAX });
    this.#naive.check(this.platform);
  }

  async stop(): Promise<void> {
    try {
      await this.platform.stop();
    } finally {
      await rm(this.dir, { recursive: true, force: true });
    }
  }

  async #applied(): Promise<number> {
    return (await this.platform.stats()).engine.pointsApplied;
  }
}

/** Sends requests, some at a time, again where there was no room; answers how often that was. */
async function sendAll(platform: Platform, bodies: Iterable<Uint8Array>): Promise<number> {
  const waiting = bodies[Symbol.iterator]();
  let refused = 0;
  const sender = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      for (;;) {
        // The bytes are gone when they are sent.
        const { status, retryAfterMs } = await platform.ingest(next.value.slice());
        if (status === 200) break;
        expectEqual('status of a request', status, 503);
        refused++;
        await pause(retryAfterMs);
      }
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_IN_FLIGHT }, sender));
  return refused;
}
