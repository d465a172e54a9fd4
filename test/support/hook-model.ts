/**
 * A small model for tests of hooks: hosts with an attribute of each kind, and users they link to.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import type { HookModule, HookScope, HookTask } from '../../actors/entity/hook.js';
import type {
  HookRegistration,
  HookTable,
  RegisteredHook,
} from '../../actors/entity/hook-table.js';
import { silentLogger } from '../../core/index.js';
import {
  array,
  createModel,
  defineEntity,
  link,
  type Model,
  observations,
  plain,
  set,
  timeseries,
} from '../../stores/index.js';

export const user = defineEntity('user', {
  id: 'int',
  attributes: { login: plain('string'), boss: plain(link('user')) },
});

export const host = defineEntity('host', {
  id: 'ipv4',
  attributes: {
    name: plain('string'),
    country: plain('string'),
    tags: plain(set('string')),
    ip: observations('ipv4', { confidence: true }),
    ports: observations('int', { multiValue: true }),
    owner: plain(link(user, { mirror: 'hosts' })),
    peers: observations(array(link('host'))),
    load: timeseries('regular', { timeStep: '5m', series: { cpu: 'float' } }),
  },
});

export function hookModel(): Model {
  const model = createModel([user.spec, host.spec]);
  assert.ok(!Array.isArray(model), JSON.stringify(model));
  return model;
}

export function hookModule(name = 'geo', generation = 1): HookModule {
  return { name, generation, log: silentLogger, signal: new AbortController().signal };
}

/** Registers for a module of that name, after those registered before. */
export function register(
  table: HookTable,
  registration: HookRegistration,
  module = hookModule(),
  rank = 0,
): RegisteredHook {
  return table.register(module, rank, registration);
}

export function hookTask(task: Partial<HookTask> = {}): HookTask {
  return {
    etype: 'host',
    eid: '192.0.2.1',
    dataPoints: [],
    ttlTokens: undefined,
    isDelete: false,
    isRefresh: false,
    ...task,
  };
}

export function hookScope(scope: Partial<HookScope> = {}): HookScope {
  return {
    task: hookTask(),
    taskId: '1.1.7',
    now: 2_000,
    receivedAt: 1_000,
    depth: 0,
    record: () => undefined,
    read: () => undefined,
    hookBegins: () => {},
    ...scope,
  };
}

/** A promise that the test settles. */
export function gateOf<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
