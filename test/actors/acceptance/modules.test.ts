/**
 * A module in the style of DP³'s, enabled in processing_core.yml and configured by modules/<name>.yml: which of its hooks
 * run, in which order, with what, and where the tasks they give go.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { startApplication } from '../../support/dp3-application.js';
import { eventually } from '../../support/eventually.js';
import type { ServedPlatform } from '../../support/served-platform.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const HOST = `entity: { id: host, name: Host, snapshot: true }
attribs:
  name: { name: A, type: plain, data_type: string }
  mark: { name: A, type: plain, data_type: string }
  seen: { name: A, type: observations, data_type: string, history_params: {} }
  load:
    { name: A, type: timeseries, timeseries_type: regular, timeseries_params: { time_step: 1m },
      series: { x: { data_type: int } } }
`;
const NET = `entity: { id: net, name: Net, snapshot: true }
attribs:
  last: { name: A, type: plain, data_type: string }
  busy: { name: A, type: observations, data_type: string, history_params: { aggregate: false } }
`;
const MODULE = new URL('../../support/recording-module.js', import.meta.url).href;
const files = new TemporaryTree();
const journal = files.write('journal', '');
let served: ServedPlatform;

before(async () => {
  served = await startApplication({
    entities: { host: HOST, net: NET },
    modules: { recording: MODULE },
    files: { 'modules/recording.yml': `journal: ${journal}\nmark: first\n` },
  });
});
after(async () => {
  await served.stop();
  files.remove();
});

let linesRead = 0;

/** What was called since it was last asked. A line that is being written counts next time. */
function called(): unknown[][] {
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  const since = lines.slice(linesRead);
  linesRead = lines.length;
  return since.map((line) => JSON.parse(line) as unknown[]);
}

async function sent(...points: readonly object[]): Promise<unknown[][]> {
  await served.write(points.map((point) => ({ type: 'host', id: 'h', ...point })));
  await served.platform.idle();
  return called().filter(([hook, etype]) => hook !== 'onTask' || etype === 'host');
}

const name = (id: string, v: string) => ({ id, attr: 'name', v });

async function currentOf(etype: string, id: string, attr: string): Promise<unknown> {
  const { json } = await served.get(`/entity/${etype}/${id}/get/${attr}`);
  return (json as { current_value: unknown }).current_value;
}

test('a module is configured, then started', () => {
  assert.deepEqual(called(), [['loadConfig', 'first'], ['start']]);
});

