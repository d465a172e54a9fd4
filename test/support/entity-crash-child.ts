/**
 * A process that works on a data folder until it is killed: applies what the last one left, says what it finds, then
 * takes data in as fast as it can. One line each to standard output, written before the next thing is done:
 *
 *   open | state {values by entity, findings of fsck} | sent N | stored N | awaited N
 *
 * `entity-crash-child.js DIR FIRST DURABILITY [HOOKS] [DEATHS]`, FIRST being the first number it may send; `check` for it:
 * no more than say. DEATHS of the process at one task make it a poison: who kills at random kills innocents.
 * Runs on: main.
 */
import { writeSync } from 'node:fs';
import { fsck } from '../../stores/internal.js';
import { EntityStage, hit } from './entity-stage.js';

export const CRASH_HOSTS = 10;

const [dir = '', first = '', durability = '', hooks = 'deriveLater,remove', deaths = '1000000'] =
  process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

if (first !== '') await work();

async function work(): Promise<void> {
  const stage = await EntityStage.open({
    dir,
    durability: durability === 'fsync' ? 'fsync' : 'os',
    threads: 1,
    partitions: 4,
    hooks: hooks.split(','),
    limits: { processDeathsMax: Number(deaths) },
    system: { spareThreads: 0 },
  });
  say('open');
  await stage.engine.idle({ deadlineMs: 60_000 });
  say(`state ${JSON.stringify(await stateOf(stage))}`);
  if (first === 'check') {
    await stage.close();
    return;
  }
  await Promise.all([0, 1, 2, 3].map((way) => post(stage, Number(first) + way)));
}

/** Hits that are counted, and links and deletes that keep the folder busy. */
async function post(stage: EntityStage, from: number): Promise<never> {
  for (let n = from; ; n += 4) {
    say(`sent ${n}`);
    const isAwaited = n % 8 === 0;
    const answer = await stage.engine.ingest(
      [
        hit(`h${n % CRASH_HOSTS}`, n),
        { type: 'host', id: `l${n % 5}`, attr: 'peer', v: { eid: `l${n % 7}` } },
        { type: 'host', id: `l${n % 3}`, attr: 'users', v: { eid: `x${n % 4}` }, t1: Date.now() },
      ],
      { isAwaited },
    );
    if (answer.status === 200) say(`${isAwaited ? 'awaited' : 'stored'} ${n}`);
    if (n % 16 === 3)
      await stage.engine.submit([{ etype: 'host', eid: `l${n % 7}`, delete: true }]);
  }
}

async function stateOf(stage: EntityStage): Promise<CrashState> {
  const values: Record<string, number[]> = {};
  for (let host = 0; host < CRASH_HOSTS; host++) {
    values[`h${host}`] = stage.values('host', `h${host}`) as number[];
    values[`u-h${host}`] = stage.values('user', `u-h${host}`) as number[];
  }
  const { findings } = await fsck(stage.folder);
  const letters = await stage.engine.deadLetters();
  return {
    values,
    findings: findings.map(({ text }) => text),
    letters: letters.map(({ reason }) => reason),
  };
}

/** What a child finds. */
export interface CrashState {
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** What is wrong with the folder. */
  readonly findings: readonly string[];
  /** Reasons of its dead letters. */
  readonly letters: readonly string[];
}
