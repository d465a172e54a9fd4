/**
 * What every transport promises, whatever it is made of: called by the test file of each. Both ends are in one thread
 * here; the death of a sending thread is tested in transport/sender-death.test.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { FrameSource, Transport, TransportPair } from '../../core/transport/transport.js';

export interface TransportSubject {
  readonly transport: Transport;
  /** Makes what was sent arrive, where that does not happen by itself. */
  readonly drive: (source: FrameSource) => void;
  /** True when poll delivers without the event loop. */
  readonly polls: boolean;
}

interface Received {
  readonly bytes: Uint8Array;
  readonly attachments: readonly unknown[] | undefined;
}

/** Collects what a source delivers; promises settle when enough has come. */
class Collector {
  readonly frames: Received[] = [];
  closes = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(
    readonly source: FrameSource,
    readonly subject: TransportSubject,
  ) {}

  start(): this {
    this.source.start(
      (bytes, attachments) => {
        this.frames.push({ bytes, attachments });
        this.#settle();
      },
      () => {
        this.closes++;
        this.#settle();
      },
    );
    return this;
  }

  /** Settles when that many frames and closes have come. */
  async until(count: number): Promise<void> {
    const arrived = new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    this.source.ref();
    this.subject.drive(this.source);
    this.#settle();
    await arrived;
    this.source.unref();
  }

  #settle(): void {
    const count = this.frames.length + this.closes;
    for (const waiting of this.#waiting) if (waiting.count <= count) waiting.resolve();
    this.#waiting = this.#waiting.filter((waiting) => waiting.count > count);
  }
}

/** The end as it arrives at another thread. */
export function carried({ end, endTransfer }: TransportPair): unknown {
  if (endTransfer.length === 0) return end;
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(end, endTransfer);
  const received = receiveMessageOnPort(port2) as { message: unknown };
  port1.close();
  return received.message;
}

function frameOf(number: number, length = 4): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length).fill(number & 0xff);
  if (length >= 4) new DataView(bytes.buffer).setInt32(0, number);
  return bytes;
}

