/**
 * What somebody sends who means ill: names that objects carry anyway, ids of every sort, numbers and texts beyond all
 * bounds, more than an entity can hold, writes and deletions of one entity at once. Nothing of it may stop the platform,
 * change what others see, or stay in the way of the next task.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startApplication } from '../../support/dp3-application.js';
import type { ServedPlatform } from '../../support/served-platform.js';

const THING = `entity:
  { id: thing, name: Thing, snapshot: true, lifetime: { type: ttl, on_create: 1d } }
attribs:
  s: { name: A, type: plain, data_type: string }
  t: { name: A, type: plain, data_type: string }
  u: { name: A, type: plain, data_type: string }
  x: { name: A, type: plain, data_type: special }
  d: { name: A, type: plain, data_type: 'dict<constructor?:int,a:int>' }
  l: { name: A, type: plain, data_type: 'link<thing;mirror=m>' }
  o: { name: A, type: observations, data_type: string, multi_value: true, history_params: {} }
`;
let served: ServedPlatform;

before(async () => {
  served = await startApplication({
    entities: { thing: THING },
    platform: { partitions: 2, limits: { appliedMs: 20_000 } },
  });
});
after(() => served.stop());

function point(id: unknown, attr: string, v: unknown, more: object = {}): object {
  return { type: 'thing', id, attr, v, ...more };
}

async function stillWorks(): Promise<void> {
  await served.write([point('well', 's', 'yes')]);
  const { json } = await served.get('/entity/thing/well/values');
  assert.deepEqual(json, { eid: 'well', s: 'yes' });
}

describe('names that objects carry', () => {
  const BODIES: readonly [what: string, body: string, status: number][] = [
    [
      '__proto__ beside the members',
      '[{"__proto__":{"p":1},"type":"thing","id":"n","attr":"s","v":"a"}]',
      200,
    ],
    ['__proto__ as type', '[{"type":"__proto__","id":"n","attr":"s","v":"a"}]', 422],
    ['constructor as attribute', '[{"type":"thing","id":"n","attr":"constructor","v":"a"}]', 422],
    [
      '__proto__ in a value',
      '[{"type":"thing","id":"n","attr":"x","v":{"__proto__":{"p":1}}}]',
      422,
    ],
    [
      '__proto__ deep in a value',
      '[{"type":"thing","id":"n","attr":"x","v":[[{"a":{"__proto__":5}}]]}]',
      422,
    ],
    [
      'constructor.prototype in a value',
      '[{"type":"thing","id":"n","attr":"x","v":{"constructor":{"prototype":{"p":1}}}}]',
      200,
    ],
    [
      '__proto__ in a link',
      '[{"type":"thing","id":"n","attr":"l","v":{"eid":"q","__proto__":{"a":1}}}]',
      422,
    ],
    [
      'an optional key called constructor left out',
      '[{"type":"thing","id":"n","attr":"d","v":{"a":1}}]',
      200,
    ],
    [
      '__proto__ as source',
      '[{"type":"thing","id":"n","attr":"o","v":"a","t1":1,"src":"__proto__"}]',
      200,
    ],
    ['__proto__ as id', '[{"type":"thing","id":"__proto__","attr":"s","v":"a"}]', 200],
  ];

  for (const [what, body, status] of BODIES) {
    test(`${what}: ${status}`, async () => {
      const sent = await served.post('/datapoints?wait=applied', body);
      assert.equal(sent.status, status, sent.text);
      assert.equal(({} as { p?: unknown }).p, undefined);
    });
  }

  test('are data like any other where they may stand', async () => {
    assert.equal((await served.get('/entity/thing/__proto__/get/s')).status, 200);
    const { text } = await served.get('/telemetry/sources_validity');
    assert.match(text, /"__proto__":"1970-01-01T00:00:01Z"/);
    const { json } = await served.get('/entity/thing/n/values');
    assert.deepEqual((json as { d: unknown }).d, { constructor: null, a: 1 });
    for (const path of [
      '/entity/__proto__/n',
      '/entity/thing/n/get/__proto__',
      '/entity/toString/get',
    ]) {
      assert.equal((await served.get(path)).status, 422, path);
    }
    assert.equal(
      (await served.post('/entity/thing/n/ttl', '{"__proto__":"2040-01-01"}')).status,
      422,
    );
    assert.equal(
      (await served.post('/entity/thing/n/ttl', '{"constructor":"2040-01-01"}')).status,
      200,
    );
  });
});

describe('ids', () => {
  const GOOD = [
    'a\u0000b',
    'a/b/../c',
    '..',
    '',
    'žluť💥',
    'a_#1',
    '%2e%2e%2f',
    'e\u0301',
    ' ',
    'get',
    'x'.repeat(768),
    '€'.repeat(256),
  ];

  test('of any text up to 768 bytes are kept apart, and found again', async () => {
    await served.write(GOOD.map((id, at) => point(id, 's', `value ${at}`)));
    for (const [at, id] of GOOD.entries()) {
      const { json } = await served.get(`/v2/entity/thing/values?eid=${encodeURIComponent(id)}`);
      assert.deepEqual(json, { eid: id, s: `value ${at}` });
      if (['', '..', 'get'].includes(id)) continue;
      const first = await served.get(`/entity/thing/${encodeURIComponent(id)}/values`);
      assert.deepEqual(first.json, json);
    }
  });

  test('beyond, or of broken text, are refused', async () => {
    for (const id of ['x'.repeat(769), '€'.repeat(257), '\ud800', 5, null, {}, []]) {
      const { status } = await served.post('/datapoints', JSON.stringify([point(id, 's', 'x')]));
      assert.equal(status, 422, JSON.stringify(id).slice(0, 20));
    }
    assert.equal((await served.get(`/entity/thing/${'x'.repeat(769)}/values`)).status, 422);
    assert.equal((await served.get(`/entity/thing/%ff/values`)).status, 400);
  });
});

describe('too much', () => {
  const BODIES: readonly [what: string, v: string, status: number][] = [
    ['a number beyond all', '1e400', 422],
    ['a number next to nothing', '1e-400', 200],
    ['4 000 digits', '9'.repeat(4_000), 422],
    ['a million digits', '9'.repeat(1_000_000), 422],
    ['lists 32 deep', '['.repeat(32) + ']'.repeat(32), 200],
    ['lists 33 deep', '['.repeat(33) + ']'.repeat(33), 422],
    ['objects 100 000 deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 422],
    ['a million empty lists', `[${'[],'.repeat(999_999)}[]]`, 200],
  ];

  for (const [what, v, status] of BODIES) {
    test(`${what} in a value: ${status}`, async () => {
      const body = `[{"type":"thing","id":"much","attr":"x","v":${v}}]`;
      const sent = await served.post('/datapoints?wait=applied', body);
      assert.equal(sent.status, status, sent.text.slice(0, 200));
      await stillWorks();
    });
  }

  test('50 000 data-points with faults are answered by less than they were', async () => {
    const body = JSON.stringify(Array.from({ length: 50_000 }, () => ({})));
    const { status, text } = await served.post('/datapoints', body);
    assert.equal(status, 422);
    assert.ok(text.length < body.length, `${text.length}`);
  });

  test('an entity that is made larger than what can be stored loses the last task, and no other waits', async () => {
    const large = 'x'.repeat(24 * 1024 * 1024);
    const awaited = { isAwaited: true };
    for (const attr of ['s', 't', 'u']) {
      const { status } = await served.platform.ingest([point('large', attr, large)], awaited);
      assert.ok(status === 200 || status === 202, `${status}`);
    }
    await served.platform.idle();
    const letters = await served.platform.deadLetters.list();
    assert.deepEqual(
      letters.map(({ reason, eid }) => [reason, eid]),
      [['failed', 'large']],
    );
    assert.match((await served.get('/metrics')).text, /^troupe_dead_letters 1$/m);
    await served.platform.deadLetters.drop('all');
    assert.match((await served.get('/metrics')).text, /^troupe_dead_letters 0$/m);
    await served.write([point('large', 'x', 'small')]);
    const values = await served.get('/entity/thing/large/get/x');
    assert.equal((values.json as { current_value: unknown }).current_value, 'small');
    await served.delete('/entity/thing/large');
    await served.platform.idle();
    await stillWorks();
  });
});

describe('at once', () => {
  test('writes and deletions of one entity leave it whole, and its links both ways', async () => {
    const calls = Array.from({ length: 120 }, (_, n) =>
      n % 3 === 0
        ? served.delete('/entity/thing/race')
        : served.post('/datapoints', [
            point('race', 'o', `v${n}`, { t1: '2024-01-01' }),
            point('race', 'l', { eid: 'race' }),
            point(`racer-${n % 5}`, 'l', { eid: 'race' }),
          ]),
    );
    for (const { status, text } of await Promise.all(calls)) assert.equal(status, 200, text);
    await served.platform.idle();
    assert.deepEqual((await served.platform.fsck()).findings, []);
    assert.deepEqual((await served.get('/dead-letters')).json, { count: 0, data: [] });
  });

  test('2 000 idempotency keys are as good as none', async () => {
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 100 }, (_, n) =>
        served.post('/datapoints', [point('keyed', 's', `${n}`)], {
          'idempotency-key': `${round}-${n}`,
        }),
      );
      for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
    }
    await stillWorks();
  });

  test('a hub that 5 000 entities link to is deleted with all of their links', async () => {
    await served.write(
      Array.from({ length: 5_000 }, (_, n) => point(`spoke-${n}`, 'l', { eid: 'hub' })),
    );
    await served.write([point('hub', 's', 'x')]);
    await served.platform.idle();
    const { json } = await served.get('/entity/thing/hub/values');
    assert.equal((json as { m: unknown[] }).m.length, 5_000);
    await served.delete('/entity/thing/hub');
    await served.platform.idle();
    assert.deepEqual((await served.get('/entity/thing/spoke-7/values')).json, { eid: 'spoke-7' });
    assert.deepEqual((await served.platform.fsck()).findings, []);
  });
});
