import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Admission, type Admitted } from '../../../actors/control/admission.js';

const LIMITS = { requestsMax: 4, clientRequestsMax: 2, bodyBytesInFlightMax: 100 };

test('a client has its share, the server its bound, and leaving makes room', () => {
  const admission = new Admission(LIMITS);
  const first = admission.enter('a') as Admitted;
  assert.equal(typeof admission.enter('a'), 'object');
  assert.equal(admission.enter('a'), 'greedy');
  assert.equal(typeof admission.enter('b'), 'object');
  assert.equal(typeof admission.enter('c'), 'object');
  assert.equal(admission.enter('d'), 'busy');
  first.leave();
  first.leave();
  assert.equal(typeof admission.enter('d'), 'object');
  assert.equal(admission.enter('e'), 'busy');
});

test('bytes are held until the request leaves, and none are taken after', () => {
  const admission = new Admission(LIMITS);
  const first = admission.enter('a') as Admitted;
  const second = admission.enter('b') as Admitted;
  assert.equal(first.takeBytes(60), true);
  assert.equal(second.takeBytes(41), false);
  assert.equal(second.takeBytes(40), true);
  first.leave();
  assert.equal(first.takeBytes(1), false);
  assert.deepEqual(admission.held, { requests: 1, bytes: 40 });
});

test('whatever comes and goes in whatever order, nothing is held when all have left', () => {
  const move = fc.record({ client: fc.nat(3), bytes: fc.nat(60), leaves: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      const admission = new Admission(LIMITS);
      const inside: Admitted[] = [];
      for (const { client, bytes, leaves } of moves) {
        const admitted = admission.enter(String(client));
        if (typeof admitted === 'object') {
          admitted.takeBytes(bytes);
          inside.push(admitted);
        }
        inside[leaves]?.leave();
        const { held } = admission;
        assert.ok(held.requests <= LIMITS.requestsMax && held.bytes <= LIMITS.bodyBytesInFlightMax);
      }
      for (const admitted of inside) admitted.leave();
      assert.deepEqual(admission.held, { requests: 0, bytes: 0 });
    }),
  );
});
