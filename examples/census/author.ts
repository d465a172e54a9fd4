/**
 * Who wrote it: `Jane Doe <jane@example.org> (https://example.org)`, or an object with the same parts, as one person
 * however it is written. Pure.
 * Runs on: any.
 */

/** Parts that are not said are empty. */
export interface Author {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

const PARTS = /^([^<(]*)(?:<([^>]*)>)?\s*(?:\(([^)]*)\))?/;
/** Longer texts are not about one person. */
const TEXT_CHARS_MAX = 300;

/** One line of text from the `author` of a manifest; empty when there is none. */
export function authorText(input: unknown): string {
  if (typeof input === 'string') return oneLine(input);
  if (typeof input !== 'object' || input === null) return '';
  const { name, email, url } = input as Partial<Record<string, unknown>>;
  const parts = [text(name), wrapped('<', text(email), '>'), wrapped('(', text(url), ')')];
  return oneLine(parts.filter((part) => part !== '').join(' '));
}

export function parseAuthor(line: string): Author {
  const [, name = '', email = '', url = ''] = PARTS.exec(line) ?? [];
  return { name: name.trim(), email: email.trim().toLowerCase(), url: url.trim() };
}

/** Equal for the same person; undefined for nobody. Addresses tell people apart better than names. */
export function authorKey({ name, email }: Author): string | undefined {
  const key = email === '' ? name.toLowerCase().replaceAll(/\s+/g, ' ') : email;
  return key === '' ? undefined : key;
}

function oneLine(line: string): string {
  const made = line.replaceAll(/\s+/g, ' ').trim();
  return made.length > TEXT_CHARS_MAX ? '' : made;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function wrapped(open: string, inside: string, close: string): string {
  return inside === '' ? '' : `${open}${inside}${close}`;
}
