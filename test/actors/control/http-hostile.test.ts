import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../support/eventually.js';
import { ServedPlatform } from '../../support/served-platform.js';

const LIMITS = {
  bodyBytesMax: 100_000,
  smallBodyBytesMax: 1_000,
  bodyBytesInFlightMax: 150_000,
  requestsMax: 6,
  clientRequestsMax: 4,
  headersMs: 200,
  requestMs: 400,
  connectionsCheckMs: 50,
};
let served: ServedPlatform;

before(async () => {
  served = await ServedPlatform.start({ limits: LIMITS });
});
after(() => served.stop());

async function open(to = served): Promise<Socket> {
  const socket = connect(to.server.port, '127.0.0.1');
  // A server that ends a connection while we still write resets it.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything the server says until it closes the connection. */
async function rest(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

/** The first answer in a connection that goes on. */
async function answerIn(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await eventually('an answer', () => text.includes('"}'));
  socket.destroy();
  return text;
}

async function stillServes(): Promise<void> {
  const answer = await served.post('/datapoints?wait=applied', [
    { type: 'host', id: 'alive', attr: 'name', v: 'yes' },
  ]);
  assert.equal(answer.status, 200, answer.text);
}

const JUNK: readonly [what: string, bytes: string][] = [
  ['no HTTP', 'hello\r\n\r\n'],
  ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001'],
  ['a bad version', 'GET / HTTP/9.9\r\n\r\n'],
  ['a head with a bare line feed in a name', 'GET / HTTP/1.1\r\nHo\nst: x\r\n\r\n'],
  [
    'two lengths',
    'POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n[]',
  ],
  [
    'a length and chunks',
    'POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'a negative length',
    'POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n',
  ],
  ['a head of 20 kB', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  [
    'a broken chunk',
    'POST /datapoints HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  ],
];

for (const [what, bytes] of JUNK) {
  test(`${what} is answered 4xx or cut off, and others are served`, async () => {
    const socket = await open();
    socket.write(bytes, 'latin1');
    const text = await rest(socket);
    assert.match(text, /^$|^HTTP\/1\.1 4\d\d /);
    await stillServes();
  });
}

test('what is no HTTP behind a request that was answered ends the connection, with no second answer', async () => {
  const socket = await open();
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
  setImmediate(() => socket.write('zz\r\n'));
  const text = await rest(socket);
  assert.equal(text.split('HTTP/1.1 ').length, 2, text);
});

test('a head that is too long is 431, and one that is late 408, as JSON', async () => {
  const long = await open();
  long.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.match(await rest(long), /^HTTP\/1\.1 431 [\s\S]*\{"detail":"/);
  const late = await open();
  late.write('GET / HTTP/1.1\r\n');
  assert.match(await rest(late), /^HTTP\/1\.1 408 [\s\S]*\{"detail":"/);
});

test('a head that comes drop by drop is cut off in the end', async () => {
  const socket = await open();
  socket.write('GET / HTTP/1.1\r\n');
  const dripping = setInterval(() => socket.write('X: y\r\n'), 20);
  try {
    assert.match(await rest(socket), /^$|^HTTP\/1\.1 408 /);
  } finally {
    clearInterval(dripping);
  }
  await stillServes();
});

test('a body that comes drop by drop is cut off in the end', async () => {
  const socket = await open();
  socket.write('POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n[');
  const dripping = setInterval(() => socket.write(' '), 20);
  try {
    assert.match(await rest(socket), /^$|^HTTP\/1\.1 4\d\d /);
  } finally {
    clearInterval(dripping);
  }
  await stillServes();
});

test('a body beyond the limit is 413, whether its length was told or not', async () => {
  const body = '['.padEnd(LIMITS.bodyBytesMax + 1, ' ');
  const told = await open();
  told.write(
    `POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  // Of the body nothing is sent.
  assert.match(await answerIn(told), /^HTTP\/1\.1 413 /);
  const untold = await open();
  untold.write(
    'POST /datapoints HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  untold.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
  assert.match(await answerIn(untold), /^HTTP\/1\.1 413 /);
  await stillServes();
});

test('bodies of single values have a smaller limit', async () => {
  const socket = await open();
  const body = JSON.stringify({ value: 'x'.repeat(LIMITS.smallBodyBytesMax) });
  socket.write(
    `POST /entity/host/x/set/name HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  assert.match(await answerIn(socket), /^HTTP\/1\.1 413 /);
});

test('clients that open requests and do not go on are told to wait, then cut off, and hold nothing after', async () => {
  const sockets = await Promise.all(Array.from({ length: 4 }, () => open()));
  for (const socket of sockets) {
    socket.write('POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n[');
  }
  const busy = await eventually('the share of this client to be used up', async () => {
    const answer = await served.get('/entities');
    return answer.status === 429 ? answer : undefined;
  });
  assert.equal(busy.headers.get('retry-after'), '1');
  assert.equal((await served.get('/livez')).status, 200);
  await Promise.all(sockets.map(rest));
  await stillServes();
});

test('bodies of more bytes than the server holds at once are told to come again', async () => {
  const half = '['.padEnd(LIMITS.bodyBytesInFlightMax / 2 + 1, ' ');
  const head = `POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${half.length + 1}\r\n\r\n`;
  const [first, second] = [await open(), await open()];
  first.write(head + half);
  second.write(head + half);
  const text = await Promise.race([answerIn(first), answerIn(second)]);
  assert.match(text, /^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*"code":"SERVER_BUSY"/);
  first.destroy();
  second.destroy();
  await stillServes();
});

test('clients that hang up in the middle, at once or while they are answered harm nobody', async () => {
  // Of its own: what the kernel hands over late would take the share of the tests behind.
  const own = await ServedPlatform.start({
    limits: { ...LIMITS, clientRequestsMax: 100, requestsMax: 100 },
  });
  try {
    for (let at = 0; at < 60; at++) {
      const socket = await open(own);
      const body = JSON.stringify([{ type: 'host', id: `cut-${at}`, attr: 'name', v: 'x' }]);
      socket.write(
        `POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body.slice(0, at % 3 === 0 ? 5 : body.length));
      if (at % 3 === 1) await new Promise(setImmediate);
      socket.destroy();
    }
    const answer = await own.write([{ type: 'host', id: 'alive', attr: 'name', v: 'yes' }]);
    assert.equal(answer.status, 200);
  } finally {
    await own.stop();
  }
});

test('requests in one connection, one behind the other, are answered in their order', async () => {
  const socket = await open();
  const get = (path: string, last = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${last}\r\n`;
  socket.write(
    get('/entity/host/p1/values') +
      get('/nix') +
      get('/entity/host/p2/values', 'Connection: close\r\n'),
  );
  const text = await rest(socket);
  const found = [...text.matchAll(/"eid":"(p\d)"|"(Not Found)"/g)].map((one) => one[1] ?? one[2]);
  assert.deepEqual(found, ['p1', 'Not Found', 'p2']);
});

const PATHS = [
  '/../../../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/entity/host/..%2f..%2fetc%2fpasswd',
  '/entity/..%2f..%2f/get',
  '/entity/host/%00',
  '/entity/host/%ff%fe',
  '/entity/__proto__/x',
  '/entity/constructor/x',
  '/entity/host/x/get/__proto__',
  '/entity/host/x/get/constructor',
  '/v2/entity/host/attr?eid=x&attr=toString',
  '/entity/host/get?__proto__[a]=1',
  '//entity//host//x',
  '/entity/host/',
  '/control/__proto__',
  '/telemetry/../control/make_snapshots',
  `/entity/host/${'%41'.repeat(4_000)}`,
  '/?a=%E0%A4%A',
  '/entity/host/get?limit=1&limit=2&cursor=&cursor=',
];

for (const path of PATHS) {
  test(`GET ${path.slice(0, 60)} reads no file and fails nobody`, async () => {
    const socket = await open();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const text = await rest(socket);
    assert.match(text, /^HTTP\/1\.1 (200|400|404|422|431) /);
    assert.doesNotMatch(text, /root:|node_modules|\.js:/);
  });
}

test('stopping waits for what is in hand, and cuts it off at the deadline', async () => {
  const own = await ServedPlatform.start();
  const socket = connect(own.server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST /datapoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n[');
  const closed = once(socket.resume(), 'close');
  const stopping = own.server.stop({ deadlineMs: 50 });
  assert.equal(own.server.stop(), stopping);
  await stopping;
  await closed;
  await assert.rejects(fetch(own.server.url));
  await own.stop();
});

test('a body that is packed is 415, however small, and an honest identity is no packing', async () => {
  const point = [{ type: 'host', id: 'packed', attr: 'name', v: 'x' }];
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  for (const encoding of ['gzip', 'deflate', 'br', 'identity, gzip', 'x']) {
    const answer = await served.post('/datapoints', bomb, { 'content-encoding': encoding });
    assert.equal(answer.status, 415, encoding);
    assert.match(answer.text, /without Content-Encoding/);
    assert.equal(answer.headers.get('accept-encoding'), 'identity');
  }
  const plain = await served.post('/datapoints', point, { 'content-encoding': 'Identity' });
  assert.equal(plain.status, 200, plain.text);
});

test('a body of one object with many members keeps no thread busy: it is 422 before it is parsed', async () => {
  const members = Array.from({ length: 20_000 }, (_, n) => `"${n.toString(36)}":1`).join(',');
  const own = await ServedPlatform.start();
  try {
    const answer = await own.post('/datapoints', `[{${members}}]`);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /at most 16384 members in an object/);
  } finally {
    await own.stop();
  }
});

test('who only looks whether it lives may ask with HEAD; nothing else answers to it', async () => {
  for (const path of ['/', '/livez', '/readyz']) {
    const answer = await served.send('HEAD', path);
    assert.deepEqual([answer.status, answer.text], [200, ''], path);
  }
  for (const path of ['/entities', '/control/refresh_on_entity_creation?etype=host'])
    assert.equal((await served.send('HEAD', path)).status, 405, path);
  for (const method of ['TRACE', 'PUT', 'PATCH']) {
    const socket = await open();
    socket.write(`${method} /entities HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    assert.match(await rest(socket), /^HTTP\/1\.1 405 /, method);
  }
});

test('OPTIONS is answered with what pages of other sites may do, as a question of theirs or a plain one', async () => {
  const asked = { origin: 'https://x.example', 'access-control-request-method': 'POST' };
  for (const headers of [asked, {}]) {
    const answer = await served.send('OPTIONS', '/datapoints', { headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('access-control-allow-methods'), 'GET, POST, DELETE');
  }
});

test('a second Host is seen behind any number of headers', async () => {
  const socket = await open();
  const many = Array.from({ length: 2_500 }, () => 'x:\r\n').join('');
  socket.write(`GET /livez HTTP/1.1\r\nHost: localhost\r\n${many}Host: evil.example\r\n\r\n`);
  assert.match(await answerIn(socket), /^HTTP\/1\.1 400 /);
});

test('what clients name makes no line of metrics: not their paths, methods, sources or ids', async () => {
  const own = await ServedPlatform.start();
  try {
    const lines = async (): Promise<number | undefined> =>
      (await own.get('/metrics')).text.match(/^troupe_/gm)?.length;
    const hostile = 'x"} 1\n# HELP owned\\';
    const once = async (n: number): Promise<void> => {
      const id = `${hostile}${n}`;
      await own.post('/datapoints', [{ type: 'host', id, attr: 'name', v: 'x', src: id }]);
      await own.get(`/nix-${n}`);
      await own.get(`/entity/host/${encodeURIComponent(id)}/values`);
      await own.get(`/entity/nix-${n}/get`);
    };
    await once(0);
    await lines();
    const before = await lines();
    for (let n = 1; n < 20; n++) await once(n);
    assert.equal(await lines(), before);
    assert.doesNotMatch((await own.get('/metrics')).text, /owned|nix-/);
  } finally {
    await own.stop();
  }
});

test('a position that names no such place, or far more than there are, waits for nothing', async () => {
  for (const token of ['A'.repeat(13_999), '____', 'A'.repeat(14_001), '../..']) {
    const answer = await served.get('/entity/host/x/values', { 'troupe-position': token });
    assert.ok([200, 422].includes(answer.status), `${answer.status} ${answer.text}`);
  }
});
