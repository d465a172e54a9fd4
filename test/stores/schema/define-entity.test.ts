import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  array,
  category,
  createModel,
  defineEntity,
  dict,
  link,
  modelFaultText,
  observations,
  plain,
  set,
  timeseries,
} from '../../../stores/index.js';

const user = defineEntity('user', { id: 'string', attributes: {}, lifetime: 'weak' });

const host = defineEntity('host', {
  id: 'ipv4',
  name: 'Host',
  description: 'A machine.',
  snapshot: false,
  lifetime: { ttl: '2d', mirrorData: false },
  attributes: {
    name: plain('string', { name: 'Name', editable: true, ttl: '1d' }),
    kind: plain(category('string', ['server', 'desktop'])),
    address: plain(dict({ street: 'string', 'floor?': 'int' })),
    tags: plain(set('string')),
    owner: plain(link(user, { mirror: 'hosts' })),
    peers: observations(array(link('host', { data: 'int64', mirror: 'peer_of' })), {
      multiValue: true,
      confidence: true,
      historyForceGraph: true,
      history: {
        maxAge: '7d',
        maxItems: 10,
        expireTime: 'inf',
        preValidity: '1m',
        postValidity: 'PT5M',
        aggregate: false,
      },
    }),
    load: timeseries('regular', {
      timeStep: '5m',
      maxAge: '3d',
      series: { one: 'float', total: 'int64' },
    }),
    visits: timeseries('irregular_intervals', { series: { pages: 'int' } }),
  },
});

/** What the entity file would say. */
const file = {
  entity: {
    id: 'host',
    id_data_type: 'ipv4',
    name: 'Host',
    description: 'A machine.',
    snapshot: false,
    lifetime: { type: 'ttl', on_create: '2d', mirror_data: false },
  },
  attribs: {
    name: { type: 'plain', name: 'Name', data_type: 'string', editable: true, ttl: '1d' },
    kind: { type: 'plain', name: 'kind', data_type: 'category<string;server,desktop>' },
    address: { type: 'plain', name: 'address', data_type: 'dict<street:string,floor?:int>' },
    tags: { type: 'plain', name: 'tags', data_type: 'set<string>' },
    owner: { type: 'plain', name: 'owner', data_type: 'link<user;mirror=hosts>' },
    peers: {
      type: 'observations',
      name: 'peers',
      data_type: 'array<link<host,int64;mirror=peer_of>>',
      multi_value: true,
      confidence: true,
      history_force_graph: true,
      history_params: {
        max_age: '7d',
        max_items: 10,
        expire_time: 'inf',
        pre_validity: '1m',
        post_validity: 'PT5M',
        aggregate: false,
      },
    },
    load: {
      type: 'timeseries',
      name: 'load',
      timeseries_type: 'regular',
      series: { one: { data_type: 'float' }, total: { data_type: 'int64' } },
      timeseries_params: { max_age: '3d', time_step: '5m' },
    },
    visits: {
      type: 'timeseries',
      name: 'visits',
      timeseries_type: 'irregular_intervals',
      series: { pages: { data_type: 'int' } },
    },
  },
};

describe('an entity defined in TypeScript', () => {
  it('is the same model as the entity file that says the same', () => {
    const defined = createModel([host.spec, user.spec]);
    const written = createModel([file, user.spec]);
    assert.ok(!Array.isArray(defined), JSON.stringify(defined));
    assert.ok(!Array.isArray(written), JSON.stringify(written));
    assert.deepEqual(defined.specs, written.specs);
    assert.equal(defined.version, written.version);
    assert.deepEqual(defined.entities.get('user')!.attributes.get('hosts')!.mirrors, {
      etype: 'host',
      attr: 'owner',
    });
  });

  it('needs no more than an id type and attributes', () => {
    const bare = createModel([defineEntity('bare', { id: 'int', attributes: {} }).spec]);
    assert.ok(!Array.isArray(bare));
    const { entity } = bare.specs[0]!;
    assert.deepEqual(
      [entity.name, entity.snapshot, entity.lifetime, entity.description],
      ['bare', true, { type: 'immortal' }, ''],
    );
  });

  it('adds its type to a data-point, and nothing else', () => {
    const t1 = new Date(0);
    const point = host.point({ id: '10.0.0.1', attr: 'peers', v: [], t1, c: 0.5, src: 'scan' });
    assert.deepEqual(point, {
      type: 'host',
      id: '10.0.0.1',
      attr: 'peers',
      v: [],
      t1,
      c: 0.5,
      src: 'scan',
    });
  });

  it('is judged when the model is made, options unknown to the compiler too', () => {
    const options: Record<string, unknown> = { editabel: true, history: { maxItems: 0 } };
    const wrong = defineEntity('host', {
      id: 'ipv5' as 'ipv4',
      attributes: { eid: observations('strin' as 'string', options) },
    });
    const faults = createModel([wrong.spec]);
    assert.ok(Array.isArray(faults));
    assert.deepEqual(
      faults.map((fault) => fault.path),
      [
        'host.entity.id_data_type',
        'host.attribs.eid',
        'host.attribs.eid.editabel',
        'host.attribs.eid.history_params.max_items',
        'host.attribs.eid.data_type',
      ],
      faults.map(modelFaultText).join('\n'),
    );
  });
});
