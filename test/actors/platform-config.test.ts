/** What a platform may be told, and that everything wrong with it is named at once. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { defineModule } from '../../actors/module/module.js';
import { type PlatformConfig, parsePlatformConfig } from '../../actors/platform-config.js';
import { defineEntity, plain } from '../../stores/index.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const tree = new TemporaryTree();
after(() => tree.remove());

const host = defineEntity('host', { id: 'ipv4', attributes: { name: plain('string') } });
const geo = defineModule({ name: 'geo', url: import.meta.url, setup: () => {} });

const HOST_FILE = `entity: { id: host, id_data_type: ipv4, name: Host, snapshot: true }
attribs: { name: { name: N, type: plain, data_type: string } }
`;
const folder = tree.path('config');
tree.write('config/db_entities/host.yml', HOST_FILE);
tree.write('config/processing_core.yml', 'modules_dir: ../modules\nenabled_modules: [geo, old]\n');
tree.write('config/modules/geo.yml', 'table: a.csv\n');
tree.write('modules/geo.js', '');
tree.write('modules/old.py', '');

async function faultsOf(config: unknown): Promise<readonly string[]> {
  const fault = await parsePlatformConfig(config as PlatformConfig).then(
    () => undefined,
    (error: { code: string; details: { faults: string[] } }) => error,
  );
  assert.equal(fault?.code, 'CONFIG_INVALID', 'expected the configuration to be refused');
  return fault.details.faults;
}

test('entity types alone are enough, and the rest has defaults', async () => {
  const settings = await parsePlatformConfig({ data: tree.path('data'), entities: [host] });
  assert.deepEqual([...settings.model.entities.keys()], ['host']);
  assert.equal(settings.durability, 'fsync');
  assert.deepEqual([settings.modules, settings.notices, settings.folder], [[], [], undefined]);
  assert.ok(!existsSync(tree.path('data')), 'nothing is made before the start');
});

test('a configuration folder brings entity types, modules and their configuration', async () => {
  const { model, modules, notices } = await parsePlatformConfig({ data: 'd', config: folder });
  assert.deepEqual([...model.entities.keys()], ['host']);
  assert.deepEqual(
    modules.map(({ name, config }) => [name, config]),
    [['geo', { table: 'a.csv' }]],
  );
  assert.equal(notices.length, 1);
  assert.match(notices[0]!.text, /"old".*Python/);
});

test('a configuration folder that is not there is named by its path, and nothing follows from it', async () => {
  const config = tree.path('nowhere');
  assert.deepEqual(await faultsOf({ data: 'd', config }), [
    `config: expected a folder that can be read, ${config}, got ENOENT`,
  ]);
});

test("what only DP³'s servers used is no fault with isStrict; names that nothing reads are", async () => {
  tree.write('sound/db_entities/host.yml', HOST_FILE);
  tree.write('sound/database.yml', 'db_name: x\n');
  const config = { data: 'd', config: tree.path('sound'), isStrict: true };
  const { notices } = await parsePlatformConfig(config);
  assert.deepEqual(
    notices.map(({ kind }) => kind),
    ['servers'],
  );
  tree.write('sound/our_own.yml', 'x: 1\n');
  assert.match((await faultsOf(config)).join(), /our_own/);
});

test('with isStrict a module that does not run here is a fault', async () => {
  const faults = await faultsOf({ data: 'd', config: folder, isStrict: true });
  assert.match(faults.join(), /"old".*Python/);
});

test('configuration given as an option stands in place of the file', async () => {
  const moduleConfigs = { geo: { table: 'b.csv' } };
  const { modules } = await parsePlatformConfig({ data: 'd', config: folder, moduleConfigs });
  assert.deepEqual(modules[0]?.config, { table: 'b.csv' });
});

test('modules come as definitions that know their file, or as files', async () => {
  const { modules } = await parsePlatformConfig({
    data: 'd',
    entities: [host],
    modules: [geo, { name: 'other', file: tree.path('modules/geo.js') }],
  });
  assert.deepEqual(
    modules.map(({ name, url }) => [name, url.startsWith('file:///')]),
    [
      ['geo', true],
      ['other', true],
    ],
  );
});

test('every fault is named at once: options, folder, model, modules', async () => {
  tree.write('faulty/db_entities/host.yml', HOST_FILE.replace('string', 'strin'));
  const faults = await faultsOf({
    config: tree.path('faulty'),
    thread: 2,
    threads: -1,
    partitions: 1.5,
    durability: 'never',
    limits: { bodyBytesMax: 0, bodyByteMax: 1 },
    logger: {},
    entities: [
      { id: 'x' },
      defineEntity('bad', { id: 'string', attributes: { eid: plain('string') } }),
    ],
    modules: [
      defineModule({ name: 'lost', setup: () => {} }),
      { name: 'gone', file: 'gone.js' },
      7,
    ],
    moduleConfigs: { geo: 1 },
  });
  const text = faults.join('\n');
  for (const expected of [
    /^data: expected/m,
    /^thread: .*did you mean threads/m,
    /^threads: /m,
    /^partitions: /m,
    /^durability: /m,
    /^limits\.bodyBytesMax: /m,
    /^limits\.bodyByteMax: .*did you mean bodyBytesMax/m,
    /^logger: /m,
    /^moduleConfigs: /m,
    /^entities\[0\]: /m,
    /host\.yml:2:\d+ .*got "strin"/m,
    /^bad.*eid/m,
    /"lost": expected url/m,
    /"gone": expected the file/m,
    /^modules\[2\]: /m,
  ])
    assert.match(text, expected);
});

test('two modules of one name, and neither entity types nor a folder, are faults', async () => {
  assert.match(
    (await faultsOf({ data: 'd', entities: [host], modules: [geo, geo] })).join(),
    /"geo" twice/,
  );
  assert.match(
    (await faultsOf({ data: 'd' })).join(),
    /expected a configuration folder or entity types/,
  );
});

test('whatever is given is read or refused, and nothing else happens', async () => {
  const anything = fc.record(
    {
      data: fc.anything(),
      entities: fc.anything(),
      modules: fc.anything(),
      limits: fc.anything(),
      moduleConfigs: fc.anything(),
      threads: fc.anything(),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(anything, fc.anything()), async (config) => {
      await parsePlatformConfig(config as PlatformConfig).then(
        () => {},
        (error: { code?: unknown }) => assert.equal(error.code, 'CONFIG_INVALID'),
      );
    }),
    { numRuns: 300 },
  );
});
