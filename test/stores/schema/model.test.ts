import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { storedForm } from '../../../stores/schema/attribute.js';
import { modelOf } from '../../../stores/schema/build-model.js';
import { createModel, type Model, modelFaultText } from '../../../stores/schema/model.js';

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

describe('a model', () => {
  it('fills in the defaults of DP³', () => {
    const { spec, attributes, ...host } = model(entity('host', { a: observed })).list[0]!;
    assert.deepEqual(spec.entity, {
      id: 'host',
      id_data_type: 'string',
      name: 'host',
      description: '',
      snapshot: true,
      lifetime: { type: 'immortal' },
    });
    assert.equal(host.idType.name, 'string');
    assert.deepEqual(host.lifetime, { type: 'immortal' });
    const a = attributes.get('a')!;
    assert.deepEqual(a.history, {
      maxAgeMs: undefined,
      maxItems: undefined,
      expireTimeMs: undefined,
      preValidityMs: 0,
      postValidityMs: 0,
      isAggregated: true,
    });
    assert.deepEqual(
      [a.ttlMs, a.isEditable, a.isMultiValue, a.hasConfidence, a.mirrors, a.timeStepMs],
      [0, false, false, false, undefined, undefined],
    );
  });

  it('reads every duration into milliseconds', () => {
    const history_params = {
      max_age: '7d',
      max_items: 3,
      expire_time: 'inf',
      pre_validity: 'PT1M',
      post_validity: 90,
      aggregate: 'no',
    };
    const host = model(
      entity(
        'host',
        { a: { ...observed, ttl: '12h', history_params }, s: regular },
        { lifetime: { type: 'ttl', on_create: '2d' } },
      ),
    ).list[0]!;
    assert.deepEqual(host.lifetime, { type: 'ttl', onCreateMs: 172_800_000, mirrorData: true });
    assert.equal(host.attributes.get('a')!.ttlMs, 43_200_000);
    assert.deepEqual(host.attributes.get('a')!.history, {
      maxAgeMs: 604_800_000,
      maxItems: 3,
      expireTimeMs: Infinity,
      preValidityMs: 60_000,
      postValidityMs: 90_000,
      isAggregated: false,
    });
    assert.equal(host.attributes.get('s')!.timeStepMs, 300_000);
  });

  it('prints an attribute as GET /entities does, with ISO durations and the number of its kind', () => {
    const host = model(entity('host', { a: { ...plain, ttl: 10 } })).list[0]!;
    assert.deepEqual(host.list[0]!.spec, {
      id: 'a',
      t: 1,
      type: 'plain',
      name: 'A',
      description: '',
      ttl: 'PT10S',
      data_type: 'string',
      editable: false,
    });
  });

  it('adds the series that a kind of timeseries implies, whatever is written under their names', () => {
    const series = { time: { data_type: 'int' }, bytes: { data_type: 'int64' } };
    const host = model(
      entity('host', {
        regular: { ...regular, series },
        points: { ...regular, timeseries_type: 'irregular', series },
        spans: { ...regular, timeseries_type: 'irregular_intervals', series: {} },
      }),
    ).list[0]!;
    const kinds = (id: string): string[] =>
      [...host.attributes.get(id)!.series].map(([name, type]) => `${name}:${type.kind}`);
    assert.deepEqual(kinds('regular'), ['time:int', 'bytes:int64']);
    assert.deepEqual(kinds('points'), ['time:time', 'bytes:int64']);
    assert.deepEqual(kinds('spans'), ['time_first:time', 'time_last:time']);
    assert.equal(host.attributes.get('points')!.timeStepMs, undefined);
  });

  it('gives the target of a mirrored link a read-only attribute after its own', () => {
    const user = model(
      entity('host', { owner: { ...observed, data_type: 'array<link<user;mirror=hosts>>' } }),
      entity('user', { name: plain }),
    ).entities.get('user')!;
    const hosts = user.attributes.get('hosts')!;
    assert.deepEqual([hosts.kind, hosts.index, hosts.isEditable], ['plain', 1, false]);
    assert.deepEqual(hosts.mirrors, { etype: 'host', attr: 'owner' });
    assert.equal(hosts.type!.text, 'set<link<host>>');
    assert.match(hosts.description, /host\.owner/);
    assert.equal(user.list[1], hosts);
    assert.deepEqual(Object.keys(user.spec.attribs), ['name']);
  });

  it('lets a type mirror its links to itself', () => {
    const host = model(entity('host', { up: { ...plain, data_type: 'link<host;mirror=down>' } }));
    assert.deepEqual(host.list[0]!.attributes.get('down')!.mirrors, { etype: 'host', attr: 'up' });
  });

  it('numbers attributes densely by their place in the list', () => {
    const host = model(entity('host', { b: plain, a: plain, c: observed })).list[0]!;
    assert.deepEqual(
      host.list.map((one) => one.id),
      ['b', 'a', 'c'],
    );
    for (const [index, one] of host.list.entries()) assert.equal(one.index, index);
  });

  it('is made again, the same, from its own specifications', () => {
    const first = model(
      entity('host', { a: { ...observed, ttl: 90 }, s: regular }),
      entity('user', { h: { ...plain, data_type: 'link<host;mirror=users>' } }),
    );
    const second = modelOf(JSON.parse(JSON.stringify(first.specs)));
    assert.deepEqual(second.specs, first.specs);
    assert.equal(second.version, first.version);
    assert.deepEqual(
      second.list.map((one) => one.list.map((attribute) => attribute.spec)),
      first.list.map((one) => one.list.map((attribute) => attribute.spec)),
    );
  });

  it('cannot be changed', () => {
    const made = model(entity('host', { a: observed }));
    for (const part of [made, made.list[0]!, made.list[0]!.list, made.list[0]!.list[0]!])
      assert.ok(Object.isFrozen(part));
  });
});

