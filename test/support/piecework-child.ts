/**
 * A process that goes on with work that is done piece by piece, and says how much is left, a line each time: `left N`. With
 * the word `fill` it makes what is to be worked on, asks for the work, and says `answered`.
 *
 * `piecework-child.js DIR delete|refresh [fill]`
 * Runs on: main.
 */
import { writeSync } from 'node:fs';
import { EntityStage } from './entity-stage.js';
import { HUB, linking, type Piecework, SPOKES, STAGES } from './piecework.js';

const say = (line: string): void => void writeSync(1, `${line}\n`);

const [dir = '', work = '', what = ''] = process.argv.slice(2);
const options = STAGES[work as Piecework];
const stage = await EntityStage.open({
  ...options,
  dir,
  threads: 1,
  system: { spareThreads: 0 },
  // Who kills at random kills innocents.
  limits: { ...options.limits, processDeathsMax: 1_000_000 },
});
if (what === 'fill') {
  await stage.post([{ type: 'host', id: HUB, attr: 'label', v: 'hub' }, ...SPOKES.map(linking)]);
  await stage.engine.idle({ deadlineMs: 60_000 });
  await ask();
  say('answered');
}
for (let left = Infinity; left > 0; ) {
  const now = work === 'delete' ? stage.linksInto('host', HUB).length : unrefreshed();
  if (now !== left) say(`left ${now}`);
  left = now;
  await new Promise(setImmediate);
}
await stage.engine.idle({ deadlineMs: 60_000 });
await stage.close();

async function ask(): Promise<void> {
  if (work === 'refresh') await stage.engine.refresh('host');
  else await stage.engine.submit([{ etype: 'host', eid: HUB, delete: true }], { isAwaited: true });
}

function unrefreshed(): number {
  return SPOKES.filter((spoke) => stage.label('host', spoke) !== 'refreshed').length;
}
