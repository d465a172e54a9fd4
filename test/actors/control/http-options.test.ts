import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpSettings } from '../../../actors/control/http-options.js';
import { pathBehind } from '../../../actors/control/http-server.js';

test('unless told, a server is for its own machine, at the port of DP³, without a token', () => {
  const { host, port, token, allowOrigins } = httpSettings({});
  assert.deepEqual([host, port, token, allowOrigins], ['127.0.0.1', 5_000, undefined, ['*']]);
});

test('every fault of the options is named at once', () => {
  const options = { port: 70_000, token: '', rootPath: 'x', limits: { requestsMax: 0 } };
  assert.throws(() => httpSettings(options), {
    code: 'CONFIG_INVALID',
    message: /port.*token.*rootPath.*limits\.requestsMax/,
  });
  assert.throws(() => httpSettings({ isReadGuarded: true }), /expected a token to guard reads/);
});

const PATHS: readonly [rootPath: string, url: string, expected: string][] = [
  ['', '/entities', '/entities'],
  ['', '/api/entities?x=1', '/entities?x=1'],
  ['', '/api', '/'],
  ['', '/api?x', '/?x'],
  ['', '/apiary', '/apiary'],
  ['', '/api/api/x', '/api/x'],
  ['/dp3', '/dp3/entities', '/entities'],
  ['/dp3', '/dp3/api/entities', '/entities'],
  ['/dp3', '/entities', '/entities'],
  ['/dp3', '/dp3x/entities', '/dp3x/entities'],
];

for (const [rootPath, url, expected] of PATHS) {
  test(`${url} behind ${rootPath || 'no root path'} is ${expected}`, () => {
    assert.equal(pathBehind(rootPath, url), expected);
  });
}
