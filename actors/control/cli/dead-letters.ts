/**
 * `troupe dead-letters list|replay|drop`: tasks that were given up. Replaying takes them into the log again, once each;
 * dropping is for good, so all of them are dropped only where --all says so.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import type { CommandScope } from '../cli.js';
import { ask } from './answer.js';
import { EXIT } from './exit-codes.js';
import { printable } from './printable.js';
import { cellOf, isObject } from './show.js';
import { type Target, withTarget } from './target.js';

type Options = Readonly<Record<string, unknown>>;

const PAGE_ROWS = 100;

/** The oldest first. Exit 0 whether there are any or not. */
export function list(
  scope: CommandScope,
  _words: readonly string[],
  options: Options,
): Promise<number> {
  const { terminal } = scope;
  const rowsMax = Number(options.limit) || Infinity;
  return withTarget(options, async (target) => {
    let after = options.after as string | undefined;
    let shown = 0;
    while (shown < rowsMax && !terminal.gone.aborted) {
      const limit = Math.min(PAGE_ROWS, rowsMax - shown);
      const letters = await page(target, after, limit);
      if (terminal.isJson) for (const letter of letters) terminal.printJson(letter);
      else if (letters.length > 0)
        terminal.print(terminal.table(shown === 0 ? HEAD : [], letters.map(rowOf)));
      shown += letters.length;
      if (letters.length === 0) {
        if (after === undefined && !terminal.isJson) terminal.note('no dead letters');
        return EXIT.ok;
      }
      after = String(letters.at(-1)?.id);
    }
    terminal.note(printable(`there may be more: --after ${after}`));
    return EXIT.ok;
  });
}

/** Exit 1 when one that was named is not there. */
export function replay(
  scope: CommandScope,
  ids: readonly string[],
  options: Options,
): Promise<number> {
  return act(scope, options, {
    ids,
    method: 'POST',
    path: '/dead-letters/replay',
    done: 'replayed',
  });
}

/** As {@link replay}. */
export function drop(
  scope: CommandScope,
  ids: readonly string[],
  options: Options,
): Promise<number> {
  return act(scope, options, { ids, method: 'DELETE', path: '/dead-letters', done: 'dropped' });
}

const HEAD = ['id', 'when', 'reason', 'type', 'entity', 'details'];

async function page(
  target: Target,
  after: string | undefined,
  limit: number,
): Promise<readonly Record<string, unknown>[]> {
  const query = { after, limit: String(limit) };
  const body = await ask(target, { method: 'GET', path: '/dead-letters', query });
  const { data } = body as { data: readonly Record<string, unknown>[] };
  return data.filter(isObject);
}

function rowOf({ id, at, reason, etype, eid, ...rest }: Record<string, unknown>): string[] {
  return [id, at, reason, etype, eid, rest].map(cellOf);
}

interface Action {
  readonly ids: readonly string[];
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  /** The key of the count in the answer. */
  readonly done: string;
}

async function act(scope: CommandScope, options: Options, action: Action): Promise<number> {
  const { ids, method, path, done } = action;
  const isAll = options.all === true;
  if (isAll === ids.length > 0)
    throw new CodedError(
      'CONFIG_INVALID',
      `expected ids of dead letters or --all, got ${isAll ? 'both' : 'neither'}`,
    );
  return withTarget(options, async (target) => {
    const which: Readonly<Record<string, string | readonly string[]>> = isAll
      ? { all: 'true' }
      : { id: ids };
    const body = (await ask(target, { method, path, query: which })) as Record<string, unknown>;
    const count = Number(body[done]);
    scope.terminal.result(body, () => `${count} ${done}`);
    return isAll || count === ids.length ? EXIT.ok : EXIT.failed;
  });
}
