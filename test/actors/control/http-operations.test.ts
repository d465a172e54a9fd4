import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSystem, silentLogger } from '../../../core/index.js';
import { ServedPlatform } from '../../support/served-platform.js';

let served: ServedPlatform;

before(async () => {
  served = await ServedPlatform.start({ rootPath: '/dp3', version: '1.2.3' });
  await served.write([
    {
      type: 'host',
      id: 'a',
      attr: 'ip',
      v: '192.0.2.1',
      t1: '2024-01-01',
      t2: '2024-01-02',
      src: 'scan',
    },
  ]);
});
after(() => served.stop());

test('the greeting by which clients find the API is at all of its paths', async () => {
  for (const path of ['/', '/api', '/api/', '/dp3', '/dp3/', '/dp3/api/']) {
    const { status, json } = await served.get(path);
    assert.deepEqual([status, json], [200, { detail: 'It works!' }], path);
  }
});

test('a path that is none is 404, whatever the method', async () => {
  for (const method of ['GET', 'POST', 'DELETE', 'PUT', 'PATCH']) {
    const { status, json } = await served.send(method, '/nothing/here', {});
    assert.deepEqual([status, json], [404, { detail: 'Not Found' }], method);
  }
});

test('HEAD is not taken for GET: a control action must not act', async () => {
  assert.equal((await served.send('HEAD', '/control/make_snapshots')).status, 405);
});

test('a method that a path does not take is 405, with those that it takes', async () => {
  for (const [method, path, allowed] of [
    ['PUT', '/entity/host/a', 'DELETE, GET'],
    ['PATCH', '/api/entity/host/a?etype=1', 'DELETE, GET'],
    ['DELETE', '/datapoints', 'POST'],
    ['POST', '/livez', 'GET'],
  ] as const) {
    const { status, json, headers } = await served.send(method, path, {});
    assert.deepEqual([status, json], [405, { detail: 'Method Not Allowed' }], path);
    assert.equal(headers.get('allow'), allowed);
  }
});

const ACTIONS: readonly [path: string, get: number, post: number][] = [
  ['make_snapshots', 501, 501],
  ['refresh_on_entity_creation?etype=host', 200, 200],
  ['refresh_on_entity_creation?etype=nix', 200, 422],
  ['refresh_on_entity_creation', 422, 422],
  ['refresh_module_config?module=nix', 422, 422],
  ['refresh_module_config', 422, 422],
  ['replace_module_code', 422, 200],
  ['format_disk', 422, 422],
];

for (const [action, get, post] of ACTIONS) {
  test(`control action ${action} is ${get} by GET as in DP³, ${post} by POST`, async () => {
    const old = await served.get(`/control/${action}`);
    const now = await served.post(`/control/${action}`);
    assert.deepEqual([old.status, now.status], [get, post], `${old.text} ${now.text}`);
    if (get === 200) assert.deepEqual(old.json, { detail: 'Action sent.' });
  });
}

test('telemetry tells sources, their age, and entities by attribute', async () => {
  const { json } = await served.get('/telemetry/sources_validity');
  assert.deepEqual(json, { scan: '2024-01-02T00:00:00Z' });
  const ages = async (unit: string) =>
    ((await served.get(`/telemetry/sources_age?unit=${unit}`)).json as { scan: number }).scan;
  const [minutes, seconds] = [await ages('minutes'), await ages('seconds')];
  assert.equal(Math.floor(seconds / 60) - minutes <= 1, true);
  assert.equal((await served.get('/telemetry/sources_age?unit=hours')).status, 422);
  const counts = (await served.get('/telemetry/entities_per_attr')).json as {
    host: { ip: number; name: number };
  };
  assert.deepEqual([counts.host.ip, counts.host.name], [1, 0]);
  assert.deepEqual((await served.get('/telemetry/metadata')).json, []);
});

test('telemetry that needs snapshots or a broker says so', async () => {
  for (const name of ['attribute_bson_sizes', 'snapshot_summary', 'rabbitmq/queues']) {
    assert.equal((await served.get(`/telemetry/${name}`)).status, 501, name);
  }
});

test('dead letters are listed; replaying or dropping asks which', async () => {
  assert.deepEqual((await served.get('/dead-letters')).json, { count: 0, data: [] });
  assert.deepEqual((await served.post('/dead-letters/replay?all=true')).json, { replayed: 0 });
  assert.deepEqual((await served.delete('/dead-letters?all=true')).json, { dropped: 0 });
  assert.equal((await served.delete('/dead-letters')).status, 422);
  assert.equal((await served.post('/dead-letters/replay')).status, 422);
  assert.equal((await served.delete('/dead-letters?all=true&id=1.1')).status, 422);
  assert.equal((await served.get('/dead-letters?limit=5000')).status, 422);
  for (const id of ['1.1', 'nonsense', '', '../../etc/passwd', '99999.1']) {
    const { status, json } = await served.delete(`/dead-letters?id=${encodeURIComponent(id)}`);
    assert.deepEqual([status, json], [200, { dropped: 0 }], id);
  }
});

test('a platform that runs is alive and ready', async () => {
  assert.equal((await served.get('/livez')).status, 200);
  const { status, json } = await served.get('/readyz');
  assert.deepEqual([status, (json as { status: string }).status], [200, 'ready']);
});

