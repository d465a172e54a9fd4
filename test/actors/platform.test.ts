/** The platform as a program embeds it: started, fed, read, heard, stopped; and what happens when that goes wrong. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { commandLineDoor } from '../../actors/control/folder-answers.js';
import { createPlatform } from '../../actors/platform.js';
import type { PlatformConfig } from '../../actors/platform-config.js';
import type { Platform } from '../../actors/platform-surface.js';
import { createSystem, silentLogger } from '../../core/index.js';
import { TemporaryTree } from '../support/temporary-tree.js';
import { until } from '../support/until.js';
import { host, network, networks } from './platform-modules.js';

const tree = new TemporaryTree();
after(() => tree.remove());
let folders = 0;

function configOf(more: Partial<PlatformConfig> = {}): PlatformConfig {
  return {
    data: tree.path(`data-${folders++}`),
    entities: [network, host],
    modules: [networks],
    partitions: 4,
    threads: 1,
    logger: silentLogger,
    ...more,
  };
}

/** Runs `use` on a platform that is stopped afterwards, whatever happens. */
async function on(
  more: Partial<PlatformConfig>,
  use: (platform: Platform) => Promise<void>,
): Promise<void> {
  const platform = await createPlatform(configOf(more));
  try {
    await use(platform);
  } finally {
    await platform.stop();
  }
}

describe('data in, values out', () => {
  test('what was ingested and awaited is read, typed by its definition', () =>
    on({}, async (platform) => {
      const hosts = platform.entity(host);
      const t1 = Date.now() - 1_000;
      const answer = await hosts.ingest(
        [
          { id: '192.0.2.1', attr: 'hostname', v: 'one' },
          { id: '192.0.2.1', attr: 'serial', v: 9_007_199_254_740_993n },
          { id: '192.0.2.1', attr: 'os', v: 'linux', t1, t2: t1 + 60_000, c: 0.5 },
          { id: '192.0.2.1', attr: 'ports', v: 22, t1, t2: t1 + 60_000 },
          { id: '192.0.2.1', attr: 'ports', v: 80, t1, t2: t1 + 60_000 },
          { id: '192.0.2.1', attr: 'load', v: { one: [0.5, 1] }, t1: 0 },
        ],
        { isAwaited: true },
      );
      assert.deepEqual([answer.status, answer.accepted], [200, 6]);
      await platform.idle();
      const values = hosts.values('192.0.2.1');
      assert.deepEqual(values, {
        eid: '192.0.2.1',
        hostname: 'one',
        serial: 9_007_199_254_740_993n,
        os: 'linux',
        'os#c': 0.5,
        ports: [22, 80],
        'ports#c': [1, 1],
        network: { eid: '192.0.2.0/24' },
      });
      assert.deepEqual(platform.entity(network).values('192.0.2.0/24'), {
        eid: '192.0.2.0/24',
        size: 256,
        label: 'net 192.0.2.0/24',
        hosts: [{ eid: '192.0.2.1' }],
      });
      assert.deepEqual(hosts.history('192.0.2.1', 'load'), [
        { t1: 0, t2: 120_000, v: { one: [0.5, 1] }, c: 1 },
      ]);
      assert.equal(hosts.count(), 1);
      const listed: unknown[] = [];
      for await (const { eid } of hosts.list()) listed.push(eid);
      assert.deepEqual(listed, ['192.0.2.1']);
      assert.equal(hosts.values('no address'), undefined);
    }));

  test('JSON as text or bytes is taken as a list is; faults are answered, not thrown', () =>
    on({ modules: [] }, async (platform) => {
      const point = { type: 'host', id: '192.0.2.2', attr: 'hostname', v: 'two' };
      const text = JSON.stringify([point]);
      for (const body of [text, new TextEncoder().encode(text), [point]])
        assert.equal((await platform.ingest(body)).status, 200);
      for (const body of ['no json', '{}', [{ ...point, v: 7 }], [null]])
        assert.equal((await platform.ingest(body)).status, 422);
      const partial = await platform.ingest([point, { ...point, v: 7 }], { isPartial: true });
      assert.deepEqual([partial.status, partial.accepted, partial.rejected], [200, 1, 1]);
    }));

  test('values are set and entities deleted by name', () =>
    on({ modules: [] }, async (platform) => {
      const hosts = platform.entity(host);
      const wait = { isAwaited: true };
      await hosts.set('192.0.2.3', 'os', 'bsd', wait);
      await platform.set('host', '192.0.2.3', { attr: 'hostname', v: 'three' }, wait);
      const { hostname, os } = hosts.values('192.0.2.3') ?? {};
      assert.deepEqual([hostname, os], ['three', 'bsd']);
      await hosts.delete('192.0.2.3', wait);
      await hosts.delete('192.0.2.3', wait);
      assert.equal(hosts.values('192.0.2.3'), undefined);
      assert.throws(() => platform.entity({ ...host, id: 'nothing' }), { code: 'ENTITY_UNKNOWN' });
    }));

  test('what is stored is there again at the next start, under another number of threads', async () => {
    const config = configOf();
    const first = await createPlatform(config);
    await first.entity(host).set('192.0.2.4', 'hostname', 'four');
    assert.deepEqual(await first.stop(), { drained: true, left: 0 });
    const second = await createPlatform({ ...config, threads: 2 });
    assert.equal(second.entity(host).values('192.0.2.4')?.hostname, 'four');
    assert.deepEqual((await second.fsck()).findings, []);
    await second.stop();
  });
});

