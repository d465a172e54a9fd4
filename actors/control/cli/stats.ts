/**
 * `troupe stats`: the accounts of a running platform since it started.
 * Runs on: main.
 */
import type { CommandScope } from '../cli.js';
import { ask } from './answer.js';
import { EXIT } from './exit-codes.js';
import { cellOf, isObject } from './show.js';
import { withTarget } from './target.js';

type Options = Readonly<Record<string, unknown>>;

/** Exit 4 when no platform runs there: a folder at rest has no accounts. */
export function stats(
  scope: CommandScope,
  _words: readonly string[],
  options: Options,
): Promise<number> {
  const { terminal } = scope;
  return withTarget(options, async (target) => {
    const body = await ask(target, { method: 'GET', path: '/telemetry/stats' });
    terminal.result(body, () => terminal.table(['what', 'count'], flat(body)));
    return EXIT.ok;
  });
}

/** One row a number, under the path to it; lists of numbers are one row. */
function flat(value: unknown, path = ''): string[][] {
  if (!isObject(value)) return [[path, cellOf(value)]];
  return Object.entries(value).flatMap(([name, inner]) => {
    return flat(inner, path === '' ? name : `${path}.${name}`);
  });
}
