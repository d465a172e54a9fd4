/**
 * A process that fills a data folder, erases from it, and is killed meanwhile. One line each to standard output:
 *
 *   filled | asked | accepted | done | state {rows that hold the marker, findings of fsck, erasures not done, hits of others}
 *
 * `erase-crash-child.js DIR fill` fills it and ends as it stands; `erase` asks and goes on with whatever is left until it is
 * killed or done; `check` waits until nothing is left to be erased, and says what it finds.
 * Runs on: main.
 */
import { writeSync } from 'node:fs';
import { fsck } from '../../stores/internal.js';
import { EntityStage, hit } from './entity-stage.js';
import { rowsWith } from './raw-rows.js';

export const ERASED_MARKER = 'marker-of-a-person';
export const ERASE_OTHERS = 50;
const REQUESTS = 40;

const [dir = '', what = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

/** What a check finds. */
export interface EraseState {
  readonly rows: readonly string[];
  readonly findings: readonly string[];
  readonly hits: number;
}

if (what !== '') await work();

async function work(): Promise<void> {
  const stage = await EntityStage.open({
    dir,
    threads: 1,
    partitions: 4,
    hooks: ['deriveLater'],
    limits: { eraseRows: 4, processDeathsMax: 1_000_000 },
    system: { spareThreads: 0 },
  });
  if (what === 'fill') await fill(stage);
  if (what === 'erase') {
    say('asked');
    const id = await stage.engine.erase('host', ERASED_MARKER);
    say('accepted');
    await stage.engine.erased(id);
    say('done');
  }
  if (what === 'check') {
    for (const { id } of stage.engine.erasures()) await stage.engine.erased(id);
    await stage.engine.idle({ deadlineMs: 60_000 });
    say(`state ${JSON.stringify(await stateOf(stage))}`);
  }
  await stage.close();
  process.exit(0);
}

/** Ends while some of it waits to be applied. */
async function fill(stage: EntityStage): Promise<void> {
  for (let request = 0; request < REQUESTS; request++) {
    const others = Array.from({ length: ERASE_OTHERS }, (_, n) => hit(`h${n}`, request));
    await stage.post([
      ...others,
      { type: 'host', id: ERASED_MARKER, attr: 'label', v: `${request}` },
      { type: 'host', id: `h${request}`, attr: 'peer', v: { eid: ERASED_MARKER } },
      { type: 'host', id: ERASED_MARKER, attr: 'peer', v: { eid: `h${request}` } },
    ]);
  }
  say('filled');
  process.exit(0);
}

async function stateOf(stage: EntityStage): Promise<EraseState> {
  const { findings } = await fsck(stage.folder);
  const hits = Array.from({ length: ERASE_OTHERS }, (_, n) => stage.values('host', `h${n}`));
  return {
    rows: rowsWith(stage.folder, ERASED_MARKER),
    findings: findings.map(({ text }) => text),
    hits: hits.reduce((sum, values) => sum + values.length, 0),
  };
}
