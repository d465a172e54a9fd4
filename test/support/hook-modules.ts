/**
 * Modules for tests on real threads: what they derive says which of them ran, where, and under which configuration.
 * Runs on: any.
 */
import { z } from 'zod';
import { defineModule, type ModuleContext } from '../../actors/module/module.js';
import type { EntityId } from '../../stores/index.js';
import { host } from './hook-model.js';

const config = z.object({ mark: z.string().default('first'), refuses: z.number().optional() });
type Config = z.infer<typeof config>;

function setup({ config: given, registrar, platform }: ModuleContext<Config>): void {
  if (given.refuses === platform.thread) throw new Error(`not on thread ${platform.thread}`);
  registrar.registerOnNewAttrHook(
    function onName(eid: EntityId) {
      const v = `${given.mark} on ${platform.thread}`;
      return [{ etype: 'host', eid, dataPoints: [{ attr: 'country', v }] }];
    },
    host,
    'name',
  );
}

/** One on each thread. */
export const each = defineModule({ name: 'each', config, setup, url: import.meta.url });

/** One for all threads. */
export const single = defineModule({
  name: 'single',
  config,
  instances: 1,
  setup,
  url: import.meta.url,
});

/** Throws, and returns what the model does not take. */
export const faulty = defineModule({
  name: 'faulty',
  url: import.meta.url,
  instances: 1,
  setup({ registrar }) {
    registrar.registerOnNewAttrHook(
      function onName(_eid, point) {
        if (point.v === 'throw') throw new RangeError('no such name');
        return [{ etype: 'host', eid: 'nobody', dataPoints: [] }];
      },
      host,
      'name',
    );
  },
});

/** Cannot be started. */
export const broken = defineModule({
  name: 'broken',
  url: import.meta.url,
  setup: () => ({
    start() {
      throw new Error('no licence');
    },
  }),
});
