/**
 * A data folder opened with another model than it was left with: what was stored and not applied is finished under the
 * model it was stored under, and what has another form then is never read as what it was.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createPlatform } from '../../actors/platform.js';
import type { PlatformConfig } from '../../actors/platform-config.js';
import type { Platform } from '../../actors/platform-surface.js';
import { jsonLogger, type Logger } from '../../core/index.js';
import {
  EntityStore,
  type ModelNumbersForm,
  openFolder,
  partitionOf,
} from '../../stores/internal.js';
import { TemporaryTree } from '../support/temporary-tree.js';
import {
  formerHost,
  type LabelsConfig,
  labels,
  longerHost,
  nextHost,
  relic,
  user,
} from './schema-change-modules.js';

const tree = new TemporaryTree();
after(() => tree.remove());

const CHILD = fileURLToPath(new URL('./schema-change-child.js', import.meta.url));
const CHILD_MS_MAX = 60_000;
const PARTITIONS = 4;
const HOSTS = Array.from({ length: 20 }, (_, n) => `h${n}`);
const FORMER = [formerHost, user, relic];
const NEXT = [nextHost, user];
const CHANGE =
  'added host.load; retyped host.label (from plain string to plain int); removed host.note, relic';
let folders = 0;
const started: Platform[] = [];

// A platform that a failed test left behind would keep the process.
afterEach(async () => {
  for (const platform of started.splice(0)) await platform.stop();
});

async function start(config: PlatformConfig): Promise<Platform> {
  const platform = await createPlatform(config);
  started.push(platform);
  return platform;
}

interface Heard {
  readonly msg: string;
  readonly change?: string;
}

/** What the platform says of the change of its model, into `lines`. */
function hearing(lines: Heard[]): Logger {
  return jsonLogger({
    level: 'info',
    write: (line) => {
      const { msg, change } = JSON.parse(line) as Heard;
      if (change !== undefined) lines.push({ msg, change });
    },
  });
}

function configOf(
  data: string,
  entities: NonNullable<PlatformConfig['entities']>,
  config: LabelsConfig,
  lines: Heard[] = [],
): PlatformConfig {
  return {
    data,
    entities,
    modules: [labels],
    moduleConfigs: { labels: { ...config } },
    partitions: PARTITIONS,
    threads: 1,
    durability: 'os',
    logger: hearing(lines),
  };
}

/** A folder under the former model with tasks that are stored and not applied. */
async function leftWithTasks(): Promise<string> {
  const data = tree.path(`data-${folders++}`);
  const platform = await start(configOf(data, FORMER, { isHolding: true }));
  const points = HOSTS.flatMap((id) => [
    { type: 'host', id, attr: 'label', v: `label ${id}` },
    { type: 'host', id, attr: 'note', v: 'a note' },
    { type: 'relic', id, attr: 'label', v: 'old' },
  ]);
  assert.equal((await platform.ingest(points)).status, 200);
  assert.deepEqual(await platform.stop({ deadlineMs: 0 }), {
    drained: false,
    left: 2 * HOSTS.length,
  });
  return data;
}

function numberOf(numbers: ModelNumbersForm, attr: string, form: string): number | undefined {
  const host = numbers.entities.find(({ id }) => id === 'host');
  return host?.attributes.find((one) => one.id === attr && one.form === form)?.no;
}

/** The bytes of the labels as they were stored, whatever the model says by now. */
async function storedLabels(data: string): Promise<unknown[]> {
  const folder = await openFolder(data, { isReadOnly: true });
  try {
    const no = numberOf(folder.numbers, 'label', 'plain string')!;
    const store = new EntityStore(folder.environments);
    return HOSTS.map((eid) => {
      const partition = partitionOf('host', eid, PARTITIONS);
      return store.record({ etype: 0, partition, eid })?.plain.get(no)?.v;
    });
  } finally {
    await folder.close();
  }
}

/** How often each has been changed. */
async function revisionsOf(
  data: string,
  etype: string,
  eidOf: (host: string) => string,
): Promise<unknown[]> {
  const folder = await openFolder(data, { isReadOnly: true });
  try {
    const no = folder.numbers.entities.find(({ id }) => id === etype)!.no;
    const store = new EntityStore(folder.environments);
    return HOSTS.map((host) => {
      const eid = eidOf(host);
      const partition = partitionOf(etype, eid, PARTITIONS);
      return store.record({ etype: no, partition, eid })?.revision;
    });
  } finally {
    await folder.close();
  }
}

/** The signal that ended a process which was to open the folder with the next model. */
async function diesAtFinishing(data: string, labelled: number): Promise<unknown> {
  const words = [CHILD, data, String(labelled), String(PARTITIONS)];
  const child = spawn(process.execPath, words, {
    stdio: 'inherit',
    timeout: CHILD_MS_MAX,
    killSignal: 'SIGTERM',
  });
  const [, signal] = await once(child, 'close');
  return signal;
}

async function storedModel(data: string): Promise<readonly string[]> {
  const folder = await openFolder(data, { isReadOnly: true });
  const ids = folder.storedSpecs.map(({ entity }) => entity.id);
  await folder.close();
  return ids;
}

