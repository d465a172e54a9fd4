/** Erasing an entity over HTTP: asked for by POST, followed by GET, guarded as what changes things. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../../support/eventually.js';
import { ServedPlatform } from '../../support/served-platform.js';

let served: ServedPlatform;

before(async () => {
  served = await ServedPlatform.start();
});
after(() => served.stop());

interface ErasureForm {
  readonly id: string;
  readonly etype: string;
  readonly state: string;
  readonly ended: string | null;
  readonly erased?: Readonly<Record<string, number>>;
}

async function done(id: string): Promise<ErasureForm> {
  return eventually(`erasure ${id} to be done`, async () => {
    const { status, json } = await served.get(`/erasures/${id}`);
    assert.equal(status, 200);
    const form = json as ErasureForm;
    return form.state === 'done' && form;
  });
}

test('an erased entity is not read any more, by no route', async () => {
  await served.write([
    { type: 'host', id: 'ann', attr: 'name', v: 'Ann' },
    { type: 'host', id: 'bob', attr: 'name', v: 'Bob' },
  ]);
  const asked = await served.post('/control/erase', { etype: 'host', eid: 'ann' });
  assert.equal(asked.status, 202);
  const { id, etype, erased, ended } = await done((asked.json as ErasureForm).id);
  assert.equal(etype, 'host');
  assert.ok((erased?.tasks ?? 0) > 0 && ended !== null);
  assert.doesNotMatch((await served.get(`/erasures/${id}`)).text, /ann/i);
  const raw = await served.get('/entity/host/raw/get');
  assert.match(raw.text, /Bob/);
  assert.doesNotMatch(raw.text, /ann/i);
  assert.doesNotMatch((await served.get('/entity/host/get')).text, /ann/i);
  const explained = await served.get('/entity/host/ann/explain/name');
  assert.doesNotMatch(explained.text, /Ann/);
  const list = (await served.get('/erasures')).json as { data: ErasureForm[] };
  assert.deepEqual(
    list.data.map((one) => one.id),
    [id],
  );
});

test('one that is not there is no fault', async () => {
  const asked = await served.post('/control/erase', { etype: 'user', eid: 7 });
  assert.equal(asked.status, 202);
  await done((asked.json as ErasureForm).id);
});

test('a type that is unknown, an id of the wrong form and a body that is none are 422 and name the place', async () => {
  for (const [body, place] of [
    [{ etype: 'nothing', eid: 'a' }, 'etype'],
    [{ etype: 'user', eid: 'a' }, 'eid'],
    [{ etype: 'user' }, 'eid'],
    [{ eid: 'a' }, 'etype'],
    [[], 'etype'],
    ['{', 'body'],
  ] as const) {
    const { status, text } = await served.post('/control/erase', body);
    assert.equal(status, 422, text);
    assert.match(text, new RegExp(`"${place}"`));
  }
});

test('there is no GET that erases', async () => {
  const { status } = await served.get('/control/erase?etype=host&eid=bob');
  assert.equal(status, 422);
  assert.equal((await served.get('/erasures/999')).status, 404);
});

test('it takes the token', async () => {
  const guarded = await ServedPlatform.start({ token: 'secret' });
  try {
    const body = { etype: 'host', eid: 'a' };
    assert.equal((await guarded.post('/control/erase', body)).status, 401);
    const shown = { authorization: 'Bearer secret' };
    assert.equal((await guarded.post('/control/erase', body, shown)).status, 202);
  } finally {
    await guarded.stop();
  }
});
