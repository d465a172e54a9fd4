/**
 * Modules on real threads: a replica on each or one for all, reloads that all confirm, threads that die.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { EntityEngine } from '../../../actors/entity/entity-engine.js';
import { readView } from '../../../actors/entity/entity-view.js';
import { startEngine } from '../../../actors/entity/start-engine.js';
import { acquireKit, type ThreadKit } from '../../../actors/entity/thread-kit.js';
import { isPassing } from '../../../actors/module/fresh-replicas.js';
import { defineModule, type ModuleDefinition } from '../../../actors/module/module.js';
import type { ModuleProtocol } from '../../../actors/module/module-actor.js';
import { ModuleControl } from '../../../actors/module/module-control.js';
import { choiceOf } from '../../../actors/module/module-loader.js';
import {
  type ActorRef,
  type ActorSystem,
  createSystem,
  hasCode,
  silentLogger,
} from '../../../core/index.js';
import { openFolder } from '../../../stores/internal.js';
import { source } from '../../support/code-stage.js';
import { hookModel } from '../../support/hook-model.js';
import { broken, each, faulty, single } from '../../support/hook-modules.js';
import { TemporaryTree } from '../../support/temporary-tree.js';
import { until } from '../../support/until.js';

const THREADS = 2;
const PARTITIONS = 8;
const HOSTS = Array.from({ length: 16 }, (_, number) => `192.0.2.${number}`);

interface Stage {
  readonly system: ActorSystem;
  readonly engine: EntityEngine;
  readonly control: ModuleControl;
  readonly kit: ThreadKit;
}

/** An engine over a folder of its own, with these modules; everything ends with the test. */
async function stage(t: TestContext, modules: readonly ModuleDefinition[]): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'troupe-modules-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const model = hookModel();
  const folder = await openFolder(dir, { model, partitions: PARTITIONS, durability: 'os' });
  t.after(() => folder.close());
  const system = await createSystem({ threads: THREADS, logger: silentLogger });
  t.after(() => system.stop({ deadlineMs: 0 }));
  const choices = modules.map((module) => choiceOf(module));
  const control = new ModuleControl(system, choices);
  t.after(() => control.stop());
  const engine = await startEngine({
    system,
    folder,
    model,
    modules: choices,
    moduleActors: control.actors,
  });
  t.after(() => engine.stop({ deadlineMs: 0 }));
  control.attach(engine.moduleRefs.flat());
  const kit = acquireKit(engine.init);
  t.after(() => kit.release());
  return { system, engine, control, kit };
}

/** Kills threads; resolves when others have taken their places. */
async function replaced({ system }: Stage, threads: readonly number[]): Promise<void> {
  let left = threads.length;
  const all = new Promise<void>((resolve) => {
    system.events.on('threadReplaced', () => {
      if (--left === 0) resolve();
    });
  });
  for (const thread of threads) assert.ok(system.killThread(thread));
  await all;
}

/** Gives every host a name, and waits for all that follows. */
async function nameHosts({ engine }: Stage, name: string): Promise<void> {
  const points = HOSTS.map((id) => ({ type: 'host', id, attr: 'name', v: name }));
  assert.equal((await engine.ingest(points)).status, 200);
  await engine.idle({ deadlineMs: 20_000 });
}

/** What modules have derived for the hosts. */
function countries({ kit }: Stage): string[] {
  kit.environments.state.refresh();
  const found = HOSTS.map((eid) => readView(kit, 'host', eid, Date.now())?.value('country'));
  return [...new Set(found.map(String))].sort();
}

test('a module has a replica on each thread, and its hooks run beside the partitions', async (t) => {
  const on = await stage(t, [each]);
  await nameHosts(on, 'a');
  assert.deepEqual(countries(on), ['first on 1', 'first on 2']);
  const { hooks, faults } = await on.control.telemetry();
  assert.equal(hooks['on_new_plain/each.onName/(host,name)/executions'], HOSTS.length);
  assert.equal(hooks['on_new_plain/each.onName/(host,name)/created_tasks'], HOSTS.length);
  assert.deepEqual(faults, []);
});

test('a module with one instance is called from the partitions of all threads', async (t) => {
  const on = await stage(t, [single]);
  await nameHosts(on, 'a');
  assert.equal(countries(on).length, 1);
  assert.match(countries(on)[0]!, /^first on [12]$/);
  const { hooks } = await on.control.telemetry();
  assert.equal(hooks['on_new_plain/single.onName/(host,name)/executions'], HOSTS.length);
});

for (const module of [each, single]) {
  test(`a reload is in force on all threads when it resolves (${module.name})`, async (t) => {
    const on = await stage(t, [module]);
    assert.equal(await on.control.reload(module.name, { mark: 'second' }), 2);
    await nameHosts(on, 'a');
    assert.ok(countries(on).every((country) => country.startsWith('second on ')));
    assert.deepEqual(on.control.generations(), { [module.name]: 2 });
  });

  test(`a replica whose thread has died comes back with what is in force (${module.name})`, async (t) => {
    const on = await stage(t, [module]);
    await on.control.reload(module.name, { mark: 'second' });
    await replaced(on, [1, 2]);
    await nameHosts(on, 'b');
    assert.ok(
      countries(on).every((country) => country.startsWith('second on ')),
      countries(on).join(),
    );
    assert.equal(await on.control.reload(module.name, { mark: 'third' }), 3);
    await nameHosts(on, 'c');
    assert.ok(countries(on).every((country) => country.startsWith('third on ')));
  });
}

