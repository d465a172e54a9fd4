/**
 * `troupe changes`: what has changed, in order for each entity, from the oldest that is kept or behind a cursor; with --follow
 * also what comes. It says the cursor to go on with at its end, whatever ends it.
 * Runs on: main.
 */
import type { CommandScope } from '../cli.js';
import { ask } from './answer.js';
import { EXIT } from './exit-codes.js';
import { cellOf, isObject } from './show.js';
import { type Target, withTarget } from './target.js';

type Options = Readonly<Record<string, unknown>>;

const PAGE_ROWS = 1_000;
/** How long a request waits for the next change, in s: an interrupt is heard when it is over. */
const WAIT_S = 1;
const HEAD = ['when', 'what', 'type', 'entity', 'attributes'];

/** Exit 0 also when there is nothing. */
export function changes(
  { terminal, interruption }: CommandScope,
  _words: readonly string[],
  options: Options,
): Promise<number> {
  const rowsMax = Number(options.limit) || Infinity;
  const isFollowing = options.follow === true;
  const isOver = (): boolean => terminal.gone.aborted || interruption.signal.aborted;
  return withTarget(options, async (target) => {
    let cursor = String(options.after ?? 'start');
    let shown = 0;
    try {
      while (shown < rowsMax && !isOver()) {
        const limit = Math.min(PAGE_ROWS, rowsMax - shown);
        const page = await pageOf(target, { options, after: cursor, limit, isFollowing });
        const { rows } = page;
        if (terminal.isJson) for (const row of rows) terminal.printJson(row);
        else if (rows.length > 0)
          terminal.print(terminal.table(shown === 0 ? HEAD : [], rows.map(rowOf)));
        shown += rows.length;
        ({ cursor } = page);
        if (rows.length === 0 && !isFollowing) break;
      }
    } finally {
      if (terminal.isJson) terminal.printJson({ type: 'cursor', cursor });
      else terminal.note(`to go on: --after ${cursor}`);
    }
    return interruption.exitCode ?? EXIT.ok;
  });
}

async function pageOf(
  target: Target,
  asked: {
    readonly options: Options;
    readonly after: string;
    readonly limit: number;
    readonly isFollowing: boolean;
  },
): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly cursor: string }> {
  const { options, after, limit, isFollowing } = asked;
  const query = {
    format: 'json',
    after,
    limit: String(limit),
    wait: isFollowing ? String(WAIT_S) : undefined,
    etypes: options.etype as readonly string[] | undefined,
  };
  const body = await ask(target, { method: 'GET', path: '/changes', query });
  const { changes: rows, cursor } = body as { changes: readonly unknown[]; cursor: string };
  return { rows: rows.filter(isObject), cursor };
}

function rowOf({ type, etype, eid, attrs, at, missed }: Record<string, unknown>): string[] {
  if (type === 'gap') return ['', 'gap', '', '', `${cellOf(missed)} missed`];
  return [at, type, etype, eid, (attrs as readonly string[]).join(' ')].map(cellOf);
}
