/**
 * The command line from an empty folder to answers: init, serve, ingest, query over the socket, over HTTP and at rest, and
 * how each ends.
 * Runs on: main, with processes of its own.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Started, TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
after(() => troupe.remove());

const CONFIG = ['--config', 'app/config'];
const DATA = ['--data', 'app/data'];
const AT = new Date().toISOString();
const SERVE = ['serve', ...CONFIG, ...DATA, '--port', '0', '--threads', '1', '--json'];

/** The one JSON value, or a line each. */
function lines(stdout: string): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

async function json(...words: string[]): Promise<unknown[]> {
  const { code, stdout, stderr } = await troupe.run([...words, '--json']);
  assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
  return lines(stdout);
}

async function serving(): Promise<{ url: string; server: Started }> {
  const server = troupe.start(SERVE);
  const line = await server.firstLine;
  if (line === undefined) assert.fail((await server.ended).stderr);
  return { url: (JSON.parse(line) as { url: string }).url, server };
}

/** The first signal: drained, and 0. */
async function stopped(server: Started): Promise<void> {
  server.child.kill('SIGTERM');
  const { code, stderr } = await server.ended;
  assert.equal(code, 0, stderr);
}

before(async () => {
  const { code, stderr } = await troupe.run(['init', 'app']);
  assert.equal(code, 0, stderr);
});

