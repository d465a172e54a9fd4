import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import {
  type HostGuardOptions,
  hasTwoHosts,
  hostGuard,
  isHostName,
  requestTarget,
} from '../../../actors/control/host-guard.js';
import { httpSettings } from '../../../actors/control/http-options.js';
import { ServedPlatform } from '../../support/served-platform.js';

const LOCAL: HostGuardOptions = {
  host: '127.0.0.1',
  address: '127.0.0.1',
  token: undefined,
  allowedHosts: undefined,
};

/** Host -> whether it is served, by options laid over those of a server that was told nothing. */
const NAMES: readonly [options: Partial<HostGuardOptions>, host: string, isServed: boolean][] = [
  [{}, 'localhost', true],
  [{}, 'localhost:5000', true],
  [{}, 'LocalHost.:1', true],
  [{}, '127.0.0.1', true],
  [{}, '127.8.9.10:80', true],
  [{}, '[::1]:5000', true],
  [{}, '[::ffff:127.0.0.1]', true],
  [{}, 'evil.example', false],
  [{}, 'evil.example:5000', false],
  [{}, 'localhost.evil.example', false],
  [{}, '127.0.0.1.evil.example', false],
  [{}, 'evil.example@127.0.0.1', false],
  [{}, '127.0.0.1:5000:5000', false],
  [{}, '127.0.0.1, evil.example', false],
  [{}, '192.168.1.5:5000', false],
  [{}, '[::2]', false],
  [{}, '', false],
  [{}, ':5000', false],
  [{ host: 'own.example' }, 'own.example:5000', true],
  [{ host: 'own.example' }, 'evil.example', false],
  [{ token: 's3cret' }, 'evil.example', true],
  [{ host: '0.0.0.0', address: '0.0.0.0' }, 'evil.example', true],
  [{ host: 'own.example', address: '10.0.0.1' }, 'evil.example', true],
  [{ allowedHosts: ['troupe.example'] }, 'troupe.example', true],
  [{ allowedHosts: ['troupe.example'] }, 'Troupe.Example:8080', true],
  [{ allowedHosts: ['troupe.example'] }, 'evil.example', false],
  [{ allowedHosts: ['troupe.example'] }, 'localhost', true],
  [{ allowedHosts: ['troupe.example:80'] }, 'troupe.example:80', true],
  [{ allowedHosts: ['troupe.example:80'] }, 'troupe.example', false],
  [{ allowedHosts: ['FD00::5'] }, '[fd00::5]:5000', true],
  [{ allowedHosts: ['[fd00::5]'] }, '[fd00::5]', true],
  [{ allowedHosts: ['troupe.example'], token: 's3cret' }, 'evil.example', false],
  [{ allowedHosts: ['a.example'], host: '0.0.0.0', address: '0.0.0.0' }, 'evil.example', false],
  [{ allowedHosts: ['*'] }, 'evil.example', true],
];

for (const [options, host, isServed] of NAMES) {
  const told = JSON.stringify(options);
  test(`a request for ${JSON.stringify(host)} is ${isServed ? 'served' : '421'} with ${told}`, () => {
    assert.equal(hostGuard({ ...LOCAL, ...options })(host)?.status, isServed ? undefined : 421);
  });
}

test('a request that names no host is served: no browser sends one', () => {
  assert.equal(hostGuard(LOCAL)(undefined), undefined);
  assert.equal(hostGuard({ ...LOCAL, allowedHosts: ['troupe.example'] })(undefined), undefined);
});

test('names of hosts are taken as they stand in Host, and nothing else is', () => {
  for (const name of ['a', 'a.example:80', '10.0.0.1', '::1', '[::1]:80', '*']) {
    assert.equal(isHostName(name), true, name);
  }
  for (const name of ['', 'https://a.example', 'a/b', 'a b', '*.a.example', 'a:b']) {
    assert.equal(isHostName(name), false, name);
  }
  assert.throws(() => httpSettings({ allowedHosts: ['https://a.example'] }), {
    code: 'CONFIG_INVALID',
    message: /allowedHosts: .*got https:\/\/a\.example/,
  });
});