describe('changes', () => {
  test('are heard from the call on, of the types asked for, until the signal', () =>
    on({}, async (platform) => {
      const enough = new AbortController();
      const changes = platform.changes({ etypes: ['network'], signal: enough.signal });
      await platform.entity(host).set('192.0.2.5', 'hostname', 'five', { isAwaited: true });
      const heard: unknown[] = [];
      for await (const change of changes) {
        heard.push(change.type === 'gap' ? change : [change.type, change.eid]);
        enough.abort();
      }
      assert.deepEqual(heard, [['created', '192.0.2.0/24']]);
    }));

  test('end when the platform stops', async () => {
    const platform = await createPlatform(configOf({ modules: [] }));
    const changes = platform.changes();
    const ended = (async () => {
      let heard = 0;
      for await (const _ of changes) heard++;
      return heard;
    })();
    await platform.entity(host).set('192.0.2.6', 'hostname', 'six', { isAwaited: true });
    await platform.stop();
    assert.equal(await ended, 1);
  });
});

describe('control', () => {
  test('a module takes another configuration on all threads, and creation hooks run again', () =>
    on({}, async (platform) => {
      await platform.entity(host).set('192.0.2.7', 'hostname', 'seven', { isAwaited: true });
      await platform.idle();
      assert.equal(await platform.control.refreshModuleConfig('networks', { prefix: 'lan' }), 2);
      assert.equal(await platform.control.refreshOnEntityCreation('host'), 1);
      await platform.idle();
      const { label } = platform.entity(network).values('192.0.2.0/24') ?? {};
      assert.equal(label, 'lan 192.0.2.0/24');
      await assert.rejects(platform.control.refreshModuleConfig('nothing'), {
        code: 'MODULE_FAILED',
      });
    }));

  test('the accounts count what was done, hooks by name', () =>
    on({}, async (platform) => {
      await platform.entity(host).set('192.0.2.8', 'hostname', 'eight', { isAwaited: true });
      await platform.idle();
      const { engine, hooks } = await platform.stats();
      assert.equal(engine.entitiesCreated, 2);
      assert.equal(engine.lag, 0);
      const [path] = Object.keys(hooks).filter((key) => key.endsWith('/executions'));
      assert.match(path ?? '', /^on_entity_creation\/networks\./);
    }));
});

describe('start and stop', () => {
  test('a second stop is the first, and afterwards everything is refused', async () => {
    const platform = await createPlatform(configOf({ modules: [] }));
    const first = platform.stop();
    assert.equal(platform.stop(), first);
    const stopped = { code: 'PLATFORM_STOPPED' };
    await assert.rejects(platform.ingest([]), stopped);
    await assert.rejects(platform.stats(), stopped);
    await assert.rejects(platform.fsck(), stopped);
    await first;
    await platform[Symbol.asyncDispose]();
  });

  test('a second platform on a folder is refused, and the first goes on', async () => {
    const config = configOf({ modules: [] });
    const first = await createPlatform(config);
    await assert.rejects(createPlatform(config), { code: 'FOLDER_IN_USE' });
    assert.equal((await first.ingest([])).status, 200);
    await first.stop();
    const second = await createPlatform(config);
    await second.stop();
  });

  test('a start that is called off closes what it had opened', async () => {
    const config = configOf({ modules: [] });
    const off = new AbortController();
    const starting = createPlatform({ ...config, signal: off.signal });
    off.abort();
    await assert.rejects(starting, { code: 'PLATFORM_STOPPED' });
    const again = await createPlatform(config);
    await again.stop();
  });

  test('a module that does not load keeps the platform from starting, and the folder is free', async () => {
    const broken = { name: 'broken', file: tree.write('broken.mjs', 'throw new Error("broken");') };
    const config = configOf();
    await assert.rejects(createPlatform({ ...config, modules: [broken] }), {
      code: 'MODULE_FAILED',
      message: /broken/,
    });
    const again = await createPlatform(config);
    await again.stop();
  });

  test('a system that was given goes on after the platform', async () => {
    const system = await createSystem({ threads: 1, logger: silentLogger });
    const platform = await createPlatform(configOf({ system, modules: [] }));
    await platform.stop();
    await until(() => system.stats().actors === 0, 'no actor of the platform left');
    assert.deepEqual(await system.stop(), { drained: true, left: 0 });
  });

  test('the door is for this user alone, and closed when none was asked for', async () => {
    const config = configOf({ modules: [], door: commandLineDoor });
    const platform = await createPlatform(config);
    const { mode } = statSync(`${config.data}/door.sock`);
    assert.equal(mode & 0o777, 0o600);
    await platform.stop();
  });
});
