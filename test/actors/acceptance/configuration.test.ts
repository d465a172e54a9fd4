/**
 * The configuration folder of DP³: what loads, what is a fault, and that a fault says file, line, what was expected and
 * what was found. A row breaks one thing of a folder that is fine.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPlatform } from '../../../actors/platform.js';
import { hasCode, silentLogger } from '../../../core/index.js';
import { startApplication, writeApplication } from '../../support/dp3-application.js';
import type { ServedPlatform } from '../../support/served-platform.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const trees: TemporaryTree[] = [];
after(() => {
  for (const tree of trees) tree.remove();
});

const ENTITY = 'entity: { id: thing, name: Thing, snapshot: true }\n';

/** A file of one entity type with one attribute. */
function thing(attribute: string, entity = ENTITY): string {
  return `${entity}attribs:\n  a: ${attribute}\n`;
}

const PLAIN = '{ name: A, type: plain, data_type: int }';

/** The faults of an application with these files instead of its own; undefined when it would start. */
async function faultsOf(
  entity: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const tree = new TemporaryTree();
  trees.push(tree);
  const config = writeApplication(tree, { entities: { thing: entity }, files });
  try {
    const platform = await createPlatform({
      config,
      data: tree.path('data'),
      threads: 0,
      partitions: 1,
      durability: 'os',
      logger: silentLogger,
    });
    await platform.stop();
    return [];
  } catch (error) {
    assert.ok(hasCode(error, 'CONFIG_INVALID'), String(error));
    return error.details.faults as readonly string[];
  }
}

const observations = (params: string) =>
  thing(`{ name: A, type: observations, data_type: int, history_params: ${params} }`);
const ofType = (type: string) => thing(`{ name: A, type: plain, data_type: '${type}' }`);
const series = (rest: string) => thing(`{ name: A, type: timeseries, ${rest} }`);
const cron = (text: string) => ({ 'garbage_collector.yml': `collection_rate: ${text}\n` });

