import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenGuard } from '../../../actors/control/token-guard.js';

const TABLE: readonly [
  access: 'open' | 'read' | 'write',
  given: string | undefined,
  guarded: boolean,
  status: number,
][] = [
  ['open', undefined, true, 200],
  ['read', undefined, false, 200],
  ['read', undefined, true, 401],
  ['read', 'Bearer s3cret', true, 200],
  ['write', undefined, false, 401],
  ['write', 'Bearer s3cret', false, 200],
  ['write', 'bearer  s3cret ', false, 200],
  ['write', 'Bearer S3CRET', false, 401],
  ['write', 'Bearer s3cret2', false, 401],
  ['write', 'Bearer ', false, 401],
  ['write', 'Basic s3cret', false, 401],
  ['write', 's3cret', false, 401],
];

for (const [access, given, isReadGuarded, status] of TABLE) {
  const reads = isReadGuarded ? ', reads guarded' : '';
  test(`${access} with ${given ?? 'no authorization'}${reads} is ${status}`, () => {
    const refusal = tokenGuard({ token: 's3cret', isReadGuarded, allowOrigins: [] })(access, {
      authorization: given,
    });
    assert.equal(refusal?.status ?? 200, status);
    assert.equal(refusal?.headers?.['www-authenticate'], status === 401 ? 'Bearer' : undefined);
  });
}

test('without a token everybody may everything', () => {
  const guard = tokenGuard({ token: undefined, isReadGuarded: false, allowOrigins: ['*'] });
  assert.equal(guard('write', {}), undefined);
});

test('without a token pages of other sites may read and not write, unless they are allowed by name', () => {
  const host = '127.0.0.1:5000';
  const guard = tokenGuard({
    token: undefined,
    isReadGuarded: false,
    allowOrigins: ['*', 'https://grafana.example'],
  });
  const status = (access: 'read' | 'write', origin: string): number =>
    guard(access, { origin, host })?.status ?? 200;
  assert.equal(status('write', 'https://evil.example'), 403);
  assert.equal(status('write', 'null'), 403);
  assert.equal(status('write', 'http://evil.example/127.0.0.1:5000'), 403);
  assert.equal(status('write', 'http://127.0.0.1:5001'), 403);
  assert.equal(status('read', 'https://evil.example'), 200);
  assert.equal(status('write', 'http://127.0.0.1:5000'), 200);
  assert.equal(status('write', 'https://grafana.example'), 200);
});
