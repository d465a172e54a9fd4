import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../core/limits.js';
import { ringTransport } from '../../../core/transport/ring-transport.js';
import { RingWriter } from '../../../core/transport/spsc-ring.js';
import { carried, transportConformance } from '../../conformance/transport.js';

transportConformance({ transport: ringTransport, drive: () => {}, polls: true });

test('a reader of a ring that has fallen asleep is woken by the next frame, each time', async () => {
  const pair = ringTransport.open();
  const source = ringTransport.accept(carried(pair));
  const heard: number[] = [];
  let onHeard = (): void => {};
  source.start(
    (bytes) => {
      heard.push(bytes[0] as number);
      onHeard();
    },
    () => {},
  );
  source.ref();
  for (let i = 0; i < 40; i++) {
    // Idle for none to more turns than a reader stays awake.
    for (let turn = 0; turn < i * 2; turn++) await new Promise(setImmediate);
    const arrived = new Promise<void>((resolve) => {
      onHeard = resolve;
    });
    if (i % 5 === 4) pair.sink.send(Uint8Array.of(i), ['attached']);
    else pair.sink.send(Uint8Array.of(i));
    await arrived;
  }
  assert.deepEqual(
    heard,
    Array.from({ length: 40 }, (_, i) => i),
  );
  source.close();
});

test('what a sender put in the ring before it died is delivered, even if it could not wake the reader any more', async () => {
  const pair = ringTransport.open();
  const end = carried(pair) as { memory: SharedArrayBuffer };
  const source = ringTransport.accept(end);
  const heard: (number | string)[] = [];
  const closed = new Promise<void>((resolve) => {
    source.start(
      (bytes) => heard.push(bytes[0] as number),
      () => {
        heard.push('closed');
        resolve();
      },
    );
  });
  source.ref();
  for (let turn = 0; turn < 2 * LIMITS.ringIdleTurns; turn++) await new Promise(setImmediate);
  const dying = new RingWriter(end.memory);
  dying.tryWrite(Uint8Array.of(1), 0);
  dying.tryWrite(Uint8Array.of(2), 1);
  pair.sink.close();
  await closed;
  assert.deepEqual(heard, [1, 2, 'closed']);
});
