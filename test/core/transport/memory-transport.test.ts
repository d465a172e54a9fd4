import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MemorySource, memoryTransport } from '../../../core/transport/memory-transport.js';
import { transportConformance } from '../../conformance/transport.js';

transportConformance({
  transport: memoryTransport,
  drive: (source) => (source as MemorySource).deliver(),
  polls: false,
});

test('a memory transport delivers as many frames as it is told, the close last', () => {
  const { sink, end } = memoryTransport.open();
  const source = memoryTransport.accept(end);
  const heard: (number | string)[] = [];
  for (let i = 0; i < 3; i++) sink.send(Uint8Array.of(i));
  assert.deepEqual([source.pending, source.deliver(9)], [0, 0]);
  source.start(
    (bytes) => heard.push(bytes[0] as number),
    () => heard.push('closed'),
  );
  assert.deepEqual([source.pending, source.deliver(2), source.pending], [3, 2, 1]);
  sink.close();
  assert.deepEqual(
    [source.deliver(1), source.pending, source.deliver(), source.pending],
    [1, 1, 1, 0],
  );
  assert.deepEqual(heard, [0, 1, 2, 'closed']);
});
