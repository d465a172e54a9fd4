/**
 * The server library by itself: parses the bodies that our ingest gets and sends them back. Nothing is checked or stored.
 * Runs on: main.
 */
import { fastify } from 'fastify';
import { expectEqual } from '../bench-error.js';
import { kept } from '../kept.js';
import { HttpLoad } from '../platform/http-load.js';
import { entitiesAsked } from '../platform/sizes.js';
import { bodiesOf, VisitStream } from '../platform/visits.js';
import type { PeerMeasures } from './peers.js';

const BODY_BYTES_MAX = 32 * 1024 * 1024;

const opened = kept(
  async () => {
    const server = fastify({ bodyLimit: BODY_BYTES_MAX });
    server.post('/datapoints', async (request) => request.body);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const visits = new VisitStream(entitiesAsked(), 'uniform');
    return { server, visits, load: await HttpLoad.start(`${url}/datapoints`) };
  },
  async ({ server, load }) => {
    await load.stop();
    await server.close();
  },
);

export const measures: PeerMeasures = {
  'platform/http': async () => {
    const { visits, load } = await opened();
    const points = entitiesAsked();
    const bodies = bodiesOf(visits.take(points));
    const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
    const { ms, answeredBytes } = await load.send(bodies);
    expectEqual('bytes echoed', answeredBytes, bytes);
    return (points / ms) * 1_000;
  },
};
