/** A platform at a URL as commands see it, against a server that says what it was asked. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { ask, pathTo, reasonOf } from '../../../actors/control/cli/answer.js';
import { UrlTarget } from '../../../actors/control/cli/url-target.js';

const server = createServer((request, response) => {
  const { method, url, headers } = request;
  if (url === '/base/cut') return void request.socket.destroy();
  if (url === '/base/busy') return void response.writeHead(503, { 'retry-after': '7' }).end();
  if (url === '/base/moved') return void response.writeHead(302, { location: '/base/' }).end();
  if (url === '/base/fault') {
    const detail = [{ loc: ['path', 'etype'], msg: 'no such type', type: 'value_error' }];
    return void response.writeHead(422).end(JSON.stringify({ detail }));
  }
  if (url === '/base/long') return void response.end('{"n":9007199254740993}');
  response.end(JSON.stringify({ method, url, token: headers.authorization ?? null }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close().closeAllConnections());

const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
const target = new UrlTarget(url, 'secret');

test('a request goes below the path of the URL, with its query and the token', async () => {
  const path = pathTo('entity', 'a b', 'c/d');
  const query = { eid: 'x&y', none: undefined, id: ['1', '2'] };
  assert.deepEqual(await ask(target, { method: 'POST', path, query }), {
    method: 'POST',
    url: '/base/entity/a%20b/c%2Fd?eid=x%26y&id=1&id=2',
    token: 'Bearer secret',
  });
});

test('a number beyond what a double holds comes as it is', async () => {
  assert.deepEqual(await ask(target, { method: 'GET', path: '/long' }), { n: 9007199254740993n });
});

test('a refusal says where and why; one for load says that trying again may help', async () => {
  await assert.rejects(ask(target, { method: 'GET', path: '/fault' }), {
    code: 'REQUEST_REFUSED',
    message: /path\.etype: no such type \(422\)/,
  });
  await assert.rejects(ask(target, { method: 'GET', path: '/busy' }), { code: 'NODE_UNREACHABLE' });
  assert.equal(
    (await target.request({ method: 'GET', path: '/busy' })).headers['retry-after'],
    '7',
  );
});

test('a cut connection, a redirect elsewhere and a closed port are told apart from an answer', async () => {
  for (const path of ['/cut', '/moved'])
    await assert.rejects(target.request({ method: 'GET', path }), { code: 'NODE_UNREACHABLE' });
  const nobody = new UrlTarget('http://127.0.0.1:1/', undefined);
  await assert.rejects(nobody.request({ method: 'GET', path: '/' }), { code: 'NODE_UNREACHABLE' });
});

test('what is no URL of HTTP is refused before anything is sent', () => {
  for (const text of ['', 'localhost:5000', 'file:///etc/passwd'])
    assert.throws(() => new UrlTarget(text, undefined), { code: 'CONFIG_INVALID' });
});

test('reasons come as text whatever an answer holds', () => {
  assert.equal(reasonOf({ detail: 'no' }), 'no');
  assert.equal(
    reasonOf({ detail: [{ loc: ['body', 0], msg: 'a' }, { msg: 'b' }] }),
    'body.0: a; b',
  );
  assert.equal(reasonOf(undefined), 'no reason given');
  assert.equal(reasonOf({ x: 1 }), '{"x":1}');
});
