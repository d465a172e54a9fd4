import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { Admission, type Admitted } from '../../../actors/control/admission.js';
import { requestBody } from '../../../actors/control/request-body.js';

function admitted(bytes: number): Admitted {
  const limits = { requestsMax: 1, clientRequestsMax: 1, bodyBytesInFlightMax: bytes };
  return new Admission(limits).enter('a') as Admitted;
}

test('a body is all of its parts, in a buffer of its own', async () => {
  const parts = [Buffer.from('[1,'), Buffer.from('2]')];
  const body = await requestBody(Readable.from(parts), admitted(100), 100);
  assert.ok(body instanceof Uint8Array);
  assert.equal(Buffer.from(body).toString(), '[1,2]');
  assert.equal(body.buffer.byteLength, 5);
});

test('an empty body is no bytes', async () => {
  const body = await requestBody(Readable.from([]), admitted(1), 1);
  assert.deepEqual(body, new Uint8Array(0));
});

test('a body beyond its bound is told at the first byte too many, and the rest is read and forgotten', async () => {
  const stream = new PassThrough({ highWaterMark: 4 });
  const outcome = requestBody(stream, admitted(100), 4);
  stream.write('12345');
  assert.equal(await outcome, 'too-large');
  stream.end('x'.repeat(1_000));
  await once(stream, 'end');
});

test('a body beyond what the server holds at once finds no room', async () => {
  assert.equal(await requestBody(Readable.from([Buffer.alloc(9)]), admitted(8), 100), 'no-room');
});

test('a client that goes away in the middle of its body ends the read', async () => {
  const stream = new PassThrough();
  const outcome = requestBody(stream, admitted(100), 100);
  stream.write('12');
  stream.destroy(new Error('reset'));
  assert.equal(await outcome, 'aborted');
});