export function transportConformance(subject: TransportSubject): void {
  const { transport, polls } = subject;
  const name = `${transport.name} transport`;
  const opened = (): { pair: TransportPair; collector: Collector } => {
    const pair = transport.open();
    return { pair, collector: new Collector(transport.accept(carried(pair)), subject) };
  };

  test(`${name}: frames arrive in order, each once, as they were, then the close`, async () => {
    const { pair, collector } = opened();
    collector.start();
    const sent = Array.from({ length: 500 }, (_, i) => frameOf(i, (i * 37) % 300));
    for (const bytes of sent) pair.sink.send(bytes);
    pair.sink.close();
    await collector.until(501);
    assert.deepEqual(
      collector.frames.map(({ bytes }) => [...bytes]),
      sent.map((bytes) => [...bytes]),
    );
    assert.ok(collector.frames.every(({ attachments }) => attachments === undefined));
    assert.equal(collector.closes, 1);
  });

  test(`${name}: the sender keeps the bytes it sent, the receiver what it got`, async () => {
    const { pair, collector } = opened();
    collector.start();
    const bytes = frameOf(7, 100);
    pair.sink.send(bytes);
    assert.deepEqual(bytes, frameOf(7, 100));
    bytes.fill(0);
    for (let i = 0; i < 50; i++) pair.sink.send(frameOf(i, 40_000));
    pair.sink.close();
    await collector.until(52);
    assert.deepEqual([...(collector.frames[0] as Received).bytes], [...frameOf(7, 100)]);
    collector.frames[0]?.bytes.fill(1);
    assert.deepEqual([...(collector.frames[1] as Received).bytes], [...frameOf(0, 40_000)]);
  });

  test(`${name}: frames wait for a source that is accepted and started later`, async () => {
    const pair = transport.open();
    pair.sink.send(frameOf(1));
    const collector = new Collector(transport.accept(carried(pair)), subject);
    pair.sink.send(frameOf(2));
    assert.equal(collector.source.poll(), 0);
    collector.start();
    pair.sink.send(frameOf(3));
    pair.sink.close();
    await collector.until(4);
    assert.deepEqual(
      collector.frames.map(({ bytes }) => bytes[3]),
      [1, 2, 3],
    );
  });

  test(`${name}: frames with attachments keep their place; moved memory leaves, shared memory is shared`, async () => {
    const { pair, collector } = opened();
    collector.start();
    const shared = new SharedArrayBuffer(4);
    for (let i = 0; i < 60; i++) {
      const memory = new ArrayBuffer(i);
      if (i % 3 === 0) pair.sink.send(frameOf(i), [memory, shared, { i }], [memory]);
      else pair.sink.send(frameOf(i));
      if (i % 3 === 0 && i > 0) assert.equal(memory.byteLength, 0);
    }
    pair.sink.close();
    await collector.until(61);
    new Int32Array(shared)[0] = 5;
    for (const [i, { bytes, attachments }] of collector.frames.entries()) {
      assert.deepEqual([...bytes], [...frameOf(i)]);
      if (i % 3 !== 0) continue;
      const [memory, same, data] = attachments as [ArrayBuffer, SharedArrayBuffer, unknown];
      assert.deepEqual([memory.byteLength, data], [i, { i }]);
      assert.equal(new Int32Array(same)[0], 5);
    }
  });

  test(`${name}: frames of any size keep their place`, async () => {
    const { pair, collector } = opened();
    collector.start();
    const sizes = [0, 1, 65_536, 3, 65_537, 300_000, 0, 8, 5_000_000, 7];
    for (const [i, size] of sizes.entries()) pair.sink.send(frameOf(i, size));
    pair.sink.close();
    await collector.until(sizes.length + 1);
    for (const [i, size] of sizes.entries())
      assert.ok(
        Buffer.from(frameOf(i, size)).equals((collector.frames[i] as Received).bytes),
        `frame ${i}`,
      );
  });

  test(`${name}: more than any buffer holds may be on its way`, async () => {
    const { pair, collector } = opened();
    const count = 3_000;
    for (let i = 0; i < count; i++) pair.sink.send(frameOf(i, 1_000 + (i % 7) * 100));
    collector.start();
    pair.sink.close();
    await collector.until(count + 1);
    for (const [i, { bytes }] of collector.frames.entries())
      assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0), i);
    assert.equal(collector.frames.length, count);
  });

  test(`${name}: after the close nothing is sent, and closing again is nothing`, async () => {
    const { pair, collector } = opened();
    collector.start();
    pair.sink.send(frameOf(1));
    pair.sink.close();
    pair.sink.close();
    pair.sink.send(frameOf(2));
    pair.sink.send(frameOf(3), [1]);
    await collector.until(2);
    await new Promise(setImmediate);
    subject.drive(collector.source);
    assert.deepEqual([collector.frames.length, collector.closes], [1, 1]);
  });

  test(`${name}: a source that closed, also while it delivers, hears nothing more`, async () => {
    const pair = transport.open();
    const source = transport.accept(carried(pair));
    const heard: number[] = [];
    source.start(
      (bytes) => {
        heard.push(bytes[3] as number);
        if (heard.length === 2) source.close();
      },
      () => heard.push(-1),
    );
    const other = opened();
    other.collector.start();
    for (let i = 0; i < 5; i++) pair.sink.send(frameOf(i));
    subject.drive(source);
    source.poll();
    pair.sink.close();
    source.close();
    // What closes later on another channel has been heard: so would be a close on this one.
    other.pair.sink.close();
    await other.collector.until(1);
    await new Promise(setImmediate);
    assert.equal(source.poll(), 0);
    assert.deepEqual(heard, heard.slice(0, 2));
    assert.ok(!heard.includes(-1));
  });

  test(`${name}: a poll ${polls ? 'delivers at once what has arrived' : 'delivers nothing'}, and none begins within a delivery`, async () => {
    const pair = transport.open();
    const source = transport.accept(carried(pair));
    const inner: number[] = [];
    source.start(
      () => inner.push(source.poll()),
      () => {},
    );
    pair.sink.send(frameOf(1));
    pair.sink.send(frameOf(2), ['attached']);
    pair.sink.send(frameOf(3));
    assert.equal(source.poll(), polls ? 3 : 0);
    assert.equal(source.poll(), 0);
    subject.drive(source);
    assert.deepEqual(inner, [0, 0, 0]);
    source.close();
  });

  test(`${name}: a receiver that throws loses only the frame it threw at`, () => {
    if (!polls) return;
    const pair = transport.open();
    const source = transport.accept(carried(pair));
    const heard: number[] = [];
    source.start(
      (bytes) => {
        heard.push(bytes[3] as number);
        if (bytes[3] === 2) throw new Error('receiver');
      },
      () => {},
    );
    for (const number of [1, 2, 3]) pair.sink.send(frameOf(number));
    assert.throws(() => source.poll(), /receiver/);
    assert.equal(source.poll(), 1);
    assert.deepEqual(heard, [1, 2, 3]);
    source.close();
  });

  test(`${name}: a poll ends even if every frame it delivers causes another`, async () => {
    const pair = transport.open();
    const source = transport.accept(carried(pair));
    let count = 0;
    const total = 5_000;
    const all = new Promise<void>((resolve) => {
      source.start(
        () => {
          count++;
          if (count < total)
            pair.sink.send(new Uint8Array(1), count % 2 === 0 ? ['attached'] : undefined);
          else resolve();
        },
        () => {},
      );
    });
    source.ref();
    pair.sink.send(new Uint8Array(1));
    const polled = source.poll();
    assert.equal(polled, count);
    assert.ok(polled < total);
    subject.drive(source);
    await all;
    source.close();
  });
}
