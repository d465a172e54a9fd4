/**
 * A configuration folder of DP³ with entity types of every kind, unchanged, served by the command line: its routes, by
 * either spelling, as DP³'s senders, shell and plug-ins call them.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DP3_FOLDER } from '../../support/dp3-folder.js';
import { type Started, TroupeCommand } from '../../support/troupe-command.js';

const troupe = new TroupeCommand();
let server: Started;
let url = '';

// The folder keeps histories for days only.
const START = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const [T1, MIDDLE, T2] = [0, 5, 10].map((minutes) =>
  new Date(START + minutes * 60_000).toISOString().replace('.000Z', 'Z'),
);
const MAC = 'aa:bb:cc:00:00:01';
const POINTS = [
  { type: 'ip', id: '192.0.2.1', attr: 'hostname', v: 'edge', src: 'dns' },
  { type: 'ip', id: 3221225985, attr: 'os', v: 'linux', t1: T1, t2: T2, c: 0.8, src: 'scan' },
  { type: 'ip', id: '192.0.2.1', attr: 'open_ports', v: '22', t1: T1, t2: T2 },
  { type: 'ip', id: '192.0.2.1', attr: 'mac', v: { eid: 'AA-BB-CC-00-00-01' }, t1: T1, t2: T2 },
  { type: 'ip', id: '192.0.2.1', attr: 'as_number', v: { eid: '64500' } },
  { type: 'ip', id: '192.0.2.1', attr: 'dual_stack', v: [{ eid: '2001:DB8::1' }] },
  {
    type: 'ip',
    id: '192.0.2.1',
    attr: 'traffic',
    v: { bytes: [1, 2], packets: [1, 1], ratio_in: [0, 1] },
    t1: T1,
    t2: T2,
  },
  { type: 'device', id: MAC, attr: 'switch', v: { eid: MAC, data: { port: 1 } } },
  { type: 'asn', id: 64500, attr: 'holder', v: 'Example' },
  { type: 'ip6', id: '2001:db8::1', attr: 'is_temporary', v: 'yes' },
  { type: 'service', id: 'a/b', attr: 'banner', v: '{"a":[1]}' },
];

before(async () => {
  server = troupe.start(
    ['serve', '--config', DP3_FOLDER, '--data', 'data', '--port', '0', '--threads', '1', '--json'],
    { ROOT_PATH: '/dp3' },
  );
  const line = await server.firstLine;
  if (line === undefined) assert.fail((await server.ended).stderr);
  url = (JSON.parse(line) as { url: string }).url;
  const sent = await call('POST', '/datapoints?wait=applied', POINTS);
  assert.deepEqual([sent.status, sent.json], [200, { detail: 'OK' }]);
});
after(async () => {
  server.child.kill('SIGTERM');
  const { code, stderr } = await server.ended;
  troupe.remove();
  assert.equal(code, 0, stderr);
});

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(url + path, { method, ...sent });
  return { status: answer.status, json: await answer.json() };
}

/** Path, status, and members that the answer has at least. */
const ROUTES: readonly [
  path: string,
  status: number,
  members: Readonly<Record<string, unknown>>,
][] = [
  ['/', 200, { detail: 'It works!' }],
  ['/dp3/api/', 200, { detail: 'It works!' }],
  ['/api/entity/ip/count', 200, { total_count: 1 }],
  ['/v2/entity/ip/count', 200, { total_count: 1 }],
  ['/entity/ip/192.0.2.1', 200, { empty: false, snapshots: [] }],
  ['/entity/ip/192.0.2.9', 200, { empty: true, master_record: {}, snapshots: [] }],
  ['/v2/entity/service?eid=a/b', 200, { empty: false }],
  ['/v2/entity/service/?eid=a%2Fb', 200, { empty: false }],
  ['/v2/entity/service/master?eid=a/b', 200, {}],
  ['/entity/ip/192.0.2.1/get/hostname', 200, { attr_type: 1, current_value: 'edge', history: [] }],
  [
    '/entity/ip/192.0.2.1/get/os',
    200,
    { attr_type: 2, history: [{ t1: T1, t2: T2, v: 'linux', c: 0.8 }] },
  ],
  [
    '/entity/ip/192.0.2.1/get/traffic',
    200,
    {
      attr_type: 4,
      history: [
        { t1: T1, t2: MIDDLE, v: { bytes: 1, packets: 1, ratio_in: 0 } },
        { t1: MIDDLE, t2: T2, v: { bytes: 2, packets: 1, ratio_in: 1 } },
      ],
    },
  ],
  ['/v2/entity/service/attr?eid=a/b&attr=banner', 200, { attr_type: 1, current_value: { a: [1] } }],
  [
    `/entity/device/${MAC}/get/switch`,
    200,
    { current_value: { eid: MAC, data: { port: 1, name: null } } },
  ],
  ['/entity/asn/64500/get/holder', 200, { current_value: 'Example' }],
  ['/entity/ip6/2001:DB8::1/get/is_temporary', 200, { current_value: true }],
  ['/entity/ip/_/distinct/hostname', 200, { edge: 1 }],
  ['/entity/ip/_/distinct/as_number', 200, { 64500: 1 }],
  ['/v2/entity/ip/_/distinct/traffic', 400, {}],
  [
    '/entity/ip/raw/get?src=scan',
    200,
    {
      count: 1,
      data: [
        {
          type: 'ip',
          id: '192.0.2.1',
          attr: 'os',
          v: 'linux',
          src: 'scan',
          t1: T1,
          t2: T2,
          c: 0.8,
        },
      ],
    },
  ],
  ['/entity/ip/get?limit=1', 200, { count: 1 }],
  ['/telemetry/sources_validity', 200, { scan: T2 }],
  ['/telemetry/entities_per_attr', 200, {}],
  ['/telemetry/metadata', 200, {}],
  ['/control/refresh_on_entity_creation?etype=ip', 200, { detail: 'Action sent.' }],
  ['/control/refresh_module_config?module=geolocation', 422, {}],
  ['/entity/nix/1', 422, {}],
  ['/entity/ip/nix', 422, {}],
  ['/entity/ip/192.0.2.1/get/nix', 422, {}],
  ['/v2/entity/ip', 422, {}],
  ['/nix', 404, { detail: 'Not Found' }],
];

