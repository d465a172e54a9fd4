import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  createModel,
  type Model,
  type ModelFault,
  modelFaultText,
} from '../../../stores/schema/model.js';

type Attribs = Record<string, unknown>;

const plain = { type: 'plain', name: 'A', data_type: 'string' };
const observed = { type: 'observations', name: 'A', data_type: 'string' };
const regular = {
  type: 'timeseries',
  name: 'A',
  timeseries_type: 'regular',
  timeseries_params: { time_step: '5m' },
};

function entity(id: string, attribs: Attribs = {}, head: Attribs = {}): unknown {
  return { entity: { id, name: id, snapshot: true, ...head }, attribs };
}

function model(...specs: unknown[]): Model {
  const made = createModel(specs);
  assert.ok(!Array.isArray(made), Array.isArray(made) ? made.map(modelFaultText).join('\n') : '');
  return made;
}

function faults(...specs: unknown[]): string[] {
  const made = createModel(specs);
  assert.ok(Array.isArray(made), 'expected faults, got a model');
  return made.map(modelFaultText);
}

describe('a faulty specification', () => {
  const series = (extra: Attribs): Attribs => ({ ...regular, ...extra });
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['no mapping', 'host', /^entity type 1: expected a mapping.*, got "host"$/],
    ['a list', [], /expected a mapping.*, got a list of 0$/],
    ['no entity', { attribs: {} }, /\.entity: expected a mapping, got nothing$/],
    [
      'no attribs',
      { entity: { id: 'host', name: 'h', snapshot: true } },
      /^host\.attribs: expected a mapping of attributes, got nothing$/,
    ],
    ['empty attribs', entity('host', null as never), /^host\.attribs: .*got null$/],
    [
      'a key beside',
      { ...(entity('host') as object), attributes: {} },
      /attributes: expected a known key.*did you mean attribs\?$/,
    ],
    ['an id with a space', entity('1 !#'), /entity\.id: expected an id.*got "1 !#"$/],
    ['an id too long', entity('a'.repeat(129)), /entity\.id: expected an id/],
    ['an id that is no key', entity('__proto__'), /entity\.id: expected an id/],
    [
      'no name',
      entity('host', {}, { name: undefined }),
      /^host\.entity\.name: expected a string, got nothing$/,
    ],
    [
      'no snapshot',
      entity('host', {}, { snapshot: undefined }),
      /^host\.entity\.snapshot: expected true or false, got nothing$/,
    ],
    [
      'an unknown id type',
      entity('host', {}, { id_data_type: 'ipv44' }),
      /id_data_type: expected one of: .*did you mean ipv4\?$/,
    ],
    [
      'an unknown head key',
      entity('host', {}, { snapshots: true }),
      /snapshots: expected a known key.*did you mean snapshot\?$/,
    ],
    [
      'an unknown lifetime',
      entity('host', {}, { lifetime: { type: 'tll' } }),
      /lifetime\.type: expected one of.*did you mean ttl\?$/,
    ],
    [
      'a lifetime as text',
      entity('host', {}, { lifetime: 'ttl' }),
      /lifetime: expected a mapping, got "ttl"$/,
    ],
    [
      'ttl without on_create',
      entity('host', {}, { lifetime: { type: 'ttl' } }),
      /on_create: expected a duration.*got nothing$/,
    ],
    [
      'a lifetime key of another',
      entity('host', {}, { lifetime: { type: 'weak', on_create: '1d' } }),
      /lifetime\.on_create: expected a known key/,
    ],
    [
      'an attribute called eid',
      entity('host', { eid: plain }),
      /^host\.attribs\.eid: expected an id.*and not eid/,
    ],
    [
      'an attribute called _time_created',
      entity('host', { _time_created: plain }),
      /attribs\._time_created: expected an id/,
    ],
    [
      'an attribute with the reserved prefix',
      entity('host', { '#ttl': plain }),
      /attribs\.#ttl: expected an id/,
    ],
    [
      'an attribute called __proto__',
      JSON.parse(
        '{"entity":{"id":"host","name":"h","snapshot":true},"attribs":{"__proto__":{"type":"plain","name":"A","data_type":"int"}}}',
      ),
      /attribs\.__proto__: expected an id/,
    ],
    [
      'no type',
      entity('host', { a: { name: 'A' } }),
      /^host\.attribs\.a\.type: expected one of: plain, observations, timeseries, got nothing$/,
    ],
    [
      'a type in capitals',
      entity('host', { a: { ...plain, type: 'Plain' } }),
      /a\.type: .*did you mean plain\?$/,
    ],
    [
      'no data type',
      entity('host', { a: { type: 'plain', name: 'A' } }),
      /a\.data_type: expected a data type.*got nothing$/,
    ],
    [
      'an unknown data type',
      entity('host', { a: { ...plain, data_type: 'strin' } }),
      /a\.data_type: expected one of .*got "strin"; did you mean string\?$/,
    ],
    [
      'a link to nowhere',
      entity('host', { a: { ...plain, data_type: 'link<hots>' } }),
      /a\.data_type: expected a link to an entity type: host, got "hots"; did you mean host\?$/,
    ],
    [
      'a key of another kind',
      entity('host', { a: { ...plain, multi_value: true } }),
      /a\.multi_value: expected a known key/,
    ],
    [
      'a misspelt key within history_params',
      entity('host', { a: { ...observed, history_params: { max_agee: '1d' } } }),
      /history_params\.max_agee: expected a known key.*did you mean max_age\?$/,
    ],
    [
      'max_items of nothing',
      entity('host', { a: { ...observed, history_params: { max_items: 0 } } }),
      /max_items: expected an integer of at least 1, got 0$/,
    ],
    [
      'a ramp of null',
      entity('host', { a: { ...observed, history_params: { pre_validity: null } } }),
      /pre_validity: expected a duration.*got null$/,
    ],
    [
      'a negative ramp',
      entity('host', { a: { ...observed, history_params: { post_validity: '-5m' } } }),
      /post_validity: expected a duration/,
    ],
    [
      'a duration without unit',
      entity('host', { a: { ...plain, ttl: '10' } }),
      /a\.ttl: expected a duration.*got "10"$/,
    ],
    [
      'an unknown kind of series',
      entity('host', { a: series({ timeseries_type: 'irregularr' }) }),
      /timeseries_type: .*did you mean irregular\?$/,
    ],
    [
      'a regular series without a step',
      entity('host', { a: series({ timeseries_params: {} }) }),
      /time_step: expected the time between samples.*got nothing$/,
    ],
    [
      'a regular series with params absent',
      entity('host', { a: series({ timeseries_params: undefined }) }),
      /time_step: expected/,
    ],
    [
      'a step of nothing',
      entity('host', { a: series({ timeseries_params: { time_step: 0 } }) }),
      /time_step: expected a duration.*longer than 0, got 0$/,
    ],
    [
      'a series id with a dot',
      entity('host', { a: series({ series: { 'a.b': { data_type: 'int' } } }) }),
      /series\.a\.b: expected an id/,
    ],
    [
      'a series of strings',
      entity('host', { a: series({ series: { b: { data_type: 'string' } } }) }),
      /series\.b\.data_type: expected one of: int, int64, float, time, got "string"/,
    ],
    [
      'a data type for a timeseries',
      entity('host', { a: series({ data_type: 'int' }) }),
      /a\.data_type: expected a known key/,
    ],
    [
      'a weak type that nothing links to',
      entity('host', {}, { lifetime: { type: 'weak' } }),
      /lifetime\.type: expected an attribute that links to host/,
    ],
  ];
  for (const [what, spec, text] of cases)
    it(`is refused for ${what}, and for nothing else`, () => {
      const found = faults(spec);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0]!, text);
    });

  it('names each attribute whose mirror clashes', () => {
    const link = { ...plain, data_type: 'link<user;mirror=hosts>' };
    assert.deepEqual(faults(entity('host', { a: link }), entity('user', { hosts: plain })), [
      'host.attribs.a.data_type: expected a mirror with a name that user has not yet, got mirror=hosts, which is user.hosts',
    ]);
    assert.deepEqual(faults(entity('host', { a: link, b: link }), entity('user')), [
      'host.attribs.b.data_type: expected a mirror with a name that user has not yet, got mirror=hosts, which is the mirror of host.a',
    ]);
    assert.match(
      faults(
        entity('host', { a: { ...plain, data_type: 'link<user;mirror=eid>' } }),
        entity('user'),
      )[0]!,
      /a\.data_type: expected a mirror with a name that an attribute may have/,
    );
  });

  it('keeps the names of faulty attributes from mirrors', () => {
    const found = faults(
      entity('host', { a: { ...plain, data_type: 'link<user;mirror=b>' } }),
      entity('user', { b: { type: 'plain' } }),
    );
    assert.ok(found.some((text) => text.includes('which is user.b')));
  });

  it('is refused for an id that another type has', () => {
    assert.deepEqual(faults(entity('host'), entity('user'), entity('host')), [
      'host.entity.id: expected an id that no other entity type has, got host, a second time',
    ]);
  });

  it('counts a link of a type to itself, or in a list, as one that keeps a weak type alive', () => {
    const weak = { lifetime: { type: 'weak' } };
    model(entity('host', { up: { ...plain, data_type: 'link<host>' } }, weak));
    model(
      entity('host', { all: { ...observed, data_type: 'set<link<user>>' } }),
      entity('user', {}, weak),
    );
  });

  it('shows all its faults at once, with those of other types, in their order', () => {
    const found = createModel([
      entity('host', {
        a: { ...plain, data_type: 'link<usr>', editabel: true },
        'b c': { ...observed, history_params: { max_age: 'x', aggregated: true } },
        s: { ...regular, timeseries_params: {} },
      }),
      { entity: { id: 'user', snapshot: 3 }, attribs: { eid: { type: 'plane' } } },
      entity('group', { g: { ...plain, data_type: 'link<user>' } }),
    ]) as ModelFault[];
    assert.deepEqual(
      found.map(({ path, spec }) => [spec, path]),
      [
        [0, 'host.attribs.a.editabel'],
        [0, 'host.attribs.b c'],
        [0, 'host.attribs.b c.history_params.aggregated'],
        [0, 'host.attribs.b c.history_params.max_age'],
        [0, 'host.attribs.s.timeseries_params.time_step'],
        [0, 'host.attribs.a.data_type'],
        [1, 'user.entity.name'],
        [1, 'user.entity.snapshot'],
        [1, 'user.attribs.eid'],
        [1, 'user.attribs.eid.type'],
      ],
    );
    assert.deepEqual(found[2]!.at, ['attribs', 'b c', 'history_params', 'aggregated']);
  });

  it('is judged in bounded time however long its names are', () => {
    const long = 'x'.repeat(500_000);
    const found = faults(entity('host', {}, { [long]: 1 }));
    assert.equal(found.length, 1);
    assert.ok(found[0]!.length < 1_000);
  });

  it('never makes createModel throw, whatever it is', () => {
    const key = fc.constantFrom(
      'entity',
      'attribs',
      'id',
      'type',
      'name',
      'data_type',
      'lifetime',
      'series',
      '__proto__',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(
          'plain',
          'observations',
          'timeseries',
          'link<host>',
          'set<link<a;mirror=b>>',
          'host',
          '5m',
        ),
        fc.anything(),
        fc.dictionary(key, tie('any')),
        fc.array(tie('any'), { maxLength: 3 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (specs) => {
        const made = createModel(specs);
        if (!Array.isArray(made)) return;
        for (const fault of made) assert.match(modelFaultText(fault), /: expected .+, got .+/s);
      }),
      { numRuns: 300 },
    );
  });
});
