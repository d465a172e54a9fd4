/**
 * The entity platform inside a service that has an HTTP server of its own: hosts are reported to it, a module derives the
 * networks they are in, a client reads both, and the service hears of what changes. No HTTP of the platform is loaded.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlatform, defineModule } from '../actors/index.js';
import { defineEntity, link, observations, plain } from '../stores/index.js';

const network = defineEntity('network', {
  id: 'string',
  attributes: { size: plain('int') },
});

const host = defineEntity('host', {
  id: 'ipv4',
  attributes: {
    hostname: plain('string'),
    os: observations('string', { history: { maxAge: '30d', postValidity: '1h' } }),
    network: plain(link('network', { mirror: 'hosts' })),
  },
});

export const networks = defineModule({
  name: 'networks',
  url: import.meta.url,
  setup({ registrar }) {
    registrar.registerOnEntityCreationHook((address) => {
      const eid = `${address.split('.').slice(0, 3).join('.')}.0/24`;
      return [
        { etype: 'host', eid: address, dataPoints: [{ attr: 'network', v: { eid } }] },
        { etype: 'network', eid, dataPoints: [{ attr: 'size', v: 256 }] },
      ];
    }, host);
  },
});

// Threads load this file too, for the module; there it waits here for ever.
const data = join(tmpdir(), `troupe-service-${process.pid}`);
const platform = await createPlatform({
  data,
  entities: [network, host],
  modules: [networks],
  threads: 1,
});
const hosts = platform.entity(host);

const { default: fastify } = await import('fastify');
const service = fastify();
service.post('/hosts/:ip', async (request, reply) => {
  const { ip } = request.params as { ip: string };
  const { hostname, os } = request.body as { hostname: string; os: string };
  const now = Date.now();
  const { status, body } = await hosts.ingest(
    [
      { id: ip, attr: 'hostname', v: hostname },
      { id: ip, attr: 'os', v: os, t1: new Date(now), t2: new Date(now + 3_600_000), c: 0.8 },
    ],
    { isAwaited: true },
  );
  return reply.code(status).type('application/json').send(body);
});
service.get('/hosts/:ip', async (request, reply) => {
  const { ip } = request.params as { ip: string };
  return hosts.values(ip) ?? reply.code(404).send({ error: `no host ${ip}` });
});
const url = await service.listen({ host: '127.0.0.1', port: 0 });

// What changes, from here on.
const enough = new AbortController();
const seen = (async () => {
  const networksSeen: unknown[] = [];
  for await (const change of platform.changes({ etypes: ['network'], signal: enough.signal })) {
    if (change.type !== 'gap') networksSeen.push([change.type, change.eid]);
    enough.abort();
  }
  return networksSeen;
})();

// The service is its own client here.
const post = (ip: string, body: object): Promise<Response> =>
  fetch(`${url}/hosts/${ip}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
assert.equal((await post('192.0.2.10', { hostname: 'edge-01', os: 'linux' })).status, 200);
assert.equal((await post('192.0.2.10', { hostname: 7, os: 'linux' })).status, 422);
assert.equal((await fetch(`${url}/hosts/192.0.2.11`)).status, 404);

assert.deepEqual(await seen, [['created', '192.0.2.0/24']]);
await platform.idle();
const found = (await (await fetch(`${url}/hosts/192.0.2.10`)).json()) as Record<string, unknown>;
assert.deepEqual([found.hostname, found.os, found['os#c']], ['edge-01', 'linux', 0.8]);
assert.deepEqual(found.network, { eid: '192.0.2.0/24' });

// First no new requests, then the platform: what is stored is applied, then all ends.
await service.close();
assert.deepEqual(await platform.stop(), { drained: true, left: 0 });
await rm(data, { recursive: true });
console.log(`served on ${url}, stopped`);