describe('a folder of DP³, as it is', () => {
  for (const [path, status, members] of ROUTES) {
    test(`GET ${path} is ${status}`, async () => {
      const answer = await call('GET', path);
      assert.equal(answer.status, status, JSON.stringify(answer.json));
      const found = answer.json as Record<string, unknown>;
      for (const [name, value] of Object.entries(members))
        assert.deepEqual(found[name], value, name);
      if (status === 422) assert.ok(Array.isArray(found.detail));
    });
  }

  test('lists its types, mirrors included', async () => {
    const { json } = await call('GET', '/entities');
    const types = json as Record<
      string,
      { id_data_type: string; attribs: Record<string, unknown> }
    >;
    assert.deepEqual(
      Object.entries(types)
        .map(([id, { id_data_type }]) => [id, id_data_type])
        .sort(),
      [
        ['asn', 'int'],
        ['device', 'mac'],
        ['ip', 'ipv4'],
        ['ip6', 'ipv6'],
        ['service', 'string'],
      ],
    );
    assert.ok('ips' in types.device!.attribs && 'peer_of' in types.ip!.attribs);
  });

  test('sets, extends and deletes by either spelling', async () => {
    assert.equal(
      (await call('POST', '/entity/ip/192.0.2.7/set/os', { value: 'other' })).status,
      200,
    );
    assert.equal(
      (await call('POST', '/v2/entity/service/attr?eid=c/d&attr=port', { value: 80 })).status,
      200,
    );
    assert.equal(
      (await call('POST', '/v2/entity/service/attr?eid=c/d&attr=port', { value: '80' })).status,
      422,
    );
    assert.equal(
      (await call('POST', '/entity/ip/192.0.2.7/ttl', { mine: '2040-01-01' })).status,
      200,
    );
    assert.equal((await call('POST', '/entity/ip/192.0.2.7/ttl', {})).status, 422);
    for (const path of [
      '/entity/ip/192.0.2.7',
      '/v2/entity/service?eid=c/d',
      '/entity/ip/192.0.2.200',
    ]) {
      const { status, json } = await call('DELETE', path);
      assert.deepEqual([status, json], [200, { detail: 'OK' }], path);
    }
  });

  test('is ready, but degraded: its module is in Python', async () => {
    const { status, json } = await call('GET', '/readyz');
    const { status: word, notices } = json as { status: string; notices: { kind: string }[] };
    assert.deepEqual(
      [status, word, notices.map(({ kind }) => kind)],
      [200, 'degraded', ['servers', 'passed-over']],
    );
  });

  test('is checked by the command line: 0, and its module in Python named', async () => {
    const { code, stdout, stderr } = await troupe.run(['check', DP3_FOLDER]);
    assert.equal(code, 0, stderr);
    assert.match(stdout + stderr, /geolocation/);
  });
});