const BROKEN: readonly [
  what: string,
  entity: string,
  says: RegExp,
  files?: Record<string, string>,
][] = [
  [
    'an entity file with another id',
    thing(PLAIN, ENTITY.replace('id: thing', 'id: other')),
    /thing\.yml.*thing.*other/,
  ],
  ['no entity', 'attribs: {}\n', /entity/],
  ['no attribs', ENTITY, /attribs/],
  [
    'an unknown key of the entity',
    thing(PLAIN, ENTITY.replace('snapshot', 'colour: red, snapshot')),
    /colour/,
  ],
  [
    'an unknown key of the attribute',
    thing('{ name: A, type: plain, data_type: int, colour: red }'),
    /colour/,
  ],
  ['an unknown id type', thing(PLAIN, ENTITY.replace('name', 'id_data_type: uuid, name')), /uuid/],
  ['an attribute id with a space', `${ENTITY}attribs: { "a b": ${PLAIN} }\n`, /a b/],
  ['an attribute called eid', `${ENTITY}attribs: { eid: ${PLAIN} }\n`, /eid/],
  ['an attribute called __proto__', `${ENTITY}attribs: { __proto__: ${PLAIN} }\n`, /__proto__/],
  [
    'an entity id with a space',
    thing(PLAIN, ENTITY.replace('id: thing', 'id: "a thing"')),
    /a thing/,
  ],
  ['an unknown kind of attribute', thing('{ name: A, type: Plain, data_type: int }'), /Plain/],
  ['a plain attribute without a data type', thing('{ name: A, type: plain }'), /data_type/],
  ['a misspelt history parameter', observations('{ max_agee: 1d }'), /max_agee/],
  ['a duration without unit', observations('{ max_age: "10" }'), /max_age.*"10"/],
  ['a duration of weeks', observations('{ max_age: 1w }'), /1w/],
  ['a duration below 0', observations('{ max_age: -5m }'), /-5m/],
  ['a max_items of 0', observations('{ max_items: 0 }'), /max_items/],
  ['an unknown data type', ofType('integer'), /integer/],
  ['a list of lists', ofType('array<array<int>>'), /primitive/],
  ['a category in a list', ofType('array<category<int;1>>'), /category/],
  ['a category of a value that is none', ofType('category<int;1,x>'), /x/],
  ['a category with a dash', ofType('category<string;a-b>'), /a-b/],
  ['a link to nobody', ofType('link<nobody>'), /nobody/],
  [
    'a mirror that is an attribute already',
    thing(`{ name: A, type: plain, data_type: 'link<thing;mirror=a>' }`),
    /mirror/,
  ],
  ['a series of another kind', series('timeseries_type: daily, timeseries_params: {}'), /daily/],
  [
    'a regular series without a step',
    series('timeseries_type: regular, timeseries_params: {}, series: { x: { data_type: int } }'),
    /time_step/,
  ],
  [
    'a series of texts',
    series(
      'timeseries_type: irregular, timeseries_params: {}, series: { x: { data_type: string } }',
    ),
    /string/,
  ],
  [
    'a lifetime of another kind',
    thing(PLAIN, ENTITY.replace('snapshot', 'lifetime: { type: eternal }, snapshot')),
    /eternal/,
  ],
  [
    'a ttl lifetime without its time',
    thing(PLAIN, ENTITY.replace('snapshot', 'lifetime: { type: ttl }, snapshot')),
    /on_create/,
  ],
  [
    'a weak type nobody links to',
    thing(PLAIN, ENTITY.replace('snapshot', 'lifetime: { type: weak }, snapshot')),
    /lifetime/,
  ],
  [
    'a file that is no YAML',
    thing(PLAIN),
    /control\.yml:\d+:\d+/,
    { 'control.yml': 'allowed_actions: [a\n' },
  ],
  [
    'an action nobody knows',
    thing(PLAIN),
    /control\.yml.*format_disk/,
    { 'control.yml': 'allowed_actions: [format_disk]\n' },
  ],
  ['an hour of 30', thing(PLAIN), /hour.*30/, cron('{ hour: 30 }')],
  ['a month as text', thing(PLAIN), /month/, cron('{ month: jan }')],
  ['a cron field nobody knows', thing(PLAIN), /minutes/, cron('{ minutes: 5 }')],
  [
    'a module that is not there',
    thing(PLAIN),
    /nowhere/,
    { 'processing_core.yml': 'modules_dir: .\nenabled_modules: [nowhere]\nworker_processes: 1\n' },
  ],
  [
    'a module by a path',
    thing(PLAIN),
    /\.\./,
    {
      'processing_core.yml':
        'modules_dir: .\nenabled_modules: ["../../../etc/passwd"]\nworker_processes: 1\n',
    },
  ],
  [
    'a misspelt key of history_manager.yml',
    thing(PLAIN),
    /history_manager\.yml.*aggregation_shedule/,
    { 'history_manager.yml': 'aggregation_shedule: {}\n' },
  ],
];

describe('a folder is refused for', () => {
  for (const [what, entity, says, files] of BROKEN) {
    test(what, async () => {
      const faults = await faultsOf(entity, files);
      assert.ok(
        faults.some((fault) => says.test(fault) && /expected/.test(fault)),
        `${says}: ${JSON.stringify(faults, null, 1)}`,
      );
    });
  }

  test('all of its faults at once, each with its file and line', async () => {
    const faults = await faultsOf(
      `${ENTITY}attribs:\n  a: { name: A, type: plain, data_type: integer }\n  b: { name: B, type: plain }\n  c:\n    name: C\n    type: observations\n    data_type: int\n    history_params: { max_age: 1w }\n`,
      { 'control.yml': 'allowed_actions: [x]\n', ...cron('{ hour: 99 }') },
    );
    for (const place of [
      /thing\.yml:3:\d+.*integer/,
      /thing\.yml:4:\d+.*data_type/,
      /thing\.yml:9:\d+.*1w/,
      /control\.yml:1:\d+.*x/,
      /garbage_collector\.yml:1:\d+.*99/,
    ]) {
      assert.ok(
        faults.some((fault) => place.test(fault)),
        `${place}: ${JSON.stringify(faults, null, 1)}`,
      );
    }
    assert.equal(faults.length, 5);
  });
});

