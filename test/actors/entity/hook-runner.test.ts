/**
 * Running hooks: in order and at once while they are synchronous, with a limit on what they wait for, and at their own
 * cost only.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookContext, HookFault, HookPoint, HookTask } from '../../../actors/entity/hook.js';
import { type HookOutput, HookRunner } from '../../../actors/entity/hook-runner.js';
import {
  type HookCallback,
  type HookLimits,
  type HookRegistration,
  HookTable,
} from '../../../actors/entity/hook-table.js';
import { PLATFORM_LIMITS } from '../../../actors/limits.js';
import { hasCode } from '../../../core/index.js';
import { ManualClock } from '../../../core/internal.js';
import { assignNumbers, ModelNumbers, NO_NUMBERS } from '../../../stores/internal.js';
import { gateOf, hookModel, hookModule, hookScope, register } from '../../support/hook-model.js';

const model = hookModel();
const numbers = ModelNumbers.of(assignNumbers(NO_NUMBERS, model), model);
const entity = model.entities.get('host')!;
const attribute = entity.attributes.get('name')!;
const eid = '192.0.2.1';
const task = { etype: 'host', eid, dataPoints: [{ attr: 'country', v: 'CZ' }] };
const point: HookPoint = {
  etype: 'host',
  eid,
  attr: 'name',
  v: 'a',
  t1: 0,
  t2: 0,
  c: 1,
  src: undefined,
};

function stage(limits: Partial<HookLimits> = {}) {
  const clock = new ManualClock();
  const table = new HookTable(model, { ...PLATFORM_LIMITS, ...limits });
  const faults: HookFault[] = [];
  const thrown: unknown[] = [];
  const runner = new HookRunner({
    table,
    clock,
    schema: { model, numbers },
    record: (fault, error) => {
      faults.push(fault);
      thrown.push(error);
    },
  });
  const outputs: HookOutput[] = [];
  const on = (type: HookRegistration['type'], callback: HookCallback, more: object = {}) =>
    register(table, {
      type,
      callback,
      ...(type === 'on_task_start' ? {} : { etype: 'host' }),
      ...(type === 'on_new_plain' ? { attr: 'name' } : {}),
      ...more,
    });
  return { clock, table, faults, thrown, runner, outputs, on };
}

test('synchronous hooks run at once and in order, without a promise', () => {
  const { runner, on, outputs } = stage();
  const seen: string[] = [];
  on('on_entity_creation', () => void seen.push('first'));
  on('on_entity_creation', () => void seen.push('second'));
  assert.equal(runner.created(entity, hookScope(), outputs), undefined);
  assert.deepEqual(seen, ['first', 'second']);
});

test('each step gives its hooks what they are about', () => {
  const { runner, on } = stage();
  const seen: unknown[][] = [];
  const note = (...args: unknown[]): void => void seen.push(args.slice(0, -1));
  for (const type of [
    'on_task_start',
    'on_entity_creation',
    'on_entity_delete',
    'on_new_plain',
  ] as const)
    on(type, note);
  const scope = hookScope();
  void runner.taskStart(scope);
  void runner.created(entity, scope, []);
  void runner.deleted(entity, scope, []);
  void runner.arrived({ entity, attribute }, point, scope, []);
  assert.deepEqual(seen, [[scope.task], [eid, scope.task], [eid, scope.task], [eid, point]]);
});

test('what hooks derive is given hook by hook, with the configuration they ran under', () => {
  const { runner, table, outputs } = stage();
  const slot = { type: 'on_entity_creation', etype: 'host' } as const;
  register(table, { ...slot, callback: () => [task, task] }, hookModule('geo', 3));
  register(table, { ...slot, callback: () => [] });
  register(table, { ...slot, callback: () => null });
  register(table, { ...slot, callback: () => [task] }, hookModule('whois', 1));
  void runner.created(entity, hookScope(), outputs);
  assert.deepEqual(
    outputs.map(({ hook, generation, tasks }) => [hook.module.name, generation, tasks.length]),
    [
      ['geo', 3, 2],
      ['whois', 1, 1],
    ],
  );
  assert.equal(outputs[0]?.hook.counters.createdTasks, 2);
});

test('an asynchronous hook is waited for before the next one runs', async () => {
  const { runner, on, outputs } = stage();
  const seen: string[] = [];
  const gate = gateOf<readonly unknown[]>();
  on('on_new_plain', async () => {
    const tasks = await gate.promise;
    seen.push('slow');
    return tasks;
  });
  on('on_new_plain', () => void seen.push('next'));
  const arrived = runner.arrived({ entity, attribute }, point, hookScope(), outputs);
  assert.ok(arrived instanceof Promise);
  assert.deepEqual(seen, []);
  gate.resolve([task]);
  await arrived;
  assert.deepEqual(seen, ['slow', 'next']);
  assert.equal(outputs.length, 1);
});

test('the first falsy answer of an allow hook denies, and asks no other', async () => {
  const { runner, on } = stage();
  let asked = 0;
  on('allow_entity_creation', () => true);
  const denies = on('allow_entity_creation', () => 0);
  on('allow_entity_creation', () => asked++);
  assert.equal(runner.allows(entity, hookScope()), false);
  assert.equal(asked, 0);
  assert.equal(denies.counters.denied, 1);

  const later = stage();
  later.on('allow_entity_creation', async () => true);
  const last = later.on('allow_entity_creation', async () => '');
  assert.equal(await later.runner.allows(entity, hookScope()), false);
  assert.equal(last.counters.denied, 1);
});

test('without allow hooks everything is allowed', () => {
  assert.equal(stage().runner.allows(entity, hookScope()), true);
});

test('an allow hook that throws or overruns allows, and its decision is counted as none', async () => {
  const { runner, on, clock, faults } = stage();
  const throwing = on('allow_entity_creation', () => {
    throw new Error('down');
  });
  on('allow_entity_creation', () => new Promise(() => {}), { timeoutMs: 100 });
  const allowed = runner.allows(entity, hookScope());
  clock.advance(200);
  assert.equal(await allowed, true);
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['HOOK_FAILED', 'HOOK_TIMEOUT'],
  );
  assert.deepEqual([throwing.counters.allowed, throwing.counters.denied], [0, 0]);
});

test('a hook that throws costs its own result only, and is recorded with module, hook and entity', async () => {
  const { runner, on, outputs, faults, thrown } = stage();
  const error = new RangeError('too far');
  const failing = on(
    'on_entity_creation',
    () => {
      throw error;
    },
    { name: 'onHost' },
  );
  on('on_entity_creation', async () => Promise.reject('text'));
  on('on_entity_creation', () => [task]);
  await runner.created(entity, hookScope(), outputs);
  assert.equal(outputs.length, 1);
  assert.equal(failing.counters.failures, 1);
  assert.equal(thrown[0], error);
  const { error: wire, ...fault } = faults[0]!;
  assert.equal(wire?.message, 'too far');
  assert.deepEqual(fault, {
    code: 'HOOK_FAILED',
    module: 'geo',
    hook: 'geo.onHost',
    type: 'on_entity_creation',
    etype: 'host',
    eid,
    attr: undefined,
    taskId: '1.1.7',
    at: Date.UTC(2026, 0),
    message:
      'geo.onHost (on_entity_creation of host) at 192.0.2.1: expected a result, got thrown: too far',
  });
  assert.match(faults[1]!.message, /got thrown: "text"$/);
});

test('a hook whose time is over is given up: result dropped, signal aborted, context ended', async () => {
  const { runner, on, outputs, faults, clock } = stage();
  const gate = gateOf<readonly unknown[]>();
  let given: HookContext | undefined;
  let signal: AbortSignal | undefined;
  const slow = on('on_entity_creation', (_eid: string, _task: HookTask, ctx: HookContext) => {
    given = ctx;
    signal = ctx.signal;
    return gate.promise;
  });
  const created = runner.created(entity, hookScope(), outputs);
  clock.advance(PLATFORM_LIMITS.hookTimeoutMs - 1);
  assert.equal(signal?.aborted, false);
  clock.advance(100);
  await created;
  assert.equal(signal?.aborted, true);
  assert.ok(hasCode(signal?.reason, 'HOOK_TIMEOUT'));
  assert.equal(faults[0]?.code, 'HOOK_TIMEOUT');
  assert.match(faults[0]!.message, /expected an end within 10000 ms, got none$/);
  assert.throws(
    () => given?.read('host', eid),
    (error) => hasCode(error, 'HOOK_ENDED'),
  );
  assert.throws(
    () => given?.record,
    (error) => hasCode(error, 'HOOK_ENDED'),
  );
  gate.resolve([task]);
  await gate.promise;
  assert.deepEqual(outputs, []);
  assert.equal(slow.counters.failures, 1);
  assert.equal(slow.counters.durationNs >= 10_000e6, true);
});

test('a hook given up that rejects later is not heard of again', async () => {
  const { runner, on, faults, clock } = stage();
  const gate = gateOf<never>();
  on('on_task_start', () => gate.promise, { timeoutMs: 10 });
  const started = runner.taskStart(hookScope());
  clock.advance(50);
  await started;
  gate.reject(new Error('late'));
  await gate.promise.catch(() => {});
  assert.equal(faults.length, 1);
});

test('a hook that ends in time has no time-out later', async () => {
  const { runner, on, faults, clock } = stage();
  on('on_task_start', async () => 'ignored', { timeoutMs: 10 });
  await runner.taskStart(hookScope());
  clock.advance(1_000);
  assert.deepEqual(faults, []);
});

test('a hook that holds the thread too long is recorded, and its result counts', () => {
  const { runner, on, outputs, faults, clock } = stage();
  on('on_entity_creation', () => {
    clock.advance(PLATFORM_LIMITS.hookOverrunMs + 1);
    return [task];
  });
  void runner.created(entity, hookScope(), outputs);
  assert.equal(outputs.length, 1);
  assert.equal(faults[0]?.code, 'HOOK_OVERRUN');
  assert.match(faults[0]!.message, /expected the thread back within 250 ms, got it after 251 ms$/);
});

test('what the model does not take is recorded and the rest of the result kept', () => {
  const { runner, on, outputs, faults } = stage();
  const hook = on('on_entity_creation', () => [
    task,
    { etype: 'host', eid, dataPoints: [{ attr: 'x', v: 1 }] },
  ]);
  void runner.created(entity, hookScope(), outputs);
  assert.equal(outputs[0]?.tasks.length, 1);
  assert.equal(faults[0]?.code, 'HOOK_RESULT_INVALID');
  assert.deepEqual([hook.counters.executions, hook.counters.failures], [1, 1]);
});

test('of many faults in one result the first are named and the rest counted', () => {
  const { runner, on, faults } = stage();
  on('on_entity_creation', () => Array.from({ length: 20 }, () => 7));
  void runner.created(entity, hookScope(), []);
  assert.match(faults[0]!.message, /\[7\]: expected a task, got 7; and 12 more$/);
});

test('a thenable that throws, or settles twice, is a hook like any other', async () => {
  const { runner, on, outputs, faults } = stage();
  on('on_entity_creation', () => ({
    then() {
      throw new Error('hostile');
    },
  }));
  on('on_entity_creation', () => ({
    then(resolve: (value: unknown) => void) {
      resolve([task]);
      resolve([]);
      throw new Error('too late');
    },
  }));
  await runner.created(entity, hookScope(), outputs);
  assert.deepEqual(
    faults.map(({ message }) => message.replace(/.*: /, '')),
    ['hostile'],
  );
  assert.equal(outputs.length, 1);
});

test('the context says what the task is, and reads while the hook runs', () => {
  const { runner, on } = stage();
  const said: unknown[] = [];
  on('on_task_start', (_task: HookTask, ctx: HookContext) => {
    said.push(ctx.module, ctx.taskId, ctx.now, ctx.receivedAt, ctx.depth, ctx.record);
    said.push(ctx.read('user', 7));
  });
  const read = (etype: string, id: string | number): undefined => void said.push([etype, id]);
  void runner.taskStart(hookScope({ depth: 2, read }));
  assert.deepEqual(said, ['geo', '1.1.7', 2_000, 1_000, 2, undefined, ['user', 7], undefined]);
});

test('the signal of a hook is aborted when its module stops, and lets go of the module when the hook ends', async () => {
  const { runner, table } = stage();
  const controller = new AbortController();
  const module = { ...hookModule(), signal: controller.signal };
  const gate = gateOf<void>();
  const signals: AbortSignal[] = [];
  const callback = (_task: HookTask, ctx: HookContext) => {
    signals.push(ctx.signal);
    return signals.length === 1 ? undefined : gate.promise;
  };
  register(table, { type: 'on_task_start', callback }, module);
  assert.equal(runner.taskStart(hookScope()), undefined);
  const running = runner.taskStart(hookScope());
  controller.abort(new Error('stopped'));
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false, true],
  );
  gate.resolve();
  await running;
});

test("a hook's `this` is the owner it was registered with", () => {
  const { runner, on } = stage();
  const owner = { name: 'geo' };
  const seen: unknown[] = [];
  on(
    'on_task_start',
    function (this: unknown) {
      seen.push(this);
    },
    { owner },
  );
  void runner.taskStart(hookScope());
  assert.deepEqual(seen, [owner]);
});

test('hooks are held to the limits of their run, not to those of the table', async () => {
  const { runner, on, faults, clock, outputs } = stage({
    hookTimeoutMs: 5,
    hookOverrunMs: 2,
    hookTasksMax: 1,
    hookResultFaultsMax: 1,
  });
  on('on_entity_creation', () => [task, task, task]);
  on('on_entity_creation', () => clock.advance(3));
  on('on_entity_creation', () => [{ etype: 'nix', eid: 1, a: 1 }, {}, {}]);
  on('on_entity_creation', () => new Promise(() => {}));
  const done = runner.created(entity, hookScope(), outputs);
  clock.advance(6);
  await done;
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['HOOK_RESULT_INVALID', 'HOOK_OVERRUN', 'HOOK_RESULT_INVALID', 'HOOK_TIMEOUT'],
  );
  assert.match(faults[0]!.message, /expected at most 1 tasks, got 3/);
  assert.match(faults[2]!.message, /; and 1 more/);
  assert.equal(outputs[0]?.tasks.length, 1);
});