test('a thread that dies over a reload does not leave a replica behind', async (t) => {
  const on = await stage(t, [each]);
  for (const [round, thread] of [1, 2, 1].entries()) {
    const reload = on.control.reload('each', { mark: `round ${round}` });
    await Promise.all([reload, replaced(on, [thread])]);
    await nameHosts(on, `${round}`);
    assert.ok(
      countries(on).every((country) => country.startsWith(`round ${round} on `)),
      countries(on).join(),
    );
  }
});

test('a configuration that one replica refuses is in force on none', async (t) => {
  const on = await stage(t, [each]);
  await assert.rejects(
    on.control.reload('each', { mark: 'second', refuses: 2 }),
    (error) => hasCode(error, 'MODULE_FAILED') && /not on thread 2/.test(error.message),
  );
  await assert.rejects(on.control.reload('each', { mark: 7 }), (error) =>
    hasCode(error, 'MODULE_FAILED'),
  );
  await assert.rejects(on.control.reload('nope', {}), /expected the name of an enabled module/);
  await nameHosts(on, 'a');
  assert.deepEqual(countries(on), ['first on 1', 'first on 2']);
  assert.equal(await on.control.reload('each', { mark: 'second' }), 2);
});

test('reloads of one moment follow each other', async (t) => {
  const on = await stage(t, [each]);
  const marks = ['a', 'b', 'c', 'd'];
  const reloads = marks.map((mark) => on.control.reload('each', { mark }));
  assert.deepEqual(await Promise.all(reloads), [2, 3, 4, 5]);
  await nameHosts(on, 'a');
  assert.deepEqual(countries(on), ['d on 1', 'd on 2']);
});

test('a replica that begins anew on a thread that still has the old code has its number', async (t) => {
  const tree = new TemporaryTree();
  t.after(() => tree.remove());
  const write = (start: string): string =>
    tree.write('marking.mjs', source({ mark: 'it', start: `return (async () => {${start}})();` }));
  const url = pathToFileURL(write(FAILS_ONCE(tree))).href;
  const on = await stage(t, [defineModule({ name: 'marking', url, setup() {} })]);
  const replicas = on.engine.moduleRefs.flat() as ActorRef<ModuleProtocol>[];
  const failed: string[] = [];
  on.system.events.on('actorFailed', ({ actor, error }) => {
    if (String(error).includes('no socket yet')) failed.push(actor.path);
  });
  tree.write('held', '');
  assert.ok(on.system.killThread(2));
  await until(() => existsSync(tree.path('starting')), 'the old code to start on thread 2');
  write(WAITS(tree));
  const replaced = on.control.replaceCode(on.engine.init, async () => new Map());
  replaced.catch(() => {}); // it is awaited below
  await until(() => existsSync(tree.path('came')), 'the new code to start on thread 1', 60_000);
  tree.write('failing', '');
  await until(() => failed.length > 0, 'the replica on thread 2 to fail', 60_000);
  const begunAnew = replicas.find(({ path }) => path === failed[0]);
  assert.deepEqual(await generationsOf(begunAnew!), { marking: 1 });
  tree.write('going', '');
  assert.equal(await replaced, 2);
  for (const replica of replicas) assert.deepEqual(await generationsOf(replica), { marking: 2 });
});

/** Of `start`: while `held` is there it waits on thread 2 until it is to fail, which it does once. */
const FAILS_ONCE = (tree: TemporaryTree): string => `
  const { existsSync, writeFileSync } = process.getBuiltinModule('fs');
  const { held, starting, failing, failed } = ${JSON.stringify(pathsOf(tree))};
  if (platform.thread !== 2 || !existsSync(held)) return;
  writeFileSync(starting, '');
  while (!existsSync(failing)) await new Promise((resolve) => setTimeout(resolve, 5));
  if (existsSync(failed)) return;
  writeFileSync(failed, '');
  throw new Error('no socket yet');`;

/** Of `start`: it waits on thread 1 until it may go on. */
const WAITS = (tree: TemporaryTree): string => `
  const { existsSync, writeFileSync } = process.getBuiltinModule('fs');
  const { came, going } = ${JSON.stringify(pathsOf(tree))};
  if (platform.thread !== 1) return;
  writeFileSync(came, '');
  while (!existsSync(going)) await new Promise((resolve) => setTimeout(resolve, 5));`;

function pathsOf(tree: TemporaryTree): Record<string, string> {
  const names = ['held', 'starting', 'failing', 'failed', 'came', 'going'];
  return Object.fromEntries(names.map((name) => [name, tree.path(name)]));
}

/** What a replica answers when it is up. */
async function generationsOf(replica: ActorRef<ModuleProtocol>): Promise<unknown> {
  for (;;) {
    try {
      return await replica.with({ deadlineMs: 60_000, whenFull: 'wait' }).ask('generations');
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
}

test('what hooks do wrong is told over all threads, also of a module with one instance', async (t) => {
  const on = await stage(t, [faulty]);
  await nameHosts(on, 'throw');
  await nameHosts(on, 'bad result');
  const { hooks, faults } = await on.control.telemetry();
  assert.equal(hooks['on_new_plain/faulty.onName/(host,name)/failures'], 2 * HOSTS.length);
  const codes = new Set(faults.map(({ code }) => code));
  assert.deepEqual(codes, new Set(['HOOK_FAILED', 'HOOK_RESULT_INVALID']));
  assert.equal(faults.find(({ code }) => code === 'HOOK_FAILED')?.error?.message, 'no such name');
});

test('a module that does not start keeps the engine from starting, and is named', async (t) => {
  await assert.rejects(
    stage(t, [each, broken]),
    (error) =>
      hasCode(error, 'MODULE_FAILED') &&
      /^module "broken" \(file:.*\): expected start to go well, got: no licence$/.test(
        error.message,
      ),
  );
});
