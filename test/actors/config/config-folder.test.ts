import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  type ConfigFolder,
  configFaultText,
  readConfigFolder,
} from '../../../actors/config/config-folder.js';
import { CONFIG_LIMITS } from '../../../actors/limits.js';
import { copyDp3Folder, DP3_FOLDER } from '../../support/dp3-folder.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const HOST = `entity:
  id: host
  name: Host
  snapshot: true
attribs:
  name:
    name: Name
    type: plain
    data_type: string
`;

let tree: TemporaryTree;
beforeEach(() => {
  tree = new TemporaryTree();
});
afterEach(() => tree.remove());

async function good(dir: string): Promise<ConfigFolder> {
  const { folder, faults: found } = await readConfigFolder(dir);
  assert.ok(folder !== undefined, found.map(configFaultText).join('\n'));
  assert.deepEqual(found, []);
  return folder;
}

async function noticesOf(dir: string = tree.root): Promise<[kind: string, text: string][]> {
  const { notices } = await readConfigFolder(dir);
  return notices.map(({ kind, text }) => [kind, text]);
}

async function faults(dir: string = tree.root): Promise<string[]> {
  const { folder, faults: found } = await readConfigFolder(dir);
  assert.ok(folder === undefined, 'expected faults, got a folder');
  return found.map(configFaultText);
}

describe('a configuration folder of DP³', () => {
  it('loads as it is, with entity types of every kind', async () => {
    const { model, specs, dir } = await good(DP3_FOLDER);
    assert.equal(dir, DP3_FOLDER);
    assert.deepEqual([...model.entities.keys()], ['asn', 'device', 'ip', 'ip6', 'service']);
    assert.deepEqual(
      model.list.map((one) => one.idType.name),
      ['int', 'mac', 'ipv4', 'ipv6', 'string'],
    );
    assert.deepEqual(
      new Set(model.list.map((one) => one.lifetime.type)),
      new Set(['immortal', 'ttl', 'weak']),
    );
    const attributes = model.list.flatMap((one) => one.list);
    assert.deepEqual(
      new Set(attributes.map((one) => one.seriesKind ?? one.kind)),
      new Set(['plain', 'observations', 'regular', 'irregular', 'irregular_intervals']),
    );
    const kinds = new Set(attributes.map((one) => one.type?.kind));
    for (const kind of [
      'tag',
      'binary',
      'string',
      'int',
      'int64',
      'float',
      'ipv4',
      'ipv6',
      'mac',
      'time',
      'special',
      'json',
      'array',
      'set',
      'dict',
      'category',
      'link',
    ] as const)
      assert.ok(kinds.has(kind), kind);
    assert.deepEqual(
      attributes.filter((one) => one.mirrors !== undefined).map((one) => `${one.entity}.${one.id}`),
      ['asn.neighbour_of', 'device.ips', 'ip.peer_of'],
    );
    assert.equal(specs, model.specs);
  });

  it('gives the settings of its files', async () => {
    const folder = await good(DP3_FOLDER);
    assert.deepEqual(folder.modules.enabled, ['geolocation']);
    assert.equal(folder.modules.dir, join(DP3_FOLDER, '../dp3-modules'));
    assert.deepEqual(folder.modules.config.get('geolocation'), {
      database: 'GeoLite2-City.mmdb',
      languages: ['en', 'cs'],
    });
    assert.equal(folder.control.allowedActions.length, 3);
    assert.deepEqual(folder.garbageCollector.collectionRate, {
      minute: '5,25,45',
      timezone: 'UTC',
    });
    assert.equal(folder.snapshots.keepEmpty, false);
    assert.equal(folder.updater.batchPeriodMs, 300_000);
  });

  it('names what was only of use to the servers of DP³ in one notice', async () => {
    assert.deepEqual(await noticesOf(DP3_FOLDER), [
      [
        'servers',
        'accepted, but only of use to the servers of DP³: msg_broker, worker_processes, worker_threads in processing_core.yml, database.yml, event_logging.yml',
      ],
    ]);
  });

  it('needs nothing but entity files; everything else has the defaults of DP³', async () => {
    tree.write('db_entities/host.yml', HOST);
    const { model: _model, specs: _specs, dir: _dir, ...rest } = await good(tree.root);
    assert.deepEqual(rest, {
      modules: { dir: tree.root, enabled: [], config: new Map() },
      api: { corsOrigins: ['*'], goodLog: undefined, badLog: undefined },
      control: {
        allowedActions: [
          'make_snapshots',
          'refresh_on_entity_creation',
          'refresh_module_config',
          'replace_module_code',
        ],
      },
      garbageCollector: { collectionRate: { hour: 3, minute: 0, second: 0, timezone: 'UTC' } },
      historyManager: {
        aggregationSchedule: { minute: '*/10', timezone: 'UTC' },
        cleaningSchedule: { minute: '*/30', timezone: 'UTC' },
        snapshotCleaning: {
          schedule: { minute: '15,45', timezone: 'UTC' },
          olderThanMs: 604_800_000,
        },
        archivation: {
          schedule: { hour: 2, minute: 0, timezone: 'UTC' },
          olderThanMs: 604_800_000,
          dir: undefined,
        },
      },
      snapshots: { creationRate: { minute: '*/30', timezone: 'UTC' }, keepEmpty: true },
      telemetry: { attributeSizeSchedule: { hour: 3, minute: 15, timezone: 'UTC' } },
      updater: {
        batchSchedule: { minute: '*/5', timezone: 'UTC' },
        batchPeriodMs: 300_000,
        cacheSchedule: { hour: 2, minute: 0, second: 0, timezone: 'UTC' },
        cacheEntriesMax: 32,
      },
    });
    assert.deepEqual(await noticesOf(), []);
  });

  it('passes over empty files, hidden ones, and files that are no YAML', async () => {
    tree.write('db_entities/host.yml', HOST);
    tree.write('db_entities/empty.yml', '# later\n');
    tree.write('db_entities/.hidden.yml', '[');
    tree.write('db_entities/README.md', '[');
    tree.write('.git/x.yml', '[');
    tree.write('api.yml', '');
    const { model } = await good(tree.root);
    assert.deepEqual([...model.entities.keys()], ['host']);
    assert.deepEqual(await noticesOf(), []);
  });

  it('names files and keys that nobody reads in one notice', async () => {
    tree.write('db_entities/host.yml', HOST);
    tree.write('db_entities/user.yaml', '[');
    tree.write('our_app.yml', 'x: 1');
    tree.write('deploy/a.yml', 'x: 1');
    tree.write('api.yml', 'x_frontend: {a: 1}');
    await good(tree.root);
    assert.deepEqual(await noticesOf(), [
      [
        'passed-over',
        'not read, since nothing here is called so: db_entities/user.yaml, x_frontend in api.yml, our_app.yml, deploy/',
      ],
    ]);
  });

  it('reads a folder of a module as one mapping of its files', async () => {
    tree.write('db_entities/host.yml', HOST);
    tree.write('modules/geo.yml', 'a: 1');
    tree.write('modules/geo/rules.yml', '- x\n');
    tree.write('modules/geo/more/deep.yml', 'b: 2');
    const { modules } = await good(tree.root);
    assert.deepEqual(modules.config.get('geo'), { a: 1, rules: ['x'], more: { deep: { b: 2 } } });
  });

  it('is read through symbolic links that stay in it, as containers mount it', async () => {
    tree.write('..data/host.yml', HOST);
    mkdirSync(tree.path('db_entities'));
    symlinkSync('../..data/host.yml', tree.path('db_entities/host.yml'));
    assert.deepEqual([...(await good(tree.root)).model.entities.keys()], ['host']);
  });
});

describe('a faulty configuration folder', () => {
  it('is named where it is not there', async () => {
    const dir = tree.path('none');
    assert.deepEqual(await faults(dir), [
      `.: expected a folder that can be read, ${dir}, got ENOENT`,
    ]);
  });

  it('is refused without entity files', async () => {
    tree.write('api.yml', 'cors: {}');
    assert.deepEqual(await faults(), [
      'db_entities: expected a file NAME.yml for each entity type, got none that can be read',
    ]);
  });

  it('shows every fault of every file at once, each with its line and column', async () => {
    const dir = copyDp3Folder(tree);
    const write = (name: string, content: string): void =>
      void tree.write(`config/${name}`, content);
    write(
      'db_entities/asn.yml',
      'entity:\n  id: as\n  name: AS\n  snapshot: maybe\nattribs:\n  peers:\n    name: Peers\n    type: observations\n    data_type: link<devise>\n    history_params: {max_agee: 1d}\n',
    );
    write('db_entities/ip6.yml', 'entity: {id: ip6\nattribs: [\n');
    write('api.yml', 'cors:\n  allow_origin: "*"\n');
    write('control.yml', 'allowed_actions: [make_snapshot]\n');
    write('processing_core.yml', 'modules_dir: ../dp3-modules\nenabled_module: [geolocation]\n');
    write('snapshots.yml', 'creation_rate:\n  hour: 30\n');
    write('updater.yml', 'update_batch_period: 5\ncache_max_entries: few\n');
    write('modules/geolocation.yml', '- a list\n');
    assert.deepEqual(await faults(dir), [
      'api.yml:2:3 cors.allow_origin: expected a known key: allow_origins, got "allow_origin"; did you mean allow_origins?',
      'control.yml:1:19 allowed_actions[0]: expected one of: make_snapshots, refresh_on_entity_creation, refresh_module_config, replace_module_code, got "make_snapshot"; did you mean make_snapshots?',
      'db_entities/asn.yml:2:3 entity.id: expected asn, which is the name of the file, got "as"',
      'db_entities/asn.yml:4:3 entity.snapshot: expected true or false, got "maybe"',
      'db_entities/asn.yml:9:5 attribs.peers.data_type: expected a link to an entity type: as, device, ip, service, ip6, asn, got "devise"; did you mean device?',
      'db_entities/asn.yml:10:22 attribs.peers.history_params.max_agee: expected a known key: max_age, max_items, expire_time, pre_validity, post_validity, aggregate, got "max_agee"; did you mean max_age?',
      'db_entities/ip6.yml:2:1: expected YAML, got Flow map in block collection must be sufficiently indented and end with a }',
      'db_entities/ip6.yml:3:1: expected YAML, got Flow sequence in block collection must be sufficiently indented and end with a ]',
      'modules/geolocation.yml:1:1: expected a mapping, got a list of 1',
      'processing_core.yml:2:1 enabled_module: expected a known key: modules_dir, enabled_modules, msg_broker, worker_processes, worker_threads, max_inline_generated_tasks, got "enabled_module"; did you mean enabled_modules?',
      'snapshots.yml:2:3 creation_rate.hour: expected a number from 0 to 23, or N,N or N-N or */N or * within them, got 30',
      'updater.yml:2:1 cache_max_entries: expected an integer of at least 0, got "few"',
    ]);
  });

  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'a file named for another type',
      'db_entities/user.yml',
      HOST,
      /^db_entities\/user\.yml:2:3 entity\.id: expected user/,
    ],
    [
      'a folder among the entities',
      'db_entities/more/host.yml',
      HOST,
      /^db_entities\/more: expected files only/,
    ],
    [
      'a misspelt file',
      'snapshot.yml',
      'creation_rate: {}',
      /^snapshot\.yml: expected a name that is read.*did you mean snapshots\?$/,
    ],
    ['a misspelt folder', 'module/geo.yml', 'a: 1', /^module\/: .*did you mean modules\?$/],
    ['a file that is a list', 'api.yml', '- 1', /^api\.yml:1:1: expected a mapping, got a list/],
    [
      'modules without their folder',
      'processing_core.yml',
      'enabled_modules: [a]',
      /^processing_core\.yml:1:1 modules_dir: expected the folder of the enabled modules/,
    ],
    [
      'a module twice',
      'processing_core.yml',
      'modules_dir: m\nenabled_modules: [a, b, a]',
      /:2:25 enabled_modules\[2\]: expected each module once, got a$/,
    ],
    [
      'a module with a path for its name',
      'processing_core.yml',
      'modules_dir: m\nenabled_modules: [../../etc]',
      /:2:19 enabled_modules\[0\]: expected the name of a module/,
    ],
    [
      'a log in a folder that is not there',
      'api.yml',
      'datapoint_logger: {good_log: /no/such/log, bad_log: false}',
      /good_log: expected false or the path of a file in a folder that exists/,
    ],
    [
      'a schedule as text',
      'garbage_collector.yml',
      'collection_rate: "0 3 * * *"',
      /collection_rate: expected a mapping, got "0 3/,
    ],
    [
      'a retention of nonsense',
      'history_manager.yml',
      'snapshot_cleaning: {schedule: {minute: 1}, older_than: 1w}',
      /snapshot_cleaning\.older_than: expected a duration.*got "1w"$/,
    ],
  ];
  for (const [what, name, content, text] of cases)
    it(`is refused for ${what}`, async () => {
      tree.write('db_entities/host.yml', HOST);
      tree.write(name, content);
      const found = (await faults()).filter((one) => text.test(one));
      assert.equal(found.length, 1, (await faults()).join('\n'));
    });

  it('is refused for symbolic links that lead out of it', async () => {
    const dir = tree.path('config');
    tree.write('config/db_entities/host.yml', HOST);
    tree.write('outside/user.yml', HOST);
    symlinkSync(tree.path('outside/user.yml'), join(dir, 'db_entities/user.yml'));
    symlinkSync(tree.path('outside'), join(dir, 'modules'));
    symlinkSync('/dev/zero', join(dir, 'api.yml'));
    assert.deepEqual(await faults(dir), [
      'api.yml: expected a file or folder within the configuration folder, got a link out of it',
      'db_entities/user.yml: expected a file or folder within the configuration folder, got a link out of it',
      'modules: expected a file or folder within the configuration folder, got a link out of it',
    ]);
  });

  it('is refused for links in a circle, and links to nothing', async () => {
    tree.write('db_entities/host.yml', HOST);
    mkdirSync(tree.path('modules'));
    symlinkSync('.', tree.path('modules/self'));
    symlinkSync('nothing', tree.path('api.yml'));
    assert.deepEqual(await faults(), [
      'api.yml: expected a file or folder that can be read, got ENOENT',
      'modules/self: expected folders that end somewhere, got one that holds itself',
    ]);
  });

  it('is refused for files of absurd size, and for absurdly many', async () => {
    tree.write('db_entities/host.yml', HOST);
    const path = tree.write('api.yml', new Uint8Array(CONFIG_LIMITS.fileBytesMax + 1).fill(35));
    assert.deepEqual(await faults(), [
      `api.yml: expected at most ${CONFIG_LIMITS.fileBytesMax} bytes, got ${CONFIG_LIMITS.fileBytesMax + 1}`,
    ]);
    rmSync(path);
    for (let nth = 0; nth <= CONFIG_LIMITS.entriesMax; nth++) tree.write(`modules/m${nth}.yml`, '');
    assert.deepEqual(await faults(), [
      `.: expected at most ${CONFIG_LIMITS.entriesMax} files and folders, got more`,
    ]);
  });
});
