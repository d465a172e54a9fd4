/**
 * Hooks for the tests of the kernel, by name, registered on each thread as a module would.
 * Runs on: thread.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { HookPoint, HookTask, TaskInput } from '../../actors/entity/hook.js';
import type { HookRegistration } from '../../actors/entity/hook-table.js';
import type { KitInit } from '../../actors/entity/kit-init.js';
import { acquireKit } from '../../actors/entity/thread-kit.js';
import { defineActor, silentLogger } from '../../core/index.js';
import { flags, spinUntil } from './shared-flags.js';

const SECOND = 1_000;

function hitOf(etype: string, eid: unknown, point: HookPoint, v = point.v): TaskInput {
  return { etype, eid, dataPoints: [{ attr: 'hits', v, t1: point.t1 }] };
}

const hits = { type: 'on_new_observation', attr: 'hits' } as const;

const HOOKS: Readonly<Record<string, HookRegistration>> = {
  /** Every hit of a host is one of the user of the same name. */
  derive: {
    ...hits,
    etype: 'host',
    callback: (eid: string, point: HookPoint) => [hitOf('user', `u-${eid}`, point)],
  },
  /** The same, after a turn of the event loop. */
  deriveLater: {
    ...hits,
    etype: 'host',
    callback: async (eid: string, point: HookPoint) => {
      await pause(0);
      return [hitOf('user', `u-${eid}`, point)];
    },
  },
  /** Hosts and users feed each other, until they are stopped. */
  ping: {
    ...hits,
    etype: 'host',
    callback: (eid: string, point: HookPoint) => [
      hitOf('user', eid, { ...point, t1: point.t1 + SECOND }),
      hitOf('user', eid, { ...point, t1: point.t1 + 2 * SECOND }),
    ],
  },
  pong: {
    ...hits,
    etype: 'user',
    callback: (eid: string, point: HookPoint) => [
      hitOf('host', eid, { ...point, t1: point.t1 + SECOND }),
    ],
  },
  /** The thread dies at the hit 13. */
  kill: {
    ...hits,
    etype: 'host',
    callback: (_eid: string, point: HookPoint) => {
      if (point.v === 13) process.exit(1);
    },
  },
  /** The process dies at the hit 13. */
  slay: {
    ...hits,
    etype: 'host',
    callback: (_eid: string, point: HookPoint) => {
      if (point.v === 13) process.kill(process.pid, 'SIGKILL');
    },
  },
  /** Only hosts with a name that does not begin with "no". */
  allow: {
    type: 'allow_entity_creation',
    etype: 'host',
    callback: (eid: string) => !eid.startsWith('no'),
  },
  create: {
    type: 'on_entity_creation',
    etype: 'host',
    callback: (eid: string, task: HookTask) => [
      {
        etype: 'host',
        eid,
        dataPoints: [{ attr: 'label', v: task.isRefresh ? 'refreshed' : 'created' }],
      },
    ],
  },
  /** Deleting a host deletes the user of the same name. */
  remove: {
    type: 'on_entity_delete',
    etype: 'host',
    callback: (eid: string) => [{ etype: 'user', eid, delete: true }],
  },
  /** Slower for even numbers, so that entities overtake each other. */
  uneven: {
    ...hits,
    etype: 'host',
    callback: async (_eid: string, point: HookPoint) => {
      if (Number(point.v) % 2 === 0) await pause(1);
    },
  },
  unevenLabel: {
    type: 'on_new_plain',
    etype: 'host',
    attr: 'label',
    callback: (_eid: string, point: HookPoint) =>
      String(point.v).endsWith('3') ? pause(2) : undefined,
  },
  /** The first two calls for a flag count in it, a few turns later, and end with their thread. */
  holdTwice: {
    ...hits,
    etype: 'host',
    callback: async (_eid: string, point: HookPoint) => {
      if (Atomics.load(flags, Number(point.v)) >= 2) return;
      for (let turn = 0; turn < 5; turn++) await pause(1);
      Atomics.add(flags, Number(point.v), 1);
      await new Promise(() => {});
    },
    timeoutMs: 600_000,
  },
  /** Keeps its thread until the flag says 2; counts its calls in the next one. */
  spin: {
    ...hits,
    etype: 'host',
    callback: (_eid: string, point: HookPoint) => {
      Atomics.add(flags, Number(point.v) + 1, 1);
      spinUntil(Number(point.v), 2);
    },
  },
  /** Waits as long as there is a file whose path is the entity's id. */
  whileFile: {
    ...hits,
    etype: 'host',
    callback: async (eid: string) => {
      while (existsSync(eid)) await pause(1);
    },
    timeoutMs: 600_000,
  },
  /** Ends with its thread. */
  never: { ...hits, etype: 'host', callback: () => new Promise(() => {}), timeoutMs: 600_000 },
};

export const testHooks = defineActor(
  import.meta.url,
  'test-entity-hooks',
  (ctx, init: KitInit, names: readonly string[]) => {
    const kit = acquireKit(init);
    ctx.onStop(() => kit.release());
    const module = { name: 'test', generation: 1, log: silentLogger, signal: ctx.abortSignal };
    for (const name of names) {
      const hook = HOOKS[name];
      if (hook === undefined) throw new Error(`expected a hook of the tests, got ${name}`);
      kit.table.register(module, 0, { ...hook, name });
    }
    kit.moduleReady('test');
    return { thread: () => ctx.thread };
  },
);
