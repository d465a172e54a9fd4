/**
 * A process that takes data in and gives its modules new code meanwhile, again and again, until it is killed: first it
 * applies what the last one left and says what it finds. One line each to standard output:
 *
 *   state {hits by host, copies of them by user, who made the newest, findings, letters} | open | sent N | stored N
 *   rolling CODE | starting CODE THREAD | replaced THREAD | rolled CODE
 *
 * `replace-crash-child.js DIR FIRST`, FIRST being the first number it may send and its first code; `check` for it: no more
 * than say. The code that is in the file is what the last one wrote.
 * Runs on: main.
 */
import { existsSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createPlatform } from '../../actors/platform.js';
import type { Platform } from '../../actors/platform-surface.js';
import { createSystem, silentLogger } from '../../core/index.js';
import { defineEntity, observations, plain } from '../../stores/index.js';

const MODULE = new URL('../../actors/module/module.js', import.meta.url).href;
export const ROLL_HOSTS = 10;
const HITS = observations('int', { history: { aggregate: false } });
const IDS = Array.from({ length: ROLL_HOSTS }, (_, n) => n);
const IDLE = { deadlineMs: 60_000 };

const host = defineEntity('host', { id: 'string', attributes: { hits: HITS } });
const user = defineEntity('user', {
  id: 'string',
  attributes: { hits: HITS, mark: plain('string') },
});

/** What a process finds. */
export interface RollState {
  readonly hits: Readonly<Record<string, readonly number[]>>;
  readonly copies: Readonly<Record<string, readonly number[]>>;
  /** Which code is in the file, and which has answered what was sent last. */
  readonly code: string;
  readonly marks: readonly unknown[];
  readonly findings: readonly string[];
  readonly letters: readonly string[];
}

const [dir = '', first = ''] = process.argv.slice(2);
const file = join(dir, 'copying.mjs');
const say = (line: string): void => void writeSync(1, `${line}\n`);

if (first !== '') await work();

async function work(): Promise<void> {
  if (!existsSync(file)) writeCode(first);
  const system = await createSystem({ threads: 2, logger: silentLogger });
  system.events.on('threadReplaced', ({ thread }) => say(`replaced ${thread}`));
  const platform = await createPlatform({
    system,
    data: join(dir, 'data'),
    entities: [host, user],
    modules: [{ name: 'copying', file }],
    partitions: 8,
    durability: 'os',
    logger: silentLogger,
    // Who kills at random kills innocents.
    limits: { processDeathsMax: 1_000_000 },
  });
  await platform.idle(IDLE);
  // Numbers that nobody else sends.
  if (first === 'check')
    await post(
      platform,
      IDS.map((n) => -1 - n),
    );
  await platform.idle(IDLE);
  say(`state ${JSON.stringify(await stateOf(platform))}`);
  if (first === 'check') {
    await platform.stop(IDLE);
    await system.stop();
    return;
  }
  say('open');
  await Promise.all([roll(platform), ...[0, 1, 2].map((way) => send(platform, way))]);
}

async function roll(platform: Platform): Promise<never> {
  for (let code = Number(first) + 1; ; code++) {
    writeCode(String(code));
    say(`rolling ${code}`);
    await platform.control.replaceModuleCode();
    say(`rolled ${code}`);
  }
}

async function send(platform: Platform, way: number): Promise<never> {
  for (let n = Number(first) + way; ; n += 3) {
    say(`sent ${n}`);
    if (await post(platform, [n])) say(`stored ${n}`);
  }
}

async function post(platform: Platform, numbers: readonly number[]): Promise<boolean> {
  const points = numbers.map((n) => {
    const t1 = new Date(1_600_000_000_000 + n * 1_000).toISOString();
    return { type: 'host', id: `h${Math.abs(n) % ROLL_HOSTS}`, attr: 'hits', v: n, t1 };
  });
  return (await platform.ingest(points)).status === 200;
}

/** Copies each hit of a host to its user, and says which code did. A kill leaves one whole file or the other. */
function writeCode(code: string): void {
  const fresh = `${file}.fresh`;
  writeFileSync(
    fresh,
    `import { writeSync } from 'node:fs';
import { defineModule } from ${JSON.stringify(MODULE)};
export const it = defineModule({
  name: 'copying',
  setup({ registrar, platform }) {
    registrar.registerOnNewAttrHook(
      function onHit(eid, { v, t1, t2 }) {
        const dataPoints = [{ attr: 'hits', v, t1, t2 }, { attr: 'mark', v: '${code}' }];
        return [{ etype: 'user', eid: 'u-' + eid, dataPoints }];
      },
      'host',
      'hits',
    );
    return { start: () => void writeSync(1, 'starting ${code} ' + platform.thread + '\\n') };
  },
});
`,
  );
  renameSync(fresh, file);
}

async function stateOf(platform: Platform): Promise<RollState> {
  const { findings } = await platform.fsck();
  const letters = await platform.deadLetters.list();
  const numbersOf = (etype: typeof host | typeof user, id: string): number[] =>
    platform
      .entity(etype)
      .history(id, 'hits')
      .map(({ v }) => Number(v));
  const byId = (etype: typeof host | typeof user, before: string) =>
    Object.fromEntries(IDS.map((n) => [`h${n}`, numbersOf(etype, `${before}h${n}`)]));
  return {
    hits: byId(host, ''),
    copies: byId(user, 'u-'),
    code: /starting (\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? 'none',
    marks: IDS.map((n) => platform.entity(user).values(`u-h${n}`)?.mark),
    findings: findings.map(({ text }) => text),
    letters: letters.map(({ reason }) => reason),
  };
}
