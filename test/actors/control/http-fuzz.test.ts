/**
 * Every route with whatever a client may send: names that exist and names that do not, values of every kind, broken
 * escapes, bodies of any shape. Nothing may fail (5xx) but by saying that it is busy (503) or not there yet (501), every
 * answer is JSON, and afterwards the platform works as before. The routes are those of the OpenAPI document, so that a
 * new one is tried without being told here.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { ServedPlatform } from '../../support/served-platform.js';

const RUNS = 1_200;
/** Of the process under test: it must not slow down, as requests that wait for a time-out do. */
const POSITION_WAIT_MS = 5;

let served: ServedPlatform;
let routes: readonly {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
}[];
/** A connection each: what a client leaves unfinished in one is no part of the next request. */
const agent = new Agent({ keepAlive: false });

before(async () => {
  served = await ServedPlatform.start({ limits: { positionWaitMs: POSITION_WAIT_MS } });
  routes = await documentedRoutes();
});
after(async () => {
  agent.destroy();
  await served.stop();
});

async function documentedRoutes(): Promise<typeof routes> {
  const { paths } = (await served.get('/openapi.json')).json as {
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((one) => one.in === 'query').map((one) => one.name),
    })),
  );
}

const known = fc.constantFrom(
  'host',
  'user',
  'name',
  'ip',
  'ports',
  'load',
  'pings',
  'tags',
  'size',
  'notes',
  'owner',
  'hosts',
  'a',
  '1',
  '-7',
  'make_snapshots',
  'refresh_on_entity_creation',
  'refresh_module_config',
);
const odd = fc.constantFrom(
  '',
  '0',
  'true',
  '__proto__',
  'constructor',
  'toString',
  '..',
  '../../etc/passwd',
  'a/b',
  'a b',
  '%',
  '\u0000',
  '\ud800',
  '2024-01-01T00:00:00Z',
  '1e999',
  '9'.repeat(400),
  'x'.repeat(3_000),
  '{}',
  '[]',
  '{"a":1}',
  'null',
  'ü',
  '💥',
  "';--",
  '*',
);
const word = fc.oneof(
  known,
  odd,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer().map(String),
);
/** Escaped as a good client does, or hardly. */
const part = fc.oneof(
  { weight: 4, arbitrary: word.map((text) => encodeURIComponent(Buffer.from(text).toString())) },
  { weight: 1, arbitrary: fc.stringMatching(/^[\w%.~!$&'()*+,;=:@-]{0,12}$/) },
);
const point = fc.record(
  {
    type: fc.oneof(known, word),
    id: fc.oneof(word, fc.integer(), fc.double(), fc.constant(null)),
    attr: fc.oneof(known, word),
    v: fc.oneof(word, fc.integer(), fc.double(), fc.jsonValue({ maxDepth: 3 })),
    t1: fc.oneof(word, fc.integer(), fc.constant('2024-01-01T00:00:00Z')),
    t2: fc.oneof(word, fc.integer(), fc.constant('2024-01-01T00:03:00Z')),
    c: fc.oneof(fc.double(), fc.constant(1)),
    src: fc.oneof(word, fc.constant(null)),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.array(point, { maxLength: 5 }).map((points) => JSON.stringify(points)),
  fc.record({ value: fc.jsonValue({ maxDepth: 3 }) }).map((value) => JSON.stringify(value)),
  fc.dictionary(word, fc.oneof(word, fc.integer())).map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 4 }),
  fc.string({ unit: 'binary' }),
  fc.constant('['.repeat(300)),
  fc.constant(undefined),
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      ';;;',
      'multipart/form-data; boundary=x',
    ),
    'troupe-position': fc.oneof(
      { weight: 9, arbitrary: fc.constant('') },
      fc.stringMatching(/^[\w-]{0,20}$/),
      fc.constant('AAI'),
    ),
    'idempotency-key': fc.stringMatching(/^[ -~]{0,30}$/),
    authorization: fc.constantFrom('Bearer x', 'Basic eDp4', ''),
    origin: fc.constantFrom('http://a.example', 'null'),
    'transfer-encoding': fc.constant('chunked'),
  },
  { requiredKeys: [] },
);

const asked = fc.record({
  route: fc.nat(10_000),
  params: fc.array(part, { minLength: 3, maxLength: 3 }),
  query: fc.array(fc.tuple(fc.nat(10), part), { maxLength: 4 }),
  prefix: fc.constantFrom('', '', '', '/api'),
  method: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'OPTIONS', 'HEAD', 'POST', 'DELETE') },
  ),
  headers,
  body,
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

test('no request makes a route fail, and the platform works as before after all of them', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(asked, async (one) => {
      const { status, type, text } = await send(one);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      const isFine = status < 500 || status === 501 || status === 503;
      assert.ok(isFine, `${status} ${text.slice(0, 300)}`);
      if (text !== '' && !type.startsWith('text/plain')) JSON.parse(text);
      assert.doesNotMatch(text, /root:x:|node_modules|at \w+ \(/);
    }),
    { numRuns: RUNS },
  );
  for (const status of [200, 404, 422]) assert.ok((seen.get(status) ?? 0) > 0, `${[...seen]}`);
  const write = [{ type: 'host', id: 'after', attr: 'name', v: 'all of it' }];
  await served.write(write);
  const { json } = await served.get('/entity/host/after/values');
  assert.deepEqual(json, { eid: 'after', name: 'all of it' });
  assert.deepEqual((await served.get('/dead-letters')).json, { count: 0, data: [] });
});

async function send(one: Asked): Promise<{ status: number; type: string; text: string }> {
  const route = routes[one.route % routes.length]!;
  let at = 0;
  const path = route.path.replace(/\{\w+\}/g, () => one.params[at++ % 3]!);
  const names = route.query.length === 0 ? ['x'] : route.query;
  const query = one.query
    .map(([name, value]) => `${names[name % names.length]}=${value}`)
    .join('&');
  const method = one.method ?? route.method;
  const given = method === 'GET' || method === 'HEAD' ? undefined : one.body;
  const sent = request({
    agent,
    port: served.server.port,
    host: '127.0.0.1',
    method,
    path: `${one.prefix}${path}${query === '' ? '' : `?${query}`}`,
    headers: headersOf(one.headers, given),
  });
  sent.end(given);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  if (answer.headers['content-type']?.startsWith('text/event-stream')) return hungUp(answer);
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return { status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text };
}

/** What ends only with the platform is left again. */
function hungUp(answer: IncomingMessage): { status: number; type: string; text: string } {
  answer.destroy();
  return { status: answer.statusCode ?? 0, type: 'text/event-stream', text: '' };
}

/** Node frames a body of DELETE or OPTIONS only when it is told its length. */
function headersOf(given: Asked['headers'], sent: string | undefined): Record<string, string> {
  const own = given as Record<string, string>;
  if (sent === undefined || own['transfer-encoding'] !== undefined) return own;
  return { ...own, 'content-length': String(Buffer.byteLength(sent)) };
}
