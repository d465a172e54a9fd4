/**
 * New code of modules without a restart: a module's file is written anew while its platform runs, on real threads over a
 * real folder; what it derives says which code ran, and where.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createSystem, hasCode, silentLogger } from '../../../core/index.js';
import {
  CodeStage,
  host,
  IDS,
  PATIENT,
  source,
  THREADS,
  type Written,
} from '../../support/code-stage.js';
import { startApplication } from '../../support/dp3-application.js';
import { ServedPlatform } from '../../support/served-platform.js';
import { TemporaryTree } from '../../support/temporary-tree.js';
import { until } from '../../support/until.js';

for (const instances of [undefined, 1] as const) {
  const which = instances === undefined ? 'a replica on each thread' : 'one instance';
  test(`what comes later is handled by the new code, of a module with ${which}`, async (t) => {
    const on = await CodeStage.open(t, [{ mark: 'old', ...(instances && { instances }) }]);
    await on.nameAll('a');
    const [first] = IDS;
    const old = on.marks();
    assert.ok(old.every((mark) => mark.startsWith('old on ')));
    on.write({ mark: 'new', ...(instances && { instances }) });
    assert.equal(await on.platform.control.replaceModuleCode(), 2);
    assert.deepEqual(on.marks(), old, 'what was derived before stays');
    await on.nameAll('b');
    const expected = instances === 1 ? 1 : THREADS;
    assert.equal(on.marks().length, expected);
    assert.ok(
      on.marks().every((mark) => mark.startsWith('new on ')),
      on.marks().join(),
    );
    const attribute = on.platform.model.entities.get('host')?.attributes.get('mark');
    assert.ok(attribute !== undefined);
    const entity = on.platform.model.entities.get('host')!;
    const { form } = on.platform.reader.explain({ entity, eid: first! }, attribute, Date.now());
    assert.match(JSON.stringify(form), /marking.onName \(generation 2\)/);
    await on.assertSound();
  });
}

test('a hook that the new code adds runs, and one that it has no more does not', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old', instances: 1 }]);
  on.write({ mark: 'new', instances: 1, attr: 'hits' });
  await on.platform.control.replaceModuleCode();
  await on.nameAll('a');
  assert.deepEqual(on.marks(), ['undefined']);
  const [id] = IDS;
  await on.platform.ingest([{ type: 'host', id, attr: 'hits', v: 1, t1: '2024-01-01' }]);
  await on.platform.idle(PATIENT);
  assert.match(on.marks([id!]).join(), /^new on /);
  assert.deepEqual((await on.platform.stats()).hookFaults, []);
});

test('modules stop on the old threads and start on the fresh ones; what is tried out does neither', async (t) => {
  const files = new TemporaryTree();
  t.after(() => files.remove());
  const journal = files.write('journal', '');
  const said = (step: string) =>
    `process.getBuiltinModule('fs').appendFileSync(${JSON.stringify(journal)}, '${step} ');`;
  const steps = (mark: string): Written => ({
    mark,
    setup: said(`${mark}:setup`),
    start: said(`${mark}:start`),
    stop: said(`${mark}:stop`),
  });
  const on = await CodeStage.open(t, [steps('old')]);
  writeFileSync(journal, '');
  on.write(steps('new'));
  await on.platform.control.replaceModuleCode();
  const life = ['old:stop', 'new:setup', 'new:start'];
  assert.deepEqual(readFileSync(journal, 'utf8').trim().split(' '), [
    'new:setup',
    ...Array.from({ length: THREADS }, () => life).flat(),
  ]);
});

test('what is acknowledged while threads are replaced is there, once', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old' }]);
  const sent = new Map(IDS.map((id) => [id, 0]));
  let isOver = false;
  const stream = async (ids: readonly string[]): Promise<void> => {
    for (let number = 0; !isOver; number++) {
      const t1 = new Date(Date.UTC(2024, 0, 1) + number * 1_000).toISOString();
      const points = ids.flatMap((id) => [
        { type: 'host', id, attr: 'hits', v: number, t1 },
        { type: 'host', id, attr: 'name', v: `n${number}` },
      ]);
      const options = { key: `${ids[0]}-${number}`, isAwaited: true };
      // A request that met a thread on its way out is sent again, as a sender would.
      while ((await on.platform.ingest(points, options)).status !== 200);
      for (const id of ids) sent.set(id, number + 1);
    }
  };
  const streams = [stream(IDS.slice(0, 12)), stream(IDS.slice(12))];
  const ended = Promise.all(streams);
  try {
    for (const mark of ['second', 'third']) {
      on.write({ mark });
      await on.platform.control.replaceModuleCode();
    }
  } finally {
    isOver = true;
    await ended;
  }
  await on.platform.idle(PATIENT);
  for (const [id, count] of sent) {
    const values = on.platform
      .entity(host)
      .history(id, 'hits')
      .map(({ v }) => Number(v));
    const expected = Array.from({ length: count }, (_, number) => number);
    assert.deepEqual(
      values.sort((one, other) => one - other),
      expected,
      id,
    );
  }
  await on.nameAll('last');
  assert.ok(
    on.marks().every((mark) => mark.startsWith('third on ')),
    on.marks().join(),
  );
  await on.assertSound();
});

const BROKEN: readonly [what: string, code: Partial<Written>, says: RegExp][] = [
  ['does not parse', { head: 'export const = 1;' }, /expected it to be imported/],
  ['throws when it is loaded', { head: "throw new Error('no table');" }, /no table/],
  ['throws when it is set up', { setup: "throw new Error('no licence');" }, /no licence/],
  ['hooks into an unknown attribute', { attr: 'nothing' }, /nothing/],
  ['ends its thread', { head: 'process.exit(3);' }, /loaded and set up/],
];

for (const [what, code, says] of BROKEN) {
  test(`new code that ${what} is refused, and the old code goes on`, async (t) => {
    const other = { mark: 'other', name: 'other', attr: 'hits' };
    const on = await CodeStage.open(t, [{ mark: 'old' }, other]);
    on.write({ mark: 'new', ...code });
    on.write({ ...other, attr: 'none' });
    await assert.rejects(on.platform.control.replaceModuleCode(), (error) => {
      assert.ok(hasCode(error, 'MODULE_FAILED'), String(error));
      assert.match(error.message, says);
      assert.deepEqual(error.details, { modules: ['marking', 'other'] });
      return true;
    });
    await on.nameAll('a');
    assert.deepEqual(on.marks(), ['old on 1', 'old on 2']);
    on.write({ mark: 'mended' });
    on.write(other);
    assert.equal(await on.platform.control.replaceModuleCode(), 2);
    await on.nameAll('b');
    assert.deepEqual(on.marks(), ['mended on 1', 'mended on 2']);
  });
}

test('new code that never comes to its end is refused after a while', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old' }], { limits: { moduleCheckMs: 1_000 } });
  on.write({ mark: 'new', head: 'for (;;);' });
  await assert.rejects(on.platform.control.replaceModuleCode(), /got no end within 1000 ms/);
  await on.nameAll('a');
  assert.deepEqual(on.marks(), ['old on 1', 'old on 2']);
});

test('new code that does not start keeps one thread, and the next code mends it', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old' }]);
  on.write({ mark: 'new', start: "throw new Error('no socket');" });
  await assert.rejects(on.platform.control.replaceModuleCode(), {
    code: 'MODULE_FAILED',
    message: /after thread 1 was replaced, got: .*no socket/,
  });
  on.write({ mark: 'mended' });
  assert.equal(await on.platform.control.replaceModuleCode(), 3);
  await on.nameAll('b');
  assert.deepEqual(on.marks(), ['mended on 1', 'mended on 2']);
  await on.assertSound();
});

test('calls of one moment follow each other, reloads among them', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old' }]);
  on.write({ mark: 'new' });
  const { control } = on.platform;
  const numbers = await Promise.all([
    control.replaceModuleCode(),
    control.refreshModuleConfig('marking', { tail: 'told' }),
    control.replaceModuleCode(),
  ]);
  assert.deepEqual(numbers, [2, 3, 4]);
  await on.nameAll('a');
  assert.deepEqual(on.marks(), ['new told on 1', 'new told on 2']);
});

test('a stop ends the check of new code, and whoever waits behind it', async (t) => {
  for (const head of ['for (;;);', '']) {
    const on = await CodeStage.open(t, [{ mark: 'old' }]);
    on.write({ mark: 'new', head });
    const { control } = on.platform;
    const calls = Promise.allSettled([control.replaceModuleCode(), control.replaceModuleCode()]);
    await on.platform.stop(PATIENT);
    for (const call of await calls)
      assert.equal((call as PromiseRejectedResult).reason?.code, 'PLATFORM_STOPPED');
    await assert.rejects(control.replaceModuleCode(), { code: 'PLATFORM_STOPPED' });
  }
});

test('a stop while a thread waits for its new modules to start ends both', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old' }]);
  const came = on.tree.path('came');
  const start = `process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(came)}, ''); return new Promise(() => {});`;
  on.write({ mark: 'new', start });
  const { control } = on.platform;
  const call = control.replaceModuleCode();
  const refused = assert.rejects(call, { code: 'PLATFORM_STOPPED' });
  await until(() => existsSync(came), 'the new module to start');
  await on.platform.stop({ deadlineMs: 1_000 });
  await refused;
});

test('a stop between two threads leaves the second as it is', async (t) => {
  const system = await createSystem({ threads: THREADS, logger: silentLogger });
  t.after(() => system.stop({ deadlineMs: 0 }));
  const on = await CodeStage.open(t, [{ mark: 'old' }], { system });
  let replaced = 0;
  const stopped = new Promise<void>((resolve, reject) => {
    system.events.on('threadReplaced', () => {
      replaced++;
      on.platform.stop(PATIENT).then(() => resolve(), reject);
    });
  });
  on.write({ mark: 'new' });
  await assert.rejects(on.platform.control.replaceModuleCode(), { code: 'PLATFORM_STOPPED' });
  await stopped;
  assert.equal(replaced, 1);
});

test('modules on main stay as they are until a restart, and without any there is nothing to do', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old' }], { threads: 0 });
  await assert.rejects(on.platform.control.replaceModuleCode(), {
    code: 'THREAD_FIXED',
    message: /threads: 0/,
  });
  const empty = await CodeStage.open(t, []);
  assert.equal(await empty.platform.control.replaceModuleCode(), 0);
});

test('by HTTP it is a POST; what is refused is 409, with its code', async (t) => {
  const on = await CodeStage.open(t, [{ mark: 'old' }]);
  const served = await ServedPlatform.of(on.tree, on.platform);
  t.after(() => served.stop());
  const path = '/control/replace_module_code';
  on.write({ mark: 'new' });
  const { status, json } = await served.post(path);
  assert.deepEqual([status, json], [200, { detail: 'Action sent.' }]);
  assert.equal((await served.get(path)).status, 422);
  await on.nameAll('a');
  assert.deepEqual(on.marks(), ['new on 1', 'new on 2']);
  on.write({ mark: 'worse', attr: 'nothing' });
  const refused = await served.post(path);
  assert.deepEqual(
    [refused.status, (refused.json as { code: string }).code],
    [409, 'MODULE_FAILED'],
  );
  const alone = await CodeStage.open(t, [{ mark: 'old' }], { threads: 0 });
  const onMain = await ServedPlatform.of(alone.tree, alone.platform);
  t.after(() => onMain.stop());
  const fixed = await onMain.post(path);
  assert.deepEqual([fixed.status, (fixed.json as { code: string }).code], [409, 'THREAD_FIXED']);
});

test('the configuration folder is read anew for it, and one with faults keeps the old code', async (t) => {
  const first = new TemporaryTree();
  t.after(() => first.remove());
  const url = pathToFileURL(first.write('marking.mjs', source({ mark: 'old' }))).href;
  const served = await startApplication({
    entities: {
      host: `entity: { id: host, name: Host, snapshot: true }
attribs:
  name: { name: A, type: plain, data_type: string }
  mark: { name: A, type: plain, data_type: string }
`,
    },
    modules: { marking: url },
  });
  t.after(() => served.stop());
  const mark = async (name: string): Promise<unknown> => {
    await served.write([{ type: 'host', id: 'h', attr: 'name', v: name }]);
    await served.platform.idle(PATIENT);
    const { json } = await served.get('/entity/host/h/get/mark');
    return (json as { current_value: unknown }).current_value;
  };
  const { control } = served.platform;
  served.tree.write('modules/marking.mjs', source({ mark: 'new' }));
  served.tree.write('config/modules/marking.yml', 'tail: [\n');
  await assert.rejects(control.replaceModuleCode(), { code: 'CONFIG_FOLDER_INVALID' });
  assert.equal(await mark('a'), 'old on 1');
  served.tree.write('config/modules/marking.yml', 'tail: configured\n');
  assert.equal(await control.replaceModuleCode(), 2);
  assert.equal(await mark('b'), 'new configured on 1');
});
