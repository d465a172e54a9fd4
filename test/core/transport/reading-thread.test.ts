/** The receiving end in a thread of its own: whether it keeps the thread alive, and that it always wakes up. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { seededRandom } from '../../../core/random.js';
import { portTransport } from '../../../core/transport/port-transport.js';
import { ringTransport } from '../../../core/transport/ring-transport.js';
import type { Transport, TransportPair } from '../../../core/transport/transport.js';
import type { ReadingThreadData } from './reading-thread.js';

function startReader(
  transport: Transport,
  pair: TransportPair,
  ref: boolean,
  echoes: boolean,
): Worker {
  const data: ReadingThreadData = {
    transport: transport.name as 'port' | 'ring',
    end: pair.end,
    ref,
    echoes,
  };
  return new Worker(new URL('./reading-thread.js', import.meta.url), {
    workerData: data,
    transferList: pair.endTransfer,
  });
}

for (const transport of [portTransport, ringTransport]) {
  const { name } = transport;

  test(`an open ${name} does not keep a thread alive`, async () => {
    const pair = transport.open();
    const worker = startReader(transport, pair, false, false);
    const [code] = (await once(worker, 'exit')) as [number];
    assert.equal(code, 0);
    pair.sink.send(new Uint8Array(4));
    pair.sink.close();
  });

  test(`a ${name} that is asked to keeps its thread alive, until it closes`, async () => {
    const pair = transport.open();
    const heard: unknown[] = [];
    const worker = startReader(transport, pair, true, false);
    worker.on('message', (message) => heard.push(message));
    await once(worker, 'message');
    // The life of a whole other thread gives this one time to end, if nothing kept it.
    await once(new Worker('', { eval: true }), 'exit');
    pair.sink.send(new Uint8Array(4));
    await once(worker, 'message');
    pair.sink.close();
    await once(worker, 'exit');
    assert.deepEqual(heard, ['started', 'heard', 'closed']);
  });

  test(`two threads that answer each other over a ${name} never miss a wake-up`, async () => {
    const pair = transport.open();
    const worker = startReader(transport, pair, true, true);
    const [end] = (await once(worker, 'message')) as [unknown];
    const random = seededRandom(`${name} wake-ups`);
    const rounds = 1_500;
    await new Promise<void>((resolve) => {
      const source = transport.accept(end);
      let round = 0;
      // Idle for about as many turns as the reader stays awake, so that frames meet it falling asleep.
      const idle = (turns: number): void => {
        if (turns > 0) setImmediate(idle, turns - 1);
        else pair.sink.send(Uint8Array.of(round & 0xff));
      };
      source.start((bytes) => {
        assert.equal(bytes[0], round & 0xff);
        if (++round === rounds) resolve();
        else idle(random.int(48));
      }, resolve);
      source.ref();
      idle(0);
    });
    pair.sink.close();
    await once(worker, 'exit');
  });
}
