/**
 * The kit for tests of modules: one module, entities as given, manual time, exceptions let through.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookContext, TaskInput } from '../../../actors/entity/hook.js';
import { assertTasks } from '../../../actors/module/assert-tasks.js';
import { defineModule } from '../../../actors/module/module.js';
import { createModuleTest } from '../../../actors/module/module-test.js';
import type { Registrar } from '../../../actors/module/registrar.js';
import { hasCode } from '../../../core/index.js';
import { host, user } from '../../support/hook-model.js';

const eid = '192.0.2.1';
const entities = [user, host];

function testOf(setup: (registrar: Registrar) => void) {
  const module = defineModule({ name: 'geo', setup: ({ registrar }) => setup(registrar) });
  return createModuleTest(module, { entities, now: 100_000 });
}

test('a task runs the hooks in the order of the platform, and gives back what they derived', async () => {
  const seen: string[] = [];
  const kit = await testOf((registrar) => {
    registrar.registerTaskHook('on_task_start', () => seen.push('start'));
    registrar.registerAllowEntityCreationHook(() => seen.push('allow') > 0, host);
    registrar.registerOnEntityCreationHook(function onHost(id) {
      seen.push('creation');
      return [{ etype: 'host', eid: id, ttlTokens: { base: 5_000 } }];
    }, host);
    registrar.registerOnNewAttrHook(
      function onIp(id, point) {
        seen.push(`ip ${point.v}`);
        return [{ etype: 'host', eid: id, dataPoints: [{ attr: 'country', v: 'CZ' }] }];
      },
      host,
      'ip',
    );
  });
  const ip = { attr: 'ip', v: '198.51.100.7', t1: 100_000 };
  const { effect, tasks } = await kit.run({ etype: 'host', eid, dataPoints: [ip] });
  assert.equal(effect, 'created');
  assert.deepEqual(seen, ['start', 'allow', 'creation', 'ip 198.51.100.7']);
  assert.deepEqual(tasks, [
    { hook: 'geo.onHost', etype: 'host', eid, ttlTokens: { base: 5_000 } },
    {
      hook: 'geo.onIp',
      etype: 'host',
      eid,
      dataPoints: [{ attr: 'country', v: 'CZ', t1: 0, t2: 0, c: 1 }],
    },
  ]);
  const second = await kit.run({ etype: 'host', eid, dataPoints: [ip] });
  assert.equal(second.effect, 'changed');
  assert.deepEqual(seen.slice(4), ['start', 'ip 198.51.100.7']);
});

test('what is given is there without any hook having run', async () => {
  const kit = await testOf((registrar) => {
    registrar.registerOnEntityCreationHook(() => assert.fail('not for what is given'), host);
  });
  kit.given('host', eid, [
    { attr: 'name', v: 'edge' },
    { attr: 'ports', v: 22, t1: 90_000, t2: 110_000, c: 0.5 },
  ]);
  assert.equal(kit.read('host', eid)?.value('name'), 'edge');
  assert.deepEqual(kit.read('host', eid)?.value('ports'), [22]);
  kit.advance(20_000);
  assert.equal(kit.now, 120_000);
  assert.equal(kit.read('host', eid)?.value('ports'), undefined);
  assert.equal(kit.read('host', '192.0.2.2'), undefined);
});

test('a derived task may be given back to see what follows from it', async () => {
  const kit = await testOf((registrar) => {
    registrar.registerOnNewAttrHook(
      (id) => [{ etype: 'host', eid: id, dataPoints: [{ attr: 'country', v: 'CZ' }] }],
      host,
      'name',
    );
    registrar.registerOnNewAttrHook(
      (id, point) => [{ etype: 'host', eid: id, dataPoints: [{ attr: 'tags', v: [point.v] }] }],
      host,
      'country',
    );
  });
  const first = await kit.run({ etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'a' }] });
  const second = await kit.run(first.tasks[0] as TaskInput);
  assertTasks(second.tasks, [{ dataPoints: [{ attr: 'tags', v: ['CZ'] }] }]);
  assert.equal(kit.read('host', eid)?.value('country'), 'CZ');
});

test('a hook reads the entity in hand as it stands, and any other', async () => {
  const seen: unknown[] = [];
  const kit = await testOf((registrar) => {
    registrar.registerOnNewAttrHook(
      (_id, _point, ctx: HookContext) => {
        seen.push(ctx.record?.value('name'), ctx.read('user', 7)?.value('login'));
        seen.push(ctx.read('user', 7)?.value('hosts'), ctx.read('user', 8));
      },
      host,
      'name',
    );
  });
  kit.given('user', 7, [{ attr: 'login', v: 'ann' }]);
  kit.given('host', eid, [{ attr: 'owner', v: { eid: 7 } }]);
  await kit.run({ etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'edge' }] });
  assert.deepEqual(seen, ['edge', 'ann', [{ eid }], undefined]);
});

test('an entity that is denied is not there', async () => {
  const kit = await testOf((registrar) => {
    registrar.registerAllowEntityCreationHook(() => false, host);
  });
  const run = await kit.run({ etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'a' }] });
  assert.deepEqual(run, { effect: 'denied', tasks: [] });
  assert.equal(kit.read('host', eid), undefined);
});

test('a delete runs the deletion hooks with the record still there, and takes links to it away', async () => {
  const seen: unknown[] = [];
  const kit = await testOf((registrar) => {
    registrar.registerOnEntityDeleteHook((id, task, ctx) => {
      seen.push(id, task.isDelete, ctx.record?.value('login'));
    }, user);
  });
  kit.given('user', 7, [{ attr: 'login', v: 'ann' }]);
  kit.given('host', eid, [{ attr: 'owner', v: { eid: 7 } }]);
  assert.equal((await kit.run({ etype: 'user', eid: 7, delete: true })).effect, 'deleted');
  assert.deepEqual(seen, [7, true, 'ann']);
  assert.equal(kit.read('user', 7), undefined);
  assert.equal(kit.read('host', eid)?.value('owner'), undefined);
});

test('what a hook throws is thrown by the test, the very same, and nothing is stored', async () => {
  const error = new RangeError('no table');
  const kit = await testOf((registrar) => {
    registrar.registerOnNewAttrHook(
      () => {
        throw error;
      },
      host,
      'name',
    );
  });
  const run = kit.run({ etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'a' }] });
  await assert.rejects(run, (thrown) => thrown === error);
  assert.equal(kit.read('host', eid), undefined);
});

test('a result that the model does not take is thrown with every fault', async () => {
  const kit = await testOf((registrar) => {
    registrar.registerOnEntityCreationHook(
      (id) => [{ etype: 'host', eid: id, dataPoints: [{ attr: 'nope', v: 1 }] }],
      host,
    );
  });
  await assert.rejects(
    kit.run({ etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'a' }] }),
    (error) => hasCode(error, 'HOOK_RESULT_INVALID') && /attr 'nope'/.test(error.message),
  );
});

test('a hook that waits too long is given up when the time has passed', async () => {
  const kit = await testOf((registrar) => {
    registrar.registerOnEntityCreationHook(() => new Promise<void>(() => {}), host, {
      timeoutMs: 50,
    });
  });
  const run = kit.run({ etype: 'host', eid, dataPoints: [{ attr: 'name', v: 'a' }] });
  kit.advance(100);
  await assert.rejects(run, (error) => hasCode(error, 'HOOK_TIMEOUT'));
});

test('a given task that the model does not take is refused', async () => {
  const kit = await testOf(() => {});
  assert.throws(
    () => kit.given('host', eid, [{ attr: 'name', v: 7 }]),
    (error) => hasCode(error, 'HOOK_RESULT_INVALID') && /valid string, got 7/.test(error.message),
  );
});

test('a faulty model, and a faulty module, are refused', async () => {
  const module = defineModule({ name: 'geo', setup() {} });
  await assert.rejects(createModuleTest(module, { entities: [{ entity: {} }] }), (error) =>
    hasCode(error, 'MODEL_INVALID'),
  );
  await assert.rejects(
    testOf((registrar) => registrar.registerOnEntityCreationHook(() => null, 'hots')),
    (error) => hasCode(error, 'MODULE_FAILED'),
  );
});

test('what the module registered can be looked at, and its configuration changed', async () => {
  const module = defineModule({
    name: 'geo',
    setup({ config, registrar }) {
      registrar.registerOnEntityCreationHook(() => null, host, { name: String(config.name) });
    },
  });
  const kit = await createModuleTest(module, { entities, config: { name: 'one' } });
  const named = (name: string) => ({
    type: 'on_entity_creation',
    name,
    etype: 'host',
    attr: undefined,
  });
  assert.deepEqual(kit.hooks, [named('geo.one')]);
  await kit.reload({ name: 'two' });
  assert.deepEqual(kit.hooks, [named('geo.two')]);
  await kit.stop();
  assert.deepEqual(kit.hooks, []);
});

test('tasks are compared in any order; objects may have more than expected, lists may not', () => {
  const tasks = [
    {
      etype: 'host',
      eid: 'a',
      dataPoints: [
        { attr: 'x', v: 1, c: 1 },
        { attr: 'y', v: [2] },
      ],
    },
    { etype: 'host', eid: 'b', delete: true },
  ];
  assertTasks(tasks, [{ eid: 'b' }, { eid: 'a' }]);
  assertTasks(tasks, [{ etype: 'host' }, { eid: 'a', dataPoints: [{ v: [2] }, { attr: 'x' }] }]);
  const differs = (expected: Parameters<typeof assertTasks>[1]): void =>
    assert.throws(() => assertTasks(tasks, expected), {
      name: 'AssertionError',
      actual: tasks,
      expected,
    });
  differs([{ eid: 'a' }]);
  differs([{ eid: 'a' }, { eid: 'a' }]);
  differs([{ eid: 'a', dataPoints: [{ attr: 'x' }] }, { eid: 'b' }]);
  differs([{ eid: 'a', dataPoints: [{ v: [3] }, { attr: 'x' }] }, { eid: 'b' }]);
  assert.throws(() => assertTasks([], [{}], 'nothing came'), /^AssertionError.*: nothing came/);
});
