/**
 * Ingest over HTTP, to the acknowledgement, beside the server library that echoes the same bodies.
 * Runs on: main.
 */
import { serveHttp } from '../../actors/index.js';
import { benchmark } from '../benchmarks.js';
import { kept } from '../kept.js';
import { peersFor } from '../peers/peers.js';
import { type Row, row } from '../row.js';
import { HttpLoad } from './http-load.js';
import { entitiesAsked } from './sizes.js';
import { StockedPlatform } from './stocked-platform.js';

const opened = kept(
  async () => {
    const stocked = await StockedPlatform.start({
      entities: entitiesAsked(),
      distribution: 'uniform',
    });
    const server = await serveHttp(stocked.platform, { port: 0 });
    return { stocked, server, load: await HttpLoad.start(`${server.url}/datapoints`) };
  },
  async ({ stocked, server, load }) => {
    await load.stop();
    await server.stop();
    await stocked.stop();
  },
);

export const httpRows: readonly Row[] = [
  row({
    ...benchmark('platform/http'),
    async ours() {
      const { stocked, load } = await opened();
      const points = entitiesAsked();
      const { ms } = await load.send(stocked.bodies(points));
      await stocked.expectApplied();
      return (points / ms) * 1_000;
    },
    peers: peersFor('platform/http'),
  }),
];