test('a thread that rests makes it degraded, with a notice, and is counted', async () => {
  const system = await createSystem({ threads: 1, logger: silentLogger });
  const own = await ServedPlatform.start({}, { system });
  try {
    while (own.platform.restingThreads.length === 0) {
      system.killThread(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const rests = await own.get('/readyz');
    const { status, notices } = rests.json as { status: string; notices: { kind: string }[] };
    const kinds = notices.map(({ kind }) => kind);
    assert.deepEqual([rests.status, status, kinds], [200, 'degraded', ['resting']]);
    assert.equal((await system.replaceThread(1)).outcome, 'revived');
    assert.equal(((await own.get('/readyz')).json as { status: string }).status, 'ready');
    const { text } = await own.get('/metrics');
    assert.match(text, /^troupe_threads_given_up_total 1$/m);
    assert.match(text, /^troupe_threads_resting 0$/m);
    assert.match(text, /^troupe_thread_deaths_total 21$/m);
  } finally {
    await own.stop();
    await system.stop();
  }
});

test('metrics count what came in and what was answered, by route and not by path', async () => {
  await served.get('/entity/host/secret-id/master');
  const { text, headers } = await served.get('/metrics');
  assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(text, /^troupe_points_total\{outcome="accepted"\} 1$/m);
  assert.match(text, /^troupe_entities\{etype="host"\} \d+$/m);
  assert.match(
    text,
    /^troupe_http_requests_total\{.*route="\/entity\/:etype\/:eid\/master".*\} 1$/m,
  );
  assert.match(text, /^troupe_lag_tasks\{partition="3"\} 0$/m);
  assert.doesNotMatch(text, /secret-id/);
});

test('the OpenAPI document describes every route and what it takes', async () => {
  const { json } = await served.get('/openapi.json');
  const { openapi, info, paths } = json as {
    openapi: string;
    info: { version: string };
    paths: Record<
      string,
      Record<
        string,
        {
          parameters?: { name: string; in: string }[];
          requestBody?: unknown;
          responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
        }
      >
    >;
  };
  assert.deepEqual([openapi, info.version], ['3.1.0', '1.2.3']);
  const get = paths['/entity/{etype}/{eid}/get/{attr}']!.get!;
  assert.deepEqual(get.parameters!.map((one) => `${one.in} ${one.name}`).sort(), [
    'header Troupe-Position',
    'path attr',
    'path eid',
    'path etype',
    'query at',
    'query date_from',
    'query date_to',
    'query strict',
  ]);
  const post = paths['/datapoints']!.post!;
  assert.ok(post.requestBody);
  assert.deepEqual(post.parameters!.map((one) => `${one.in} ${one.name}`).sort(), [
    'header Idempotency-Key',
    'query partial',
    'query wait',
  ]);
  assert.deepEqual(
    Object.keys(post.responses).map(Number),
    [200, 202, 400, 403, 409, 413, 415, 421, 422, 429, 500, 503],
  );
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { responses }] of Object.entries(methods))
      for (const [status, { content }] of Object.entries(responses))
        assert.ok(
          Object.values(content ?? {}).some(({ schema }) => schema !== undefined),
          `${method} ${path} ${status} has a schema`,
        );
  assert.ok(paths['/v2/entity/{etype}/']!.delete);
});

test('pages of other origins may call, as in DP³, unless the origins are named', async () => {
  const from = (one: ServedPlatform, origin: string) => one.get('/entities', { origin });
  assert.equal(
    (await from(served, 'http://a.example')).headers.get('access-control-allow-origin'),
    '*',
  );
  const strict = await ServedPlatform.start({ allowOrigins: ['http://a.example'] });
  try {
    const allowed = async (origin: string) =>
      (await from(strict, origin)).headers.get('access-control-allow-origin');
    assert.equal(await allowed('http://a.example'), 'http://a.example');
    assert.notEqual(await allowed('http://b.example'), 'http://b.example');
  } finally {
    await strict.stop();
  }
});

test('a token guards what changes anything, and reads too where asked; health stays open', async () => {
  const guarded = await ServedPlatform.start({ token: 's3cret', isReadGuarded: true });
  const half = await ServedPlatform.start({ token: 's3cret' });
  const good = { authorization: 'Bearer s3cret' };
  try {
    for (const [method, path, isRead] of [
      ['POST', '/datapoints', false],
      ['POST', '/entity/host/a/set/name', false],
      ['POST', '/entity/host/a/ttl', false],
      ['DELETE', '/entity/host/a', false],
      ['POST', '/control/make_snapshots', false],
      ['GET', '/control/make_snapshots', false],
      ['POST', '/dead-letters/replay', false],
      ['DELETE', '/dead-letters', false],
      ['GET', '/entities', true],
      ['GET', '/entity/host/a', true],
      ['GET', '/metrics', true],
      ['GET', '/openapi.json', true],
    ] as const) {
      assert.equal((await guarded.send(method, path)).status, 401, path);
      assert.notEqual((await guarded.send(method, path, { headers: good })).status, 401, path);
      assert.equal((await half.send(method, path)).status === 401, !isRead, path);
    }
    for (const path of ['/', '/livez', '/readyz'])
      assert.equal((await guarded.get(path)).status, 200);
  } finally {
    await guarded.stop();
    await half.stop();
  }
});
