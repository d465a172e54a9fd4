/**
 * A process that opens a data folder with the next model, finishing what was stored under the former one, and dies at it.
 *
 * `schema-change-child.js DIR LABELS PARTITIONS`, LABELS being how many of hosts it comes to.
 * Runs on: main.
 */
import { createPlatform } from '../../actors/platform.js';
import { silentLogger } from '../../core/index.js';
import { labels, nextHost, user } from './schema-change-modules.js';

const [data = '', diesAt = '', partitions = ''] = process.argv.slice(2);
const platform = await createPlatform({
  data,
  entities: [nextHost, user],
  modules: [labels],
  moduleConfigs: { labels: { hasLoad: true, diesAt: Number(diesAt) } },
  partitions: Number(partitions),
  threads: 1,
  durability: 'os',
  logger: silentLogger,
});
await platform.stop();