const TARGETS: readonly [url: string, authority: string, path: string][] = [
  ['/entities?x=1', 'host', '/entities?x=1'],
  ['http://a.example', 'a.example', '/'],
  ['HTTPS://a.example:80?x', 'a.example:80', '/?x'],
  ['http://a.example/x?http://b', 'a.example', '/x?http://b'],
  ['http://', '', '/'],
  ['*', 'host', '*'],
];

for (const [url, authority, path] of TARGETS) {
  test(`the target ${url} is ${path} at ${authority || 'nobody'}`, () => {
    assert.deepEqual(requestTarget(url, 'host'), { authority, path });
  });
}

test('two hosts are seen however they are spelt', () => {
  assert.equal(hasTwoHosts(['Host', 'a', 'X-Host', 'b', 'Accept', 'host']), false);
  assert.equal(hasTwoHosts(['Host', 'a', 'hOST', 'a']), true);
});

let served: ServedPlatform;
let proxied: ServedPlatform;

before(async () => {
  served = await ServedPlatform.start();
  proxied = await ServedPlatform.start({ allowedHosts: ['troupe.example'], rootPath: '/dp3' });
});
after(() => Promise.all([served.stop(), proxied.stop()]));

/** What a server says to a head, as it is. */
async function said(head: string, to = served): Promise<string> {
  const socket = connect(to.server.port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  return text;
}

test('a page whose name resolves to this machine can neither read nor write nor ask whether it may', async () => {
  for (const line of [
    'GET /entities',
    'GET /readyz',
    'GET /nix',
    'DELETE /entity/host/x',
    'OPTIONS /entities',
  ]) {
    const text = await said(
      `${line} HTTP/1.1\r\nHost: evil.example:5000\r\nOrigin: http://evil.example:5000`,
    );
    assert.match(text, /^HTTP\/1\.1 421 [\s\S]*"code":"HOST_UNKNOWN"/, line);
    assert.doesNotMatch(text, /access-control-allow-origin/i, line);
  }
});

test('the target of a request counts before its Host', async () => {
  const ours = await said('GET http://localhost:1/livez HTTP/1.1\r\nHost: evil.example');
  assert.match(ours, /^HTTP\/1\.1 200 /);
  const theirs = await said('GET http://evil.example/livez HTTP/1.1\r\nHost: localhost');
  assert.match(theirs, /^HTTP\/1\.1 421 /);
});

test('a page is of this server when it is of the target, not of the Host beside it', async () => {
  const origin = 'Origin: http://evil.example';
  const text = await said(
    `DELETE http://localhost/entity/host/x HTTP/1.1\r\nHost: evil.example\r\n${origin}`,
  );
  assert.match(text, /^HTTP\/1\.1 403 /);
});

test('two hosts, equal ones too, are 400, and so is none in HTTP/1.1; HTTP/1.0 needs none', async () => {
  const two = await said('GET /livez HTTP/1.1\r\nHost: localhost\r\nhost: localhost');
  assert.match(two, /^HTTP\/1\.1 400 /);
  assert.match(await said('GET /livez HTTP/1.1\r\nX: y'), /^HTTP\/1\.1 400 /);
  assert.match(await said('GET /livez HTTP/1.0\r\nX: y'), /^HTTP\/1\.1 200 /);
});

test('what a proxy passes on is served when its name was given, with and without the root path', async () => {
  for (const path of ['/dp3/entities', '/dp3/api/entities', '/entities']) {
    const text = await said(`GET ${path} HTTP/1.1\r\nHost: troupe.example`, proxied);
    assert.match(text, /^HTTP\/1\.1 200 /, path);
  }
  const absolute = 'GET http://troupe.example/dp3/entities HTTP/1.1\r\nHost: x';
  assert.match(await said(absolute, proxied), /^HTTP\/1\.1 200 /);
  const other = await said('GET /dp3/entities HTTP/1.1\r\nHost: evil.example', proxied);
  assert.match(other, /^HTTP\/1\.1 421 /);
});

test('the pages of a site that was allowed as a host may write to it', async () => {
  const head = 'DELETE /entity/host/x HTTP/1.1\r\nHost: troupe.example\r\nOrigin: https://';
  assert.match(await said(`${head}troupe.example`, proxied), /^HTTP\/1\.1 200 /);
  assert.match(await said(`${head}evil.example`, proxied), /^HTTP\/1\.1 403 /);
});
