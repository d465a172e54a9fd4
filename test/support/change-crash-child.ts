/**
 * A process that takes data in and reads along what changes, from the cursor it is given, until it is killed. One line each
 * to standard output, written before the next thing is done:
 *
 *   open | sent N | stored N | told {cursor, items} | state {hosts, users, findings}
 *
 * `change-crash-child.js DIR FIRST DURABILITY CURSOR`, FIRST being the first number it may send; `check` for it: applies what
 * was left, reads to the end, says what is there and stops.
 * Runs on: main.
 */
import { writeSync } from 'node:fs';
import type { Change, ChangeGap, ChangeReading } from '../../actors/entity/change-feed.js';
import { EntityStore, fsck } from '../../stores/internal.js';
import { EntityStage, hit } from './entity-stage.js';

/** What a reader was given, and the cursor behind it. */
export interface Told {
  readonly cursor: string;
  /** Position and id of each change; of a gap how many were missed. */
  readonly items: readonly (readonly [position: string, eid: string] | number)[];
}

/** What is there at the end. */
export interface ToldState {
  /** How many entities of each type. */
  readonly hosts: number;
  readonly users: number;
  readonly findings: readonly string[];
}

const PIECE = 20;
const [dir = '', first = '', durability = '', after = 'start'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

if (first !== '') await work();

async function work(): Promise<void> {
  const stage = await EntityStage.open({
    dir,
    durability: durability === 'fsync' ? 'fsync' : 'os',
    threads: 1,
    partitions: 4,
    hooks: ['derive'],
    limits: { processDeathsMax: 1_000_000 },
    system: { spareThreads: 0 },
  });
  say('open');
  const reading = stage.engine.subscribe({ after });
  if (first !== 'check') {
    await Promise.all([...[0, 1, 2].map((way) => post(stage, Number(first) + way)), tell(reading)]);
    return;
  }
  await stage.engine.idle({ deadlineMs: 60_000 });
  for (;;) {
    const items = await reading.take(PIECE);
    if (items.length === 0) break;
    sayTold(items, reading.cursor);
  }
  const entities = new EntityStore(stage.folder.environments);
  const { findings } = await fsck(stage.folder);
  const state: ToldState = {
    hosts: entities.count(stage.numbers.etypeNo('host')),
    users: entities.count(stage.numbers.etypeNo('user')),
    findings: findings.map(({ text }) => text),
  };
  say(`state ${JSON.stringify(state)}`);
  await stage.close();
}

/** Each number is a host of its own, and by its hook a user. */
async function post(stage: EntityStage, from: number): Promise<never> {
  for (let n = from; ; n += 3) {
    say(`sent ${n}`);
    const answer = await stage.engine.ingest([hit(`h${n}`, 1)], { isAwaited: n % 4 === 0 });
    if (answer.status === 200) say(`stored ${n}`);
  }
}

async function tell(reading: ChangeReading): Promise<void> {
  for (;;) {
    const { done, value } = await reading.next();
    if (done === true) return;
    const items = [value, ...(await reading.take(PIECE - 1))];
    sayTold(items, reading.cursor);
  }
}

/** Short enough for a pipe to take it whole or not at all. */
function sayTold(items: readonly (Change | ChangeGap)[], cursor: string): void {
  const told: Told = {
    cursor,
    items: items.map((item) =>
      item.type === 'gap' ? item.missed : [item.position.join('/'), `${item.eid}`],
    ),
  };
  say(`told ${JSON.stringify(told)}`);
}