describe('a model that takes something away', () => {
  test('comes when all that was stored under the former one is applied, hooks and all', async () => {
    const data = await leftWithTasks();
    const lines: Heard[] = [];
    const platform = await start(configOf(data, NEXT, { hasLoad: true }, lines));
    const hosts = platform.entity(nextHost);
    for (const eid of HOSTS) {
      assert.equal(platform.entity(user).values(`u-${eid}`)?.label, `of label ${eid}`);
      assert.deepEqual(hosts.values(eid), { eid });
    }
    assert.deepEqual(await platform.deadLetters.list(), []);
    assert.deepEqual((await platform.fsck()).findings, []);
    assert.deepEqual(
      lines.map(({ change }) => change),
      [CHANGE, CHANGE],
    );
    await hosts.set('h0', 'label', 7, { isAwaited: true });
    await platform.idle();
    assert.deepEqual(hosts.values('h0'), { eid: 'h0', label: 7, load: 1 });
    assert.equal(platform.entity(user).values('u-h0')?.label, 'of 7');
    assert.deepEqual(await platform.stop(), { drained: true, left: 0 });
    assert.deepEqual(
      await storedLabels(data),
      HOSTS.map((eid) => `label ${eid}`),
    );
  });

  test('is finished by a later start when the process dies at it: every task once, and the model last', async () => {
    const data = await leftWithTasks();
    // Twice: a task at which it dies for the third time would be passed.
    for (const labelled of [3, 8]) {
      assert.equal(await diesAtFinishing(data, labelled), 'SIGKILL');
      assert.deepEqual([...(await storedModel(data))].sort(), ['host', 'relic', 'user']);
    }
    const platform = await start(configOf(data, NEXT, { hasLoad: true }));
    for (const eid of HOSTS)
      assert.equal(platform.entity(user).values(`u-${eid}`)?.label, `of label ${eid}`);
    assert.deepEqual(await platform.deadLetters.list(), []);
    assert.deepEqual((await platform.fsck()).findings, []);
    await platform.stop();
    assert.deepEqual(
      await storedLabels(data),
      HOSTS.map((eid) => `label ${eid}`),
    );
    assert.deepEqual(
      await revisionsOf(data, 'user', (host) => `u-${host}`),
      HOSTS.map(() => 1),
    );
    assert.deepEqual(
      await revisionsOf(data, 'host', (host) => host),
      HOSTS.map(() => 1),
    );
  });

  test('and is taken back again: neither reads what the other stored', async () => {
    const data = await leftWithTasks();
    const next = await start(configOf(data, NEXT, {}));
    await next.entity(nextHost).set('h1', 'label', 8, { isAwaited: true });
    await next.stop();
    const again = await start(configOf(data, FORMER, {}));
    assert.deepEqual(again.entity(formerHost).values('h1'), { eid: 'h1' });
    assert.equal(again.entity(relic).values('h1'), undefined);
    await again.stop();
  });

  test('waits for nothing when nothing is left to do', async () => {
    const data = await leftWithTasks();
    const former = await start(configOf(data, FORMER, {}));
    await former.stop();
    const lines: Heard[] = [];
    const next = await start(configOf(data, NEXT, {}, lines));
    await next.stop();
    assert.equal(lines.length, 1);
    assert.match(lines[0]!.msg, /has changed/);
  });
});

describe('a model that only adds', () => {
  test('applies what is left itself, with hooks for what is new', async () => {
    const data = await leftWithTasks();
    const lines: Heard[] = [];
    const entities = [longerHost, user, relic];
    const platform = await start(configOf(data, entities, { hasLoad: true }, lines));
    await platform.idle();
    const value = platform.entity(longerHost).values('h3');
    assert.deepEqual(value, { eid: 'h3', label: 'label h3', note: 'a note', load: 1 });
    assert.deepEqual(lines, [{ msg: 'the model has changed', change: 'added host.load' }]);
    await platform.stop();
  });
});

describe('when tasks of the former model cannot be finished', () => {
  const refused: readonly (readonly [
    title: string,
    code: string,
    config: LabelsConfig,
    more: (lines: Heard[]) => Partial<PlatformConfig>,
  ])[] = [
    [
      'since a hook does not end',
      'MODEL_CHANGE_BLOCKED',
      { isHolding: true },
      () => ({ limits: { formerModelStuckMs: 1 } }),
    ],
    [
      'since a module cannot be set up on that model',
      'MODULE_FAILED',
      { needsLoad: true },
      () => ({}),
    ],
    [
      'since the start is called off',
      'PLATFORM_STOPPED',
      { isHolding: true },
      (lines) => {
        const off = new AbortController();
        const logger = hearing(lines);
        const warn: Logger['warn'] = (message, fields) => {
          logger.warn(message, fields);
          if (lines.length > 0) off.abort();
        };
        return { signal: off.signal, logger: { ...logger, warn } };
      },
    ],
  ];

  for (const [title, code, config, more] of refused)
    test(`${title}, the folder keeps them and its model`, async () => {
      const data = await leftWithTasks();
      const lines: Heard[] = [];
      const next = configOf(data, NEXT, config, lines);
      await assert.rejects(start({ ...next, ...more(lines) }), { code });
      assert.deepEqual(await storedModel(data), ['host', 'user', 'relic']);
      assert.equal(lines.length, 1, 'that they are to be finished, not that it has changed');
      const former = await start(configOf(data, FORMER, {}));
      await former.idle();
      for (const eid of HOSTS) {
        const value = former.entity(formerHost).values(eid);
        assert.deepEqual(value, { eid, label: `label ${eid}`, note: 'a note' });
        assert.equal(former.entity(user).values(`u-${eid}`)?.label, `of label ${eid}`);
      }
      await former.stop();
    });
});