describe('a platform that is served', () => {
  let url: string;
  let server: Started;
  before(async () => {
    ({ url, server } = await serving());
  });

  test('takes the data-points of a file, and says how many', async () => {
    const [sent] = await json('ingest', 'app/data-points.json', ...DATA, '--wait');
    const { accepted, rejected, isWhole, requests } = sent as Record<string, unknown>;
    assert.deepEqual(
      { accepted, rejected, isWhole, requests },
      {
        accepted: 6,
        rejected: 0,
        isWhole: true,
        requests: 1,
      },
    );
  });

  test('answers the same over its socket and over HTTP', async () => {
    for (const words of [
      ['query', 'types'],
      ['query', 'list', 'host'],
      ['query', 'record', 'host', '192.0.2.10'],
      ['query', 'attr', 'host', '192.0.2.10', 'os', '--from', '2026-01-01T00:00:00Z'],
      ['query', 'values', 'host', '192.0.2.10', '--at', AT],
      ['query', 'raw', 'host', '--attr', 'hostname'],
      ['query', 'explain', 'host', '192.0.2.10', 'os', '--at', AT],
      ['dead-letters', 'list'],
    ]) {
      const [near, far] = await Promise.all([
        json(...words, ...DATA),
        json(...words, '--url', url),
      ]);
      assert.deepEqual(near, far, words.join(' '));
    }
  });

  test('derives with its modules: networks list their hosts', async () => {
    const found = await json('query', 'values', 'network', '192.0.2.0/24', ...DATA);
    const [{ eid, size, hosts }] = found as [{ eid: string; size: number; hosts: unknown[] }];
    assert.deepEqual([eid, size, hosts.length], ['192.0.2.0/24', 256, 2]);
  });

  test('values are those of the instant asked for', async () => {
    const of = ['query', 'values', 'host', '192.0.2.10', ...DATA];
    const [now] = await json(...of);
    const { hostname, os, 'os#c': c } = now as Record<string, unknown>;
    assert.deepEqual({ hostname, os, c }, { hostname: 'edge-01', os: 'linux', c: 0.9 });
    const anHourAgo = String(Math.floor(Date.now() / 1_000) - 3_600);
    assert.equal(
      ((await json(...of, '--at', anHourAgo))[0] as Record<string, unknown>).os,
      'linux',
    );
    const [then] = await json(...of, '--at', '2000-01-01T00:00:00Z');
    assert.equal((then as Record<string, unknown>).os, undefined);
  });

  test('lists come in pages and as tables, and end quietly when their reader goes', async () => {
    const rows = await json('query', 'list', 'host', '--limit', '2', ...DATA);
    assert.equal(rows.length, 2);
    const table = await troupe.run(['query', 'list', 'host', ...DATA]);
    assert.match(table.stdout, /^id +values\n/);
    assert.ok(!table.stdout.includes('\u001b['), 'no colour where there is no terminal');
    const head = await troupe.shell('troupe query list host --data app/data --json | head -1');
    assert.deepEqual([head.code, head.stderr], [0, '']);
    assert.equal(lines(head.stdout).length, 1);
  });

  test('an entity that is not there, or a type there is none of, ends with 1 and the reason', async () => {
    for (const [words, reason] of [
      [['query', 'record', 'host', '203.0.113.1'], /doesn't exist/],
      [['query', 'list', 'nothing'], /doesn't exist/],
      [['query', 'record', 'host', 'no address'], /eid/],
    ] as const) {
      const { code, stderr } = await troupe.run([...words, ...DATA]);
      assert.equal(code, 1, words.join(' '));
      assert.match(stderr, reason);
    }
  });

  test('what is refused is named with its line, and without --partial nothing of its body counts', async () => {
    const points = [
      { type: 'host', id: '192.0.2.20', attr: 'hostname', v: 'new' },
      { type: 'host', id: '192.0.2.20', attr: 'hostname', v: 7 },
      { type: 'host', id: 'nowhere', attr: 'hostname', v: 'x' },
    ];
    const text = `${points.map((point) => JSON.stringify(point)).join('\n')}\n{"type":\n`;
    const all = await troupe.run(['ingest', '-', ...DATA, '--json'], text);
    assert.equal(all.code, 1);
    const partial = await troupe.run(['ingest', '-', ...DATA, '--partial', '--json'], text);
    assert.equal(partial.code, 1);
    const said = lines(partial.stdout) as { rejected: { line: number } }[];
    const rejected = said.slice(0, -1).map((one) => one.rejected.line);
    assert.deepEqual(rejected.sort(), [2, 3, 4]);
    assert.equal((said.at(-1) as unknown as { accepted: number }).accepted, 1);
  });

  test('stats and fsck ask the platform that runs', async () => {
    const [stats] = await json('stats', ...DATA);
    const { engine } = stats as { engine: { tasksApplied: number } };
    assert.ok(engine.tasksApplied > 0);
    const [report] = await json('fsck', ...DATA);
    assert.deepEqual((report as { findings: unknown[] }).findings, []);
  });

  test('a second platform on the folder ends with 3 and harms nothing', async () => {
    const { code, stderr } = await troupe.run(SERVE);
    assert.equal(code, 3);
    assert.match(stderr, /app\/data/);
    await json('query', 'types', ...DATA);
  });

  test('SIGTERM drains it, and it ends with 0', async () => {
    await stopped(server);
  });
});

describe('a folder at rest', () => {
  test('is read without a platform', async () => {
    const hosts = await json('query', 'list', 'host', ...DATA);
    assert.ok(hosts.length >= 3);
    const [report] = await json('fsck', ...DATA);
    assert.deepEqual((report as { findings: unknown[] }).findings, []);
  });

  test('takes nothing: stats, dead letters and ingest end with 4', async () => {
    for (const words of [
      ['stats'],
      ['dead-letters', 'replay', '--all'],
      ['ingest', 'app/data-points.json', '--retry', '0'],
    ]) {
      const { code, stderr } = await troupe.run([...words, ...DATA]);
      assert.equal(code, 4, words.join(' '));
      assert.match(stderr, /no platform|expected a platform/i);
    }
  });

  test('with --config ingest runs the platform itself, and stops it', async () => {
    const point = { type: 'host', id: '192.0.2.99', attr: 'hostname', v: 'alone' };
    const { code, stderr } = await troupe.run(
      ['ingest', '-', ...DATA, ...CONFIG, '--wait'],
      JSON.stringify([point]),
    );
    assert.equal(code, 0, stderr);
    const [values] = await json('query', 'values', 'host', '192.0.2.99', ...DATA);
    assert.equal((values as { hostname: string }).hostname, 'alone');
  });

  test('what is no data folder ends with 3', async () => {
    for (const dir of ['absent', 'app/config']) {
      const { code } = await troupe.run(['query', 'types', '--data', dir]);
      assert.equal(code, 3, dir);
    }
  });
});

test('a signal during the start ends it with 0, and the folder is free', async () => {
  const server = troupe.start(SERVE);
  server.child.kill('SIGTERM');
  const early = await server.ended;
  assert.ok(early.code === 0 || early.code === undefined, early.stderr);
  const again = await serving();
  await stopped(again.server);
});

test('a port that is taken ends with 2, and no folder is made', async () => {
  const first = await serving();
  const port = new URL(first.url).port;
  const second = ['serve', ...CONFIG, '--data', 'app/other', '--threads', '1', '--port', port];
  const { code, stderr } = await troupe.run(second);
  assert.equal(code, 2);
  assert.match(stderr, /EADDRINUSE/);
  assert.equal(existsSync(troupe.path('app/other')), false);
  await stopped(first.server);
});

/** Writes files below the project's folder. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(troupe.path(path)), { recursive: true });
    writeFileSync(troupe.path(path), text);
  }
}

const ITEM_FILE = `entity: { id: item, id_data_type: string, name: Item, snapshot: true }
attribs: { a: { name: A, type: plain, data_type: int } }
`;

test('a folder of DP³ is served as it is, its servers named in one notice', async () => {
  write({
    'dp3/db_entities/item.yml': ITEM_FILE,
    'dp3/api.yml':
      'cors: { allow_origins: ["*"] }\ndatapoint_logger: { good_log: false, bad_log: false }\n',
    'dp3/control.yml': 'allowed_actions: [make_snapshots, refresh_module_config]\n',
    'dp3/database.yml':
      'connection: { mode: standalone, host: { address: localhost, port: 27017 } }\n',
    'dp3/event_logging.yml': 'redis: { host: localhost, port: 6379, db: 1 }\ngroups: {}\n',
    'dp3/processing_core.yml':
      'msg_broker: { host: localhost }\nworker_processes: 2\nworker_threads: 16\nmodules_dir: ../dp3modules\nenabled_modules: [old]\n',
    'dp3modules/old.py': 'import dp3\n',
    'dp3/snapshots.yml': 'creation_rate: { minute: "*/30" }\n',
    'dp3/updater.yml':
      'update_batch_cron: { minute: "*/5" }\nupdate_batch_period: 5m\ncache_management_cron: { hour: 2 }\n',
  });
  const words = ['serve', '--config', 'dp3', '--data', 'dp3data', '--threads', '1', '--port', '0'];
  const server = troupe.start([...words, '--json']);
  const line = await server.firstLine;
  if (line === undefined) assert.fail((await server.ended).stderr);
  const { url } = JSON.parse(line) as { url: string };
  const points = JSON.stringify([{ type: 'item', id: 'a/b', attr: 'a', v: '5' }]);
  const sent = await fetch(`${url}/api/datapoints`, { method: 'POST', body: points });
  assert.deepEqual([sent.status, await sent.json()], [200, { detail: 'OK' }]);
  server.child.kill('SIGTERM');
  const { code, stderr } = await server.ended;
  assert.equal(code, 0, stderr);
  const notices = stderr.split('\n').filter((text) => text.includes('servers of DP³'));
  assert.equal(notices.length, 1, stderr);
  assert.match(notices[0] ?? '', /msg_broker.*database\.yml|database\.yml.*msg_broker/);
  assert.match(stderr, /"old\\?".*Python/);
  const strict = await troupe.run([...words, '--strict']);
  assert.equal(strict.code, 2);
  assert.match(strict.stderr, /Python/);
});