describe('hooks', () => {
  test('of a new entity run in the order of DP³, then those of its data-points in theirs', async () => {
    const t1 = 1_704_067_200_000;
    const calls = await sent(
      name('h', 'one'),
      { attr: 'seen', v: 'lan', t1: '2024-01-01', t2: '2024-01-01T00:01:00Z', c: 0.5 },
      { attr: 'load', v: { x: [1, '2'] }, t1: '2024-01-01' },
      name('h', 'two'),
    );
    assert.deepEqual(calls, [
      ['onTask', 'host', 'h', false],
      ['mayBegin', 'h'],
      ['mayBeginToo', 'h'],
      ['onCreation', 'h', false, true],
      ['onCreationToo', 'h'],
      ['onPlain', 'h', 'one', 'two'],
      ['onPlainToo', 'h', 'one'],
      ['onSeen', 'h', 'lan', t1, t1 + 60_000, 0.5],
      ['onSeries', 'h', { x: [1, 2] }],
      ['onPlain', 'h', 'two', 'two'],
      ['onPlainToo', 'h', 'two'],
      ['onTask', 'host', 'h', false],
    ]);
    assert.equal(await currentOf('host', 'h', 'mark'), 'first');
    assert.equal(await currentOf('net', 'all', 'last'), 'h');
    const { json } = await served.get('/entity/net/lan/get/busy');
    assert.deepEqual((json as { history: unknown }).history, [
      { t1: '2024-01-01T00:00:00Z', t2: '2024-01-01T00:01:00Z', v: 'h', c: 0.5 },
    ]);
  });

  test('of an entity that is there are those of the task and of its data-points alone', async () => {
    assert.deepEqual(await sent(name('h', 'three')), [
      ['onTask', 'host', 'h', false],
      ['onPlain', 'h', 'three', 'three'],
      ['onPlainToo', 'h', 'three'],
    ]);
  });

  test('that deny keep an entity out, with its data-points and its life', async () => {
    assert.deepEqual(await sent(name('denied', 'x')), [
      ['onTask', 'host', 'denied', false],
      ['mayBegin', 'denied'],
    ]);
    const late = await sent(name('denied-late', 'x'));
    assert.deepEqual(
      late.map(([hook]) => hook),
      ['onTask', 'mayBegin', 'mayBeginToo'],
    );
    for (const id of ['denied', 'denied-late']) {
      assert.deepEqual((await served.get(`/entity/host/${id}/master`)).json, {});
    }
  });

  test('that throw while they decide allow, as in DP³', async () => {
    await sent(name('faulty', 'x'));
    assert.equal(await currentOf('host', 'faulty', 'name'), 'x');
  });

  test('that throw cost their own result, and the next one runs', async () => {
    const calls = await sent(name('h', 'throws'));
    assert.deepEqual(calls.at(-1), ['onPlainToo', 'h', 'throws']);
    assert.equal(await currentOf('host', 'h', 'name'), 'throws');
    const { hookFaults } = await served.platform.stats();
    const [last] = hookFaults;
    assert.deepEqual(
      [last?.code, last?.module, last?.eid, last?.attr],
      ['HOOK_FAILED', 'recording', 'h', 'name'],
    );
  });

  test('that give good and bad tasks have their good ones taken', async () => {
    await sent(name('h', 'half'));
    assert.equal(await currentOf('host', 'h', 'mark'), 'good half');
    const { hookFaults } = await served.platform.stats();
    assert.equal(hookFaults[0]?.code, 'HOOK_RESULT_INVALID');
  });

  test('may delete; the hook of the deletion still sees the record, and no other runs', async () => {
    const calls = await sent(name('doomed', 'doomed'));
    assert.deepEqual(calls.slice(-2), [
      ['onTask', 'host', 'doomed', true],
      ['onDeletion', 'doomed', 'doomed'],
    ]);
    assert.deepEqual((await served.get('/entity/host/doomed/master')).json, {});
    assert.equal(await currentOf('net', 'all', 'last'), 'without doomed');
    await served.delete('/entity/host/nobody');
    await served.platform.idle();
    const absent = called().filter(([hook]) => hook !== 'onTask');
    assert.deepEqual(absent, []);
  });

  test('are told apart in what they derived', async () => {
    const { json } = await served.get('/entity/net/lan/explain/busy?at=2024-01-01');
    const { items } = json as { items: Record<string, unknown>[] };
    assert.equal(items.length, 1);
    assert.deepEqual([items[0]!.src, items[0]!.confidence], ['deriver', 0.5]);
    assert.match(JSON.stringify(items[0]), /recording/);
  });

  test('are counted under the names of DP³', async () => {
    const { hooks } = await served.platform.stats();
    const paths = Object.keys(hooks);
    for (const [family, context] of [
      ['on_task_start', '()'],
      ['allow_entity_creation', '(host)'],
      ['on_entity_creation', '(host)'],
      ['on_new_plain', '(host,name)'],
      ['on_new_observation', '(host,seen)'],
      ['on_new_ts_chunk', '(host,load)'],
      ['on_entity_delete', '(host)'],
    ]) {
      const own = paths.filter((path) => path.startsWith(`${family}/recording.`));
      assert.ok(
        own.some((path) => path.includes(`/${context}/`)),
        `${family}: ${own}`,
      );
    }
    const denied = paths.find(
      (path) =>
        path.startsWith('allow_entity_creation/recording.mayBegin/') &&
        path.endsWith('/decisions_denied'),
    );
    assert.equal(hooks[denied ?? ''], 1);
  });
});

describe('control', () => {
  test('refresh_module_config reads the file anew, and what it marks is of the new one', async () => {
    served.tree.write('config/modules/recording.yml', `journal: ${journal}\nmark: second\n`);
    const { status, json } = await served.post('/control/refresh_module_config?module=recording');
    assert.deepEqual([status, json], [200, { detail: 'Action sent.' }]);
    assert.ok(called().some(([step, mark]) => step === 'loadConfig' && mark === 'second'));
    await sent(name('h2', 'x'));
    assert.equal(await currentOf('host', 'h2', 'mark'), 'second');
  });

  test('refresh_on_entity_creation runs the creation hooks of all entities again', async () => {
    const { status } = await served.get('/control/refresh_on_entity_creation?etype=host');
    assert.equal(status, 200);
    const { json } = await served.get('/entity/host/count');
    const again: unknown[][] = [];
    // It is answered when it is stored.
    await eventually('every host to be created again', () => {
      again.push(...called().filter(([hook]) => hook === 'onCreation'));
      return again.length === (json as { total_count: number }).total_count;
    });
    await served.platform.idle();
    assert.ok(again.every(([, , isRefresh]) => isRefresh === true));
    assert.equal(await currentOf('host', 'h', 'mark'), 'second');
  });

  test('a file that is broken leaves the old configuration in force', async () => {
    served.tree.write('config/modules/recording.yml', 'journal: [\n');
    const path = '/control/refresh_module_config?module=recording';
    const { status, json } = await served.post(path);
    assert.deepEqual([status, (json as { code: string }).code], [409, 'MODULE_FAILED']);
    assert.equal((await served.get(path)).status, 200);
    await sent(name('h3', 'x'));
    assert.equal(await currentOf('host', 'h3', 'mark'), 'second');
  });

  test('an action that is not allowed says so by POST, and by GET answers as DP³', async () => {
    const own = await startApplication({
      entities: { host: HOST, net: NET },
      files: { 'control.yml': 'allowed_actions: []\n' },
    });
    try {
      const path = '/control/refresh_on_entity_creation?etype=host';
      assert.equal((await own.post(path)).status, 403);
      assert.equal((await own.post('/control/replace_module_code')).status, 403);
      const { status, json } = await own.get(path);
      assert.deepEqual([status, json], [200, { detail: 'Action sent.' }]);
    } finally {
      await own.stop();
    }
  });
});
