/**
 * Values, times and records as a person reads them in a table. Nothing is printed here.
 * Runs on: any.
 */
import { printJson } from '../../../stores/internal.js';
import { printable } from './printable.js';

/** Longer values are cut: a table is for looking, --json for all of it. */
const CELL_CHARS_MAX = 80;

/** A value in a cell: text as it is but for what would steer a terminal, anything else as JSON; nothing for nothing. */
export function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : printJson(value);
  return printable(text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text);
}

/** An option that names an instant, as the API takes it. */
export function instantText(option: unknown): string | undefined {
  return typeof option === 'string' && option !== '' ? option : undefined;
}

/** A master record as rows: attribute, value, validity, confidence. The items of a history stand one below the other. */
export function record(master: unknown): string[][] {
  return Object.entries(isObject(master) ? master : {}).flatMap(([name, stored]) => {
    if (Array.isArray(stored)) return stored.map((item) => itemRow(name, item));
    const { v, ts_last_update: at } = isObject(stored) ? stored : { v: stored };
    return [[name, cellOf(v === undefined ? stored : v), cellOf(at), '']];
  });
}

function itemRow(name: string, item: unknown): string[] {
  const { v, t1, t2, c } = isObject(item) ? item : { v: item };
  const valid = t1 === undefined ? '' : `${cellOf(t1)} – ${cellOf(t2)}`;
  return [name, cellOf(v), valid, cellOf(c)];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `1 fault`, `2 faults`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
