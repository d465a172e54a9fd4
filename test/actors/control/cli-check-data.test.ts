/** What a changed configuration would do to a data folder, told without touching it, whether a platform runs there or not. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type Started, TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
after(() => troupe.remove());

const SERVE = [
  'serve',
  '--config',
  'app/config',
  '--data',
  'app/data',
  '--port',
  '0',
  '--threads',
  '1',
];
const CHECK = ['check', 'app/next', '--data', 'app/data'];
let server: Started;

/** An entity file of a configuration folder; attributes as `name: data type`. */
function entity(
  folder: string,
  id: string,
  attribs: Readonly<Record<string, string>>,
  idType = 'string',
): void {
  const head = `entity: { id: ${id}, name: ${id}, snapshot: true, id_data_type: ${idType} }`;
  const lines = Object.entries(attribs).map(
    ([name, type]) => `  ${name}: { name: ${name}, type: plain, data_type: ${type} }`,
  );
  const path = troupe.path('app', folder, 'db_entities', `${id}.yml`);
  writeFileSync(path, [head, 'attribs:', ...lines, ''].join('\n'));
}

async function change(): Promise<unknown> {
  const { code, stdout, stderr } = await troupe.run([...CHECK, '--json']);
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as { change: unknown }).change;
}

before(async () => {
  for (const folder of ['config', 'next']) {
    mkdirSync(troupe.path('app', folder, 'db_entities'), { recursive: true });
    entity(folder, 'host', { label: 'string', size: 'int', gone: 'string' });
    entity(folder, 'user', { login: 'string' });
    entity(folder, 'cell', { x: 'int' }, 'int');
  }
  server = troupe.start([...SERVE, '--json']);
  assert.ok(await server.firstLine);
  const points = [
    ...['a', 'b', 'c'].map((id) => ({ type: 'host', id, attr: 'label', v: id })),
    ...['a', 'b'].map((id) => ({ type: 'host', id, attr: 'size', v: 1 })),
    { type: 'host', id: 'a', attr: 'gone', v: 'x' },
    { type: 'user', id: 'u', attr: 'login', v: 'x' },
    ...[1, 2, 3, 4].map((id) => ({ type: 'cell', id, attr: 'x', v: 1 })),
  ];
  const sent = await troupe.run(
    ['ingest', '-', '--wait', '--data', 'app/data'],
    JSON.stringify(points),
  );
  assert.equal(sent.code, 0, sent.stderr);
});

test('the same configuration changes nothing', async () => {
  assert.deepEqual(await change(), {
    data: realpathSync(troupe.path('app', 'data')),
    added: [],
    retyped: [],
    removed: [],
    isBreaking: false,
    hasWork: false,
  });
  const { stdout } = await troupe.run(CHECK);
  assert.match(stdout, /nothing changes in what is stored/);
});

const CHANGED = {
  added: ['host.more', 'net'],
  retyped: [
    { name: 'cell', from: 'id int', to: 'id string', entities: 4 },
    { name: 'host.size', from: 'plain int', to: 'plain string', entities: 2 },
  ],
  removed: [
    { name: 'host.gone', entities: 1 },
    { name: 'user', entities: 1 },
  ],
  isBreaking: true,
};

test('what comes, what is stored otherwise and what goes is told, with how many entities that meets', async () => {
  entity('next', 'host', { label: 'string', size: 'string', more: 'string' });
  entity('next', 'net', { x: 'int' });
  entity('next', 'cell', { x: 'int' }, 'string');
  rmSync(troupe.path('app', 'next', 'db_entities', 'user.yml'));
  const { data: _data, hasWork: _hasWork, ...told } = (await change()) as Record<string, unknown>;
  assert.deepEqual(told, CHANGED);
  const { code, stdout } = await troupe.run(CHECK);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}added host\.more$/m);
  assert.match(stdout, /^ {2}retyped host\.size from plain int to plain string, of 2 entities$/m);
  assert.match(stdout, /^ {2}removed user, of 1 entity$/m);
});

test('with --strict a change that loses what is stored ends with 1', async () => {
  assert.equal((await troupe.run([...CHECK, '--strict'])).code, 1);
});

test('a folder at rest is told of as well, and has been touched by nobody', async () => {
  server.child.kill('SIGTERM');
  assert.equal((await server.ended).code, 0);
  const stored = (): Buffer[] =>
    ['log', 'state'].map((name) => readFileSync(troupe.path('app', 'data', name, 'data.mdb')));
  const before = stored();
  const { data: _data, ...told } = (await change()) as Record<string, unknown>;
  assert.deepEqual(told, { ...CHANGED, hasWork: false });
  assert.deepEqual(stored(), before);
  const { code, stdout } = await troupe.run(['query', 'types', '--data', 'app/data', '--json']);
  assert.equal(code, 0);
  assert.match(stdout, /"user"/);
});

test('a folder that is none is 3, and one that is not there too; with faults nothing is opened', async () => {
  assert.equal((await troupe.run(['check', 'app/next', '--data', 'app/config'])).code, 3);
  assert.equal((await troupe.run(['check', 'app/next', '--data', 'absent'])).code, 3);
  assert.equal((await troupe.run(['check', 'absent', '--data', 'absent'])).code, 1);
});
