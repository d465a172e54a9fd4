/**
 * `troupe query …`: entity types, lists, records, values, raw data-points, explanations. Each is one request of the HTTP API,
 * lists a request a page; ids go behind the question mark, where any character may be in them.
 * Runs on: main.
 */
import { KIND_NUMBERS } from '../../../stores/internal.js';
import type { CommandScope } from '../cli.js';
import { ask, pathTo } from './answer.js';
import { EXIT } from './exit-codes.js';
import { printable } from './printable.js';
import { cellOf, instantText, isObject, record as recordRows } from './show.js';
import { withTarget } from './target.js';

type Options = Readonly<Record<string, unknown>>;
type Words = readonly string[];

/** Rows asked for at once when a list is longer. */
const PAGE_ROWS = 500;

/** The entity types and how many entities each has. */
export function types(scope: CommandScope, _words: Words, options: Options): Promise<number> {
  return withTarget(options, async (target) => {
    const found = Object.values((await ask(target, get('/entities'))) as Record<string, Spec>);
    if (scope.terminal.isJson) return print(scope, found);
    const rows = found.map(({ id, id_data_type, attribs, eid_estimate_count }) => [
      id,
      id_data_type,
      Object.keys(attribs).length,
      eid_estimate_count,
    ]);
    const head = ['type', 'id', 'attributes', 'entities'];
    scope.terminal.print(scope.terminal.table(head, rows));
    return EXIT.ok;
  });
}

/** Entities of a type with their values now, in the order of their ids. */
export function list(scope: CommandScope, [etype = '']: Words, options: Options): Promise<number> {
  return pages(scope, options, {
    path: pathTo('v2', 'entity', etype, 'get'),
    rowsOf: (body) => body.data,
    nextOf: ({ cursor }) => (typeof cursor === 'string' ? { cursor } : undefined),
    firstOf: (after) => ({ cursor: after }),
    toRow: (row) => {
      const { eid, ...values } = row as { eid: unknown };
      const shown = Object.entries(values).filter(([name]) => !name.endsWith('#c'));
      return [cellOf(eid), shown.map(([name, value]) => `${name}=${cellOf(value)}`).join('  ')];
    },
    head: ['id', 'values'],
  });
}

/** Data-points as they were received, newest first. */
export function raw(scope: CommandScope, [etype = '']: Words, options: Options): Promise<number> {
  const { eid, attr, src } = options as Record<string, string | undefined>;
  let skip = 0;
  return pages(scope, options, {
    path: pathTo('v2', 'entity', etype, 'raw', 'get'),
    query: { eid, attr, src },
    rowsOf: (body) => body.data,
    nextOf: (_body, rows) => {
      skip += rows;
      return rows === 0 ? undefined : { skip: String(skip) };
    },
    firstOf: (after) => {
      skip = Number(after ?? 0);
      return { skip: String(skip) };
    },
    toRow: (row) => {
      const { id, attr: name, v, t1, t2, c, src: from } = row as Record<string, unknown>;
      return [id, name, v, t1, t2, c, from].map(cellOf);
    },
    head: ['id', 'attribute', 'value', 't1', 't2', 'c', 'source'],
  });
}

/** All that is stored of one entity. Exit 1 when it is not there. */
export function record(scope: CommandScope, words: Words, options: Options): Promise<number> {
  return one(scope, options, entityPath(words, 'master'), (body) =>
    scope.terminal.table(['attribute', 'value', 'valid', 'c'], recordRows(body)),
  );
}

/** Value and history of one attribute. */
export function attr(scope: CommandScope, words: Words, options: Options): Promise<number> {
  const query = { date_from: instantText(options.from), date_to: instantText(options.to) };
  return one(scope, options, entityPath(words, 'attr', query), (body) => {
    const { attr_type, current_value, history } = body as Attribute;
    const rows = (history ?? []).map((item) => {
      const { t1, t2, v, c } = item as Record<string, unknown>;
      return [t1, t2, v, c].map(cellOf);
    });
    const table = scope.terminal.table(['t1', 't2', 'value', 'c'], rows);
    // A timeseries has no value of now.
    const isSeries = attr_type === KIND_NUMBERS.timeseries;
    const now = isSeries
      ? []
      : [`now: ${current_value == null ? 'nothing' : cellOf(current_value)}`];
    return [...now, ...(rows.length === 0 && !isSeries ? [] : [table])].join('\n');
  });
}

