/**
 * Port against ring, with the codec of the runtime: messages of four fields in batches, under the credit of a
 * channel, and asks with one and with 256 in flight. Both transports take turns in every round; medians are printed.
 * Not part of `npm run bench`: it decides which transport is the default. Run it built: node dist/bench/core/…
 * Runs on: main, and as the thread it measures against.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { LIMITS } from '../../core/limits.js';
import { FrameDecoder, FrameEncoder } from '../../core/message/codec.js';
import { portTransport } from '../../core/transport/port-transport.js';
import { ringTransport } from '../../core/transport/ring-transport.js';
import type { FrameSink, Transport, TransportPair } from '../../core/transport/transport.js';

const TRANSPORTS: readonly Transport[] = [portTransport, ringTransport];
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

/** First value of a batch: what the messages after it are. */
const TELL = 0;
const ASK = 1;
const ANSWER = 2;
const LAST = 3;

interface PeerData {
  readonly transport: string;
  readonly end: unknown;
  readonly taken: SharedArrayBuffer;
}

function message(i: number): unknown[] {
  return [0, i & 63, 5, 3, { id: i, name: `sensor-${i % 100}`, value: i * 1.5, ok: (i & 1) === 0 }];
}

function batchOf(kind: number, messages: number): unknown[] {
  const batch: unknown[] = [kind];
  for (let i = 0; i < messages; i++) batch.push(...message(i));
  return batch;
}

/** The other thread: takes frames, answers asks one for one. */
function runPeer({ transport: name, end, taken }: PeerData): void {
  const transport = TRANSPORTS.find((candidate) => candidate.name === name) as Transport;
  const back = transport.open();
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  const words = new Int32Array(taken);
  const source = transport.accept(end);
  parentPort?.postMessage(back.end, back.endTransfer);
  let received = 0;
  source.start(
    (bytes, attachments) => {
      const batch = decoder.decode(bytes, attachments);
      Atomics.add(words, 0, bytes.length);
      const messages = (batch.length - 1) / 5;
      if (batch[0] === ASK) back.sink.send(encoder.encode(batchOf(ANSWER, messages)).bytes);
      else if (batch[0] === LAST) back.sink.send(encoder.encode([LAST, received]).bytes);
      else received += messages;
    },
    () => {},
  );
  source.ref();
}

/** This end of the channels to the thread of one transport. */
class Peer {
  readonly #encoder = new FrameEncoder();
  readonly #decoder = new FrameDecoder();
  readonly #taken: Int32Array;
  #written = 0;
  #onBatch: (batch: unknown[]) => void = () => {};

  private constructor(
    readonly worker: Worker,
    readonly sink: FrameSink,
    taken: SharedArrayBuffer,
  ) {
    this.#taken = new Int32Array(taken);
  }

  static async start(transport: Transport): Promise<Peer> {
    const pair: TransportPair = transport.open();
    const taken = new SharedArrayBuffer(4);
    const data: PeerData = { transport: transport.name, end: pair.end, taken };
    const worker = new Worker(new URL(import.meta.url), {
      workerData: data,
      transferList: pair.endTransfer,
    });
    const [end] = (await once(worker, 'message')) as [unknown];
    const peer = new Peer(worker, pair.sink, taken);
    const source = transport.accept(end);
    source.start(
      (bytes, attachments) => peer.#onBatch(peer.#decoder.decode(bytes, attachments)),
      () => {},
    );
    source.ref();
    return peer;
  }

  /** Messages told per second, counted at the other side. */
  async tell(messages: number, size: number): Promise<number> {
    const batch = batchOf(TELL, size);
    const counted = new Promise<number>((resolve) => {
      this.#onBatch = (answer) => resolve(answer[1] as number);
    });
    const before = this.#total;
    const startedMs = performance.now();
    for (let sent = 0; sent < messages; sent += size) {
      while (((this.#written - Atomics.load(this.#taken, 0)) | 0) >= LIMITS.creditBytes)
        await new Promise(setImmediate);
      this.#send(batch);
    }
    this.#send([LAST]);
    this.#total = await counted;
    const elapsedMs = performance.now() - startedMs;
    if (this.#total - before !== messages)
      throw new Error(`expected ${messages} received, got ${this.#total - before}`);
    return (messages / elapsedMs) * 1_000;
  }
  #total = 0;

  /** Asks answered per second. */
  async ask(asks: number, inFlight: number): Promise<number> {
    const batch = batchOf(ASK, inFlight);
    const startedMs = performance.now();
    await new Promise<void>((resolve) => {
      let answered = 0;
      this.#onBatch = (answer) => {
        answered += (answer.length - 1) / 5;
        if (answered >= asks) resolve();
        else this.#send(batch);
      };
      this.#send(batch);
    });
    return (asks / (performance.now() - startedMs)) * 1_000;
  }

  #send(batch: unknown[]): void {
    const { bytes } = this.#encoder.encode(batch);
    this.sink.send(bytes);
    this.#written = (this.#written + bytes.length) | 0;
  }
}

const ROWS: readonly [name: string, run: (peer: Peer) => Promise<number>][] = [
  ['tell, batches of 1', (peer) => peer.tell(60_000, 1)],
  ['tell, batches of 8', (peer) => peer.tell(240_000, 8)],
  ['tell, batches of 64', (peer) => peer.tell(64 * 6_000, 64)],
  ['tell, batches of 256', (peer) => peer.tell(256 * 1_600, 256)],
  ['ask, 1 in flight', (peer) => peer.ask(5_000, 1)],
  ['ask, 256 in flight', (peer) => peer.ask(256 * 400, 256)],
];

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

async function runMain(): Promise<void> {
  const peers = await Promise.all(TRANSPORTS.map((transport) => Peer.start(transport)));
  const results = ROWS.map(() => TRANSPORTS.map((): number[] => []));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [row, [, run]] of ROWS.entries()) {
      for (let turn = 0; turn < peers.length; turn++) {
        // Who goes first changes by round.
        const index = (turn + Math.abs(round)) % peers.length;
        const rate = await run(peers[index] as Peer);
        if (round >= 0) results[row]?.[index]?.push(rate);
      }
    }
  }
  console.log(`messages per second, median of ${ROUNDS} interleaved rounds`);
  console.log(
    ['', ...TRANSPORTS.map(({ name }) => name), 'ring/port']
      .map((cell) => cell.padStart(12))
      .join('')
      .padStart(60),
  );
  for (const [row, [name]] of ROWS.entries()) {
    const [port, ring] = (results[row] as number[][]).map(median) as [number, number];
    const cells = [port, ring].map((rate) => Math.round(rate).toLocaleString('en').padStart(12));
    console.log(`${name.padEnd(24)}${cells.join('')}${(ring / port).toFixed(2).padStart(12)}`);
  }
  await Promise.all(peers.map(({ worker }) => worker.terminate()));
  process.exit();
}

if (isMainThread) await runMain();
else runPeer(workerData as PeerData);
