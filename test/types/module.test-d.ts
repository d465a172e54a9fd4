/**
 * What hooks of a module are called with, as the compiler sees it. Compiled, never run.
 * Runs on: any.
 */
import { z } from 'zod';
import type { HookContext, HookPoint, HookTask } from '../../actors/entity/hook.js';
import { BaseModule, defineModule, type ModulePlatform } from '../../actors/module/module.js';
import type { Registrar } from '../../actors/module/registrar.js';
import type { CurrentMapOf, EntityId, PointOf } from '../../stores/index.js';
import { host, user } from '../support/hook-model.js';
import { same } from '../support/same-type.js';

declare const registrar: Registrar;

// By definition: ids, attributes and values are inferred.

registrar.registerOnNewAttrHook(
  (eid, point, ctx) => {
    same<typeof eid, string>();
    same<typeof point.attr, 'ports'>();
    same<typeof point.v, number>();
    same<typeof point.t1, number>();
    same<typeof ctx, HookContext<CurrentMapOf<typeof host>>>();
    const ports = ctx.record?.value('ports');
    same<typeof ports, readonly number[] | undefined>();
    const login = ctx.read(user, 7)?.value('login');
    same<typeof login, string | undefined>();
    const named = ctx.read('user', 7)?.value('login');
    same<typeof named, unknown>();
    // @ts-expect-error no such attribute
    ctx.record?.value('nope');
    // @ts-expect-error ids of users are numbers
    ctx.read(user, 'ann');
    return [{ etype: 'host', eid, dataPoints: [{ attr: 'name', v: `p${point.v}` }] }];
  },
  host,
  'ports',
);
registrar.registerOnNewAttrHook(
  async (eid, point) => {
    same<typeof eid, number>();
    same<typeof point.v, { readonly eid: EntityId }>();
  },
  user,
  'boss',
);
registrar.registerOnNewAttrHook(
  (_eid, point) => {
    same<typeof point.v.cpu, readonly number[]>();
    return null;
  },
  host,
  'load',
);
registrar.registerOnEntityCreationHook((eid, task) => {
  same<typeof eid, number>();
  same<typeof task, HookTask<number, PointOf<typeof user>>>();
  for (const point of task.dataPoints) {
    if (point.attr === 'login') same<typeof point.v, string>();
  }
}, user);
registrar.registerAllowEntityCreationHook((eid) => eid > 7, user);
registrar.registerAllowEntityCreationHook(async (eid) => eid !== '192.0.2.1', host);
registrar.registerOnEntityDeleteHook((eid, task) => {
  same<typeof eid, string>();
  same<typeof task.isDelete, boolean>();
}, host);
registrar.registerTaskHook('on_task_start', (task) => {
  same<typeof task, HookTask>();
});

// By name: as wide as the model is unknown.

registrar.registerOnNewAttrHook(
  (eid, point) => {
    same<typeof eid, EntityId>();
    same<typeof point, HookPoint>();
  },
  'host',
  'anything',
);

// What does not fit.

// @ts-expect-error no such attribute
registrar.registerOnNewAttrHook(() => null, host, 'nope');
declare const onNumber: (eid: string, point: HookPoint<string, 'name', number>) => null;
// @ts-expect-error the value of that attribute is a string
registrar.registerOnNewAttrHook(onNumber, host, 'name');
// @ts-expect-error a task says of which entity type it is
registrar.registerOnNewAttrHook((eid) => [{ eid, dataPoints: [] }], host, 'name');
// @ts-expect-error one task is no list
registrar.registerOnEntityCreationHook((eid) => ({ etype: 'host', eid, delete: true }), host);
// @ts-expect-error an allow hook decides
registrar.registerAllowEntityCreationHook(() => 'yes', host);
// @ts-expect-error no such hook
registrar.registerTaskHook('on_task_end', () => {});
// @ts-expect-error what this version does not run is not offered
registrar.registerCorrelationHook(() => [], 'host', [], []);

// Modules: the configuration is what the schema makes of it.

defineModule({
  name: 'geo',
  config: z.object({ table: z.string(), size: z.number().default(7) }),
  setup({ config, registrar: own, refresh }) {
    same<typeof config, { table: string; size: number }>();
    own.registerOnNewAttrHook(() => null, host, 'ip', { refresh, mayChange: ['country'] });
    return { start: async () => {}, stop: () => 7 };
  },
});
defineModule({
  name: 'plain',
  setup({ config }) {
    same<typeof config, Readonly<Record<string, unknown>>>();
  },
});
// @ts-expect-error a module has a name
defineModule({ setup() {} });
// @ts-expect-error one instance, or one on each thread
defineModule({ name: 'x', instances: 2, setup() {} });

export class Geo extends BaseModule<{ readonly table: string }> {
  constructor(platform: ModulePlatform, config: { readonly table: string }, own: Registrar) {
    super(platform, config, own);
    own.registerOnNewAttrHook(this.onIp, host, 'ip', { refresh: this.refresh, mayChange: [] });
  }

  onIp(eid: string, point: PointOf<typeof host, 'ip'>) {
    same<typeof point.v, string>();
    return [{ etype: 'host', eid, dataPoints: [{ attr: 'country', v: 'CZ' }] }];
  }
}
