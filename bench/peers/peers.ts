/**
 * Who is measured beside us, and in what. Each peer is one file that exports its measures by
 * benchmark; it is loaded when first measured, so that a library that is not installed costs a line
 * in the table and not the run.
 * Runs on: main.
 */
import { BenchError } from '../bench-error.js';
import type { Benchmark } from '../benchmarks.js';
import type { Measure } from '../row.js';

/** What a peer's file exports as `measures`. */
export type PeerMeasures = Partial<Record<Benchmark, Measure>>;

interface Peer {
  readonly benchmarks: readonly Benchmark[];
  readonly load: () => Promise<{ readonly measures: PeerMeasures }>;
}

const SAVINA_MICRO = [
  'savina/ping-pong',
  'savina/counting',
  'savina/fork-join-throughput',
  'savina/fork-join-create',
  'savina/thread-ring',
  'savina/chameneos',
  'savina/big',
] as const satisfies readonly Benchmark[];

const SAVINA_CONCURRENCY = [
  'savina/concurrent-dictionary',
  'savina/concurrent-sorted-list',
  'savina/bounded-buffer',
  'savina/dining-philosophers',
  'savina/sleeping-barber',
  'savina/cigarette-smokers',
  'savina/logistic-map',
  'savina/bank-transaction',
] as const satisfies readonly Benchmark[];

const ERLANG = [...SAVINA_MICRO, ...SAVINA_CONCURRENCY, 'local/ask'] as const;
const ASKS = ['ask/in-flight-256', 'ask/lone'] as const satisfies readonly Benchmark[];

/** Peer -> its file. The order is that of the table. */
export const PEERS: Readonly<Record<string, Peer>> = {
  erlang: {
    benchmarks: [...ERLANG, 'local/idle-actor'],
    load: () => import('./erlang.js'),
  },
  'erlang, 1 scheduler': {
    benchmarks: ERLANG,
    load: () => import('./erlang-one-scheduler.js'),
  },
  nact: {
    benchmarks: [...SAVINA_MICRO, 'local/tell', 'local/ask', 'local/spawn', 'local/idle-actor'],
    load: () => import('./nact.js'),
  },
  comedy: {
    benchmarks: [
      'tell/number',
      'tell/four-fields',
      'tell/text-1kb',
      ...ASKS,
      'local/tell',
      'local/ask',
      'local/spawn',
    ],
    load: () => import('./comedy.js'),
  },
  postMessage: {
    benchmarks: [
      'tell/number',
      'tell/four-fields',
      'tell/text-1kb',
      'tell/buffer-64kb',
      'tell/buffer-8mb',
      'tell/fan-out-8',
      'ask/in-flight-256',
      'ask/lone',
      'threads/start',
    ],
    load: () => import('./post-message.js'),
  },
  'postMessage x64': {
    benchmarks: ['tell/number', 'tell/four-fields', 'tell/text-1kb', 'tell/fan-out-8'],
    load: () => import('./post-message-batched.js'),
  },
  piscina: { benchmarks: ASKS, load: () => import('./piscina.js') },
  poolifier: { benchmarks: ASKS, load: () => import('./poolifier.js') },
  workerpool: { benchmarks: ASKS, load: () => import('./workerpool.js') },
  threads: { benchmarks: ASKS, load: () => import('./threads.js') },
  comlink: { benchmarks: ASKS, load: () => import('./comlink.js') },
  'raw lmdb': {
    benchmarks: [
      'platform/accept-uniform',
      'platform/accept-zipf',
      'platform/apply-uniform',
      'platform/apply-zipf',
      'platform/bytes',
    ],
    load: () => import('./raw-lmdb.js'),
  },
  'fastify echo': { benchmarks: ['platform/http'], load: () => import('./fastify-echo.js') },
};

/** The measures of all peers that take part in a benchmark: what row() takes as `peers`. */
export function peersFor(benchmark: Benchmark): Readonly<Record<string, Measure>> {
  const measures: Record<string, Measure> = {};
  for (const [name, peer] of Object.entries(PEERS)) {
    if (!peer.benchmarks.includes(benchmark)) continue;
    measures[name] = async () => {
      const loaded = await loadPeer(name, peer);
      const measure = loaded[benchmark];
      if (measure === undefined) {
        throw new BenchError('PEER_FAILED', `expected ${name} to have a measure of ${benchmark}`);
      }
      return measure();
    };
  }
  return measures;
}

/** The measures of one peer. Rejects with PEER_ABSENT when its package is not installed. */
export async function loadPeer(name: string, peer: Peer): Promise<PeerMeasures> {
  try {
    return (await peer.load()).measures;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw thrown;
    throw new BenchError('PEER_ABSENT', `${name} is not installed`, thrown);
  }
}
