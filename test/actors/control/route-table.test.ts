/** Routes without a server: which one a path finds, and what is answered where there is none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HttpAnswer, ok, type Route, route } from '../../../actors/control/route.js';
import { RouteTable, wholeBody } from '../../../actors/control/route-table.js';

function named(method: Route['method'], path: string): Route {
  return route({
    method,
    path,
    access: 'read',
    summary: path,
    handle: ({ params }) => ok({ path, params }),
  });
}

const table = new RouteTable([
  named('GET', '/entity/:etype/:eid'),
  named('GET', '/entity/:etype/get'),
  named('POST', '/datapoints'),
  named('GET', '/'),
  named('GET', '/v2/entity/:etype/'),
]);

async function ask(method: string, path: string): Promise<HttpAnswer> {
  return table.answer({
    method,
    path,
    query: {},
    headers: {},
    body: new Uint8Array(0),
    client: 'test',
  });
}

async function bodyOf(answer: HttpAnswer): Promise<unknown> {
  return JSON.parse(Buffer.from(await wholeBody(answer)).toString());
}

test('a path finds its route, and fixed parts go before named ones', async () => {
  assert.deepEqual(await bodyOf(await ask('GET', '/entity/host/get')), {
    path: '/entity/:etype/get',
    params: { etype: 'host' },
  });
  assert.deepEqual(await bodyOf(await ask('GET', '/entity/host/x')), {
    path: '/entity/:etype/:eid',
    params: { etype: 'host', eid: 'x' },
  });
  assert.equal((await ask('GET', '/')).status, 200);
  assert.equal((await ask('GET', '/v2/entity/host/')).status, 200);
});

test('parts are unescaped after they are told apart', async () => {
  const { params } = (await bodyOf(await ask('GET', '/entity/host/a%2Fb%20c'))) as {
    params: { eid: string };
  };
  assert.equal(params.eid, 'a/b c');
});

test('no path is 404, another method 405, a broken escape 400', async () => {
  assert.equal((await ask('GET', '/nothing')).status, 404);
  assert.equal((await ask('GET', '/entity/host/')).status, 404);
  assert.equal((await ask('GET', '/datapoints')).status, 405);
  assert.equal((await ask('GET', '/entity/host/%E0%A4%A')).status, 400);
});

test('whatever path comes is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      const { status } = await ask('GET', `/${text}`);
      assert.ok([200, 400, 404, 405].includes(status));
    }),
  );
});

test('a body in pieces comes whole, and one that is too long is refused', async () => {
  async function* pieces(): AsyncGenerator<string, void> {
    yield '{"a":';
    yield '"ä"}';
  }
  assert.deepEqual(await bodyOf({ status: 200, body: pieces() }), { a: 'ä' });
  async function* endless(): AsyncGenerator<string, void> {
    for (;;) yield 'x'.repeat(1 << 20);
  }
  await assert.rejects(wholeBody({ status: 200, body: endless() }), { code: 'DOOR_REFUSED' });
});