test('a token guards what changes something; it may come from the environment', async () => {
  const server = await troupe.start(
    [...SERVE.slice(0, 3), '--data', 'app/guarded', ...SERVE.slice(5)],
    { TROUPE_TOKEN: 'secret' },
  );
  const line = await server.firstLine;
  if (line === undefined) assert.fail((await server.ended).stderr);
  const { url } = JSON.parse(line) as { url: string };
  const point = JSON.stringify([{ type: 'host', id: '192.0.2.1', attr: 'hostname', v: 'x' }]);
  const words = ['ingest', '-', '--url', url];
  assert.equal((await troupe.run(words, point)).code, 1);
  assert.equal((await troupe.run([...words, '--token', 'wrong'], point)).code, 1);
  assert.equal((await troupe.run([...words, '--token', 'secret'], point)).code, 0);
  await json('query', 'types', '--url', url);
  await stopped(server);
});

test('a second signal ends a platform that cannot drain, with 143, and nothing acknowledged is lost', async () => {
  write({
    'slow/db_entities/item.yml': ITEM_FILE,
    'slow/processing_core.yml': 'modules_dir: ../slowmodules\nenabled_modules: [slow]\n',
    'slowmodules/slow.mjs': `import { defineModule } from 'troupe/actors';
export const slow = defineModule({
  name: 'slow',
  setup({ registrar }) {
    registrar.registerOnNewAttrHook(() => new Promise(() => {}), 'item', 'a');
  },
});
`,
  });
  const of = ['--config', 'slow', '--data', 'slowdata'];
  const server = troupe.start(['serve', ...of, '--threads', '1', '--port', '0', '--json']);
  if ((await server.firstLine) === undefined) assert.fail((await server.ended).stderr);
  const point = JSON.stringify([{ type: 'item', id: 'x', attr: 'a', v: 5 }]);
  assert.equal((await troupe.run(['ingest', '-', '--data', 'slowdata'], point)).code, 0);
  server.child.kill('SIGTERM');
  await server.said(/draining/);
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 143);
  const [{ v }] = (await json('query', 'raw', 'item', '--data', 'slowdata')) as [{ v: number }];
  assert.equal(v, 5);
});
