/**
 * `troupe erase ETYPE EID`: an entity out of all that is stored, and how far that is. Of a running platform, or of a folder
 * nobody has open, which can be compacted afterwards so that no byte of what was erased is left in its files.
 * Runs on: main.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '../../../core/index.js';
import { systemClock } from '../../../core/internal.js';
import { openFolder } from '../../../stores/internal.js';
import { PLATFORM_LIMITS } from '../../limits.js';
import type { CommandScope } from '../cli.js';
import { ask, pathTo } from './answer.js';
import { openErasingTarget } from './erasing-target.js';
import { EXIT } from './exit-codes.js';
import { placeOf, type Target } from './target.js';

type Options = Readonly<Record<string, unknown>>;

/** What the API says of an erasure. */
interface Shown {
  readonly id: string;
  readonly state: string;
  readonly partitions: number;
  readonly partitions_done: number;
  readonly erased?: Readonly<Record<string, number>>;
  readonly fault?: string;
}

/** Exit 0 when it is done, whether the entity was there or not. Interrupted, it goes on where it was asked for. */
export async function erase(
  scope: CommandScope,
  [etype = '', eid = '']: readonly string[],
  options: Options,
): Promise<number> {
  const { terminal, interruption } = scope;
  const { target, isOwn } = await openErasingTarget(options);
  try {
    if (options.compact === true && !isOwn)
      throw new CodedError(
        'CONFIG_INVALID',
        `--compact: expected a folder that nobody has open, got ${target.place}, where a platform runs`,
      );
    const body = Buffer.from(JSON.stringify({ etype, eid }));
    const asked = (await ask(target, { method: 'POST', path: '/control/erase', body })) as Shown;
    const done = await followed(scope, target, asked);
    if (done === undefined) {
      terminal.note(`erasure ${asked.id} is not done: it goes on while a platform runs there`);
      return interruption.exitCode ?? EXIT.failed;
    }
    terminal.result(done, () => `erased: ${countsText(done)}`);
  } finally {
    await target.close();
  }
  if (options.compact === true) await compact(scope, options);
  return EXIT.ok;
}

/** Until it is done; undefined when it was interrupted. With --json each step is a line. */
async function followed(
  { terminal, interruption }: CommandScope,
  target: Target,
  asked: Shown,
): Promise<Shown | undefined> {
  const { signal } = interruption;
  let now = asked;
  let said = '';
  while (now.state !== 'done') {
    if (signal.aborted) return undefined;
    const step = `${now.state} ${now.partitions_done}/${now.partitions}`;
    const text = now.fault === undefined ? step : `${step}: ${now.fault}`;
    terminal.progress(text, systemClock.now());
    if (terminal.isJson && text !== said) terminal.printJson(now);
    said = text;
    await sleep(PLATFORM_LIMITS.eraseLookMs, undefined, { signal }).catch(() => {});
    now = (await ask(target, { method: 'GET', path: pathTo('erasures', now.id) })) as Shown;
  }
  return now;
}

async function compact({ terminal }: CommandScope, options: Options): Promise<void> {
  const folder = await openFolder(placeOf(options).data!, { isThere: true });
  const before = folder.sizes();
  await folder.closeCompacted();
  const after = folder.sizes();
  const sizes = { before: before.log + before.state, after: after.log + after.state };
  terminal.result(
    { compacted: sizes },
    () => `compacted: ${sizes.before} bytes, now ${sizes.after}`,
  );
}

function countsText({ erased = {} }: Shown): string {
  return Object.entries(erased)
    .map(([what, count]) => `${count} ${what.replaceAll('_', ' ')}`)
    .join(', ');
}