/** Values and confidences at an instant. */
export function values(scope: CommandScope, words: Words, options: Options): Promise<number> {
  const path = entityPath(words, 'values', { at: instantText(options.at) });
  return one(scope, options, path, (body) => {
    const found = body as Record<string, unknown>;
    const names = Object.keys(found).filter((name) => name !== 'eid' && !name.endsWith('#c'));
    const rows = names.map((name) => [name, cellOf(found[name]), cellOf(found[`${name}#c`])]);
    return scope.terminal.table(['attribute', 'value', 'c'], rows);
  });
}

/** Which items, sources and hooks made a value. */
export function explain(scope: CommandScope, words: Words, options: Options): Promise<number> {
  const path = entityPath(words, 'explain', { at: instantText(options.at) });
  return one(scope, options, path, (body) =>
    isObject(body)
      ? Object.entries(body)
          .map(([name, value]) => explained(scope, name, value))
          .join('\n')
      : cellOf(body),
  );
}

interface Attribute {
  readonly attr_type?: number;
  readonly current_value?: unknown;
  readonly history?: readonly unknown[];
}

interface Spec {
  readonly id: string;
  readonly id_data_type: string;
  readonly attribs: object;
  readonly eid_estimate_count: number;
}

interface Page {
  readonly data: readonly unknown[];
  readonly cursor?: unknown;
}

type Query = Readonly<Record<string, string | undefined>>;

interface Pages {
  readonly path: string;
  readonly query?: Query;
  readonly head: readonly string[];
  rowsOf(page: Page): readonly unknown[];
  /** What asks for the next page; undefined after the last. */
  nextOf(page: Page, rows: number): Query | undefined;
  firstOf(after: string | undefined): Query;
  toRow(row: unknown): readonly string[];
}

async function pages(scope: CommandScope, options: Options, wish: Pages): Promise<number> {
  const { terminal, interruption } = scope;
  const rowsMax = Number(options.limit) || Infinity;
  return withTarget(options, async (target) => {
    let shown = 0;
    let place: Query | undefined = wish.firstOf(options.after as string | undefined);
    const isOver = (): boolean => terminal.gone.aborted || interruption.signal.aborted;
    while (place !== undefined && shown < rowsMax && !isOver()) {
      const limit = String(Math.min(PAGE_ROWS, rowsMax - shown));
      const query = { ...wish.query, ...place, limit };
      const page = (await ask(target, { method: 'GET', path: wish.path, query })) as Page;
      const rows = wish.rowsOf(page);
      if (terminal.isJson) for (const row of rows) terminal.printJson(row);
      else if (rows.length > 0)
        terminal.print(terminal.table(shown === 0 ? wish.head : [], rows.map(wish.toRow)));
      shown += rows.length;
      place = rows.length === 0 ? undefined : wish.nextOf(page, rows.length);
    }
    if (place !== undefined && shown >= rowsMax)
      terminal.note(printable(`more: --after ${place.cursor ?? place.skip}`));
    return interruption.exitCode ?? EXIT.ok;
  });
}

interface EntityPath {
  readonly path: string;
  readonly query: Query;
}

/** `words`: entity type, id and, where the route takes one, attribute. */
function entityPath(
  [etype = '', eid = '', name]: Words,
  route: string,
  query: Query = {},
): EntityPath {
  const attribute = name === undefined ? {} : { attr: name };
  return {
    path: pathTo('v2', 'entity', etype, route),
    query: { eid, ...attribute, ...query, strict: 'true' },
  };
}

function one(
  scope: CommandScope,
  options: Options,
  { path, query }: EntityPath,
  toText: (body: unknown) => string,
): Promise<number> {
  return withTarget(options, async (target) => {
    const body = await ask(target, { method: 'GET', path, query });
    scope.terminal.result(body, () => toText(body));
    return EXIT.ok;
  });
}

function explained({ terminal }: CommandScope, name: string, value: unknown): string {
  const { bold } = terminal.colours;
  if (!Array.isArray(value) || !value.every(isObject))
    return `${bold(printable(name))}: ${cellOf(value)}`;
  const head = [...new Set(value.flatMap((row) => Object.keys(row)))];
  const rows = value.map((row) => head.map((key) => cellOf(row[key])));
  return `${bold(printable(name))}\n${terminal.table(head, rows)}`;
}

function print({ terminal }: CommandScope, rows: readonly unknown[]): number {
  for (const row of rows) terminal.printJson(row);
  return EXIT.ok;
}

function get(path: string): { method: 'GET'; path: string } {
  return { method: 'GET', path };
}