const TTL = { type: 'ttl', on_create: '1d' };

function attribB(members: string, history_params: Attribs = {}): Attribs {
  return { ...observed, data_type: `category<string;${members}>`, history_params };
}

describe('the version of a model', () => {
  const base = entity('host', { a: plain, b: { ...observed, data_type: 'category<string;x,y>' } });
  const same: readonly (readonly [string, unknown])[] = [
    ['texts for people', entity('host', { a: { ...plain, name: 'other' }, b: attribB('x,y') })],
    ['the order of attributes', entity('host', { b: attribB('x,y'), a: plain })],
    ['retention', entity('host', { a: plain, b: attribB('x,y', { max_age: '1d' }) })],
    ['the lifetime', entity('host', { a: plain, b: attribB('x,y') }, { lifetime: TTL })],
  ];
  for (const [what, other] of same)
    it(`does not change with ${what}`, () => {
      assert.equal(model(other).version, model(base).version);
    });
  const different: readonly (readonly [string, unknown])[] = [
    ['the id type', entity('host', { a: plain, b: attribB('x,y') }, { id_data_type: 'int' })],
    ['a data type', entity('host', { a: { ...plain, data_type: 'int' }, b: attribB('x,y') })],
    ['the kind', entity('host', { a: observed, b: attribB('x,y') })],
    ['members of a category', entity('host', { a: plain, b: attribB('x,y,z') })],
    ['an attribute more', entity('host', { a: plain, b: attribB('x,y'), c: plain })],
    ['an attribute less', entity('host', { b: attribB('x,y') })],
  ];
  for (const [what, other] of different)
    it(`changes with ${what}`, () => {
      assert.notEqual(model(other).version, model(base).version);
    });

  it('tells set from array, as the stored form does', () => {
    const [set, array] = ['set<int>', 'array<int>'].map((data_type) =>
      model(entity('host', { a: { ...plain, data_type } })),
    );
    assert.notEqual(set!.version, array!.version);
    assert.notEqual(storedForm(set!.list[0]!.list[0]!), storedForm(array!.list[0]!.list[0]!));
  });
});

describe('the stored form of an attribute', () => {
  const formOf = (data_type: string): string | undefined =>
    storedForm(
      model(entity('host', { a: { ...plain, data_type } }), entity('user'))
        .entities.get('host')!
        .attributes.get('a')!,
    );

  it('leaves out mirrors and the members of categories, which change nothing that is stored', () => {
    assert.equal(formOf('link<user;mirror=hosts>'), formOf('link<user>'));
    assert.equal(formOf('category<string;a,b>'), formOf('category<string; c>'));
    assert.equal(
      formOf('link<user,category<int;1,2>;mirror=hosts>'),
      formOf('link<user,category<int;3>>'),
    );
    assert.notEqual(formOf('category<string;a>'), formOf('category<int;1>'));
    assert.notEqual(formOf('link<user>'), formOf('link<user,int>'));
  });

  it('is undefined for a mirror', () => {
    const user = model(
      entity('host', { o: { ...plain, data_type: 'link<user;mirror=m>' } }),
      entity('user'),
    ).entities.get('user')!;
    assert.equal(storedForm(user.attributes.get('m')!), undefined);
  });
});