const FINE: readonly [what: string, entity: string, files?: Record<string, string>][] = [
  [
    'durations in every form of DP³',
    observations(
      '{ max_age: 30s, pre_validity: PT5M, post_validity: "01:00:00", expire_time: 1 day, max_items: 5 }',
    ),
  ],
  [
    'durations as numbers and 0',
    observations('{ max_age: 1.5, pre_validity: "0", expire_time: inf }'),
  ],
  ['observations without history_params', thing('{ name: A, type: observations, data_type: int }')],
  ['a category with a member called reset', ofType('category<string;reset,True>')],
  ['a dict with spaces behind its commas', ofType('dict<a:int, b?:string>')],
  ['a link with data and a mirror, without a space', ofType('link<thing,int;mirror=m>')],
  ['a link to its own type', ofType('set<link<thing>>')],
  ['empty files', thing(PLAIN), { 'snapshots.yml': '', 'modules/x.yml': '' }],
  [
    'keys and files nobody knows, which are named',
    thing(PLAIN),
    { 'history_manager.yml': 'colour: red\n', 'colours.yml': 'a: b\n' },
  ],
  [
    'a timeseries without parameters, where it needs none',
    series('timeseries_type: irregular, series: { x: { data_type: int } }'),
  ],
  [
    'a folder without the files of servers',
    thing(PLAIN),
    { 'database.yml': '', 'event_logging.yml': '' },
  ],
  [
    'cron fields in every form',
    thing(PLAIN),
    cron(
      '{ minute: "*/5", hour: "1,2", day: "1-5", day_of_week: 0, week: 3, month: 2, year: "2030", timezone: UTC }',
    ),
  ],
];

describe('a folder may have', () => {
  for (const [what, entity, files] of FINE) {
    test(what, async () => assert.deepEqual(await faultsOf(entity, files), []));
  }
});

describe('a model that is loaded', () => {
  let served: ServedPlatform;

  before(async () => {
    served = await startApplication({
      entities: {
        thing: `entity: { id: thing, name: Thing, snapshot: true }
attribs:
  a: { name: A, type: plain, data_type: string, ttl: 10s, editable: true }
  b:
    { name: B, type: observations, data_type: 'link<other;mirror=things>', multi_value: true,
      history_params: { max_age: 1d } }
  c: { name: C, type: timeseries, timeseries_type: irregular, timeseries_params: {}, series: { x: { data_type: int } } }
`,
        other:
          'entity: { id: other, id_data_type: int, name: Other, snapshot: false }\nattribs: {}\n',
      },
    });
  });
  after(() => served.stop());

  test('is ready, with a notice of what only servers of DP³ used', async () => {
    const { json } = await served.get('/readyz');
    const { status, notices } = json as { status: string; notices: { kind: string }[] };
    assert.deepEqual([status, notices.map(({ kind }) => kind)], ['ready', ['servers']]);
  });

  test('is shown with its defaults, durations in ISO, mirrors and series that are implied', async () => {
    const { json } = await served.get('/entities');
    const { thing: shown, other } = json as Record<
      string,
      {
        id_data_type: string;
        eid_estimate_count: number;
        attribs: Record<string, Record<string, unknown>>;
      }
    >;
    assert.deepEqual([shown?.id_data_type, shown?.eid_estimate_count], ['string', 0]);
    const { a, b, c } = shown!.attribs;
    assert.deepEqual(
      [a!.ttl, a!.type, a!.t, a!.data_type, a!.editable, a!.description],
      ['PT10S', 'plain', 1, 'string', true, ''],
    );
    assert.deepEqual([b!.t, b!.multi_value, b!.confidence], [2, true, false]);
    assert.equal((b!.history_params as Record<string, unknown>).max_age, 'P1D');
    assert.deepEqual([c!.t, Object.keys(c!.series as object).sort()], [4, ['time', 'x']]);
    assert.deepEqual(
      [other!.attribs.things!.type, other!.attribs.things!.data_type],
      ['plain', 'set<link<thing>>'],
    );
  });
});
