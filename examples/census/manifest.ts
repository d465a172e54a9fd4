/**
 * What a `package.json` says, of all that may stand in it. It is somebody's input: whatever has another form than
 * expected counts as not said. Pure.
 * Runs on: any.
 */
import { authorText } from './author.js';
import { licenceNamed } from './licence.js';

/** Key of a manifest -> the kind of what it lists. What stands in more than one is of the last kind. */
const KINDS = [
  ['peerDependencies', 'peer'],
  ['dependencies', 'needed'],
  ['optionalDependencies', 'optional'],
] as const;

/** Name -> what is asked of it. */
export type Requirements = Readonly<
  Record<string, { readonly range: string; readonly kind: string }>
>;

/** Plain data. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly author: string;
  readonly licence: string;
  readonly requires: Requirements;
}

/** The rules of npm, and a bound for versions. */
const NAME_CHARS_MAX = 214;
const VERSION_CHARS_MAX = 256;
const DESCRIPTION_CHARS_MAX = 1_000;

/** Undefined for text that is no JSON, or that names no package in a version. */
export function parseManifest(json: string): Manifest | undefined {
  const input = parsed(json);
  const { name, version } = input;
  if (!isWord(name, NAME_CHARS_MAX) || !isWord(version, VERSION_CHARS_MAX)) return undefined;
  const { description, author, license, licenses } = input;
  return {
    name,
    version,
    description: typeof description === 'string' ? description.slice(0, DESCRIPTION_CHARS_MAX) : '',
    author: authorText(author),
    licence: licenceNamed(license ?? licenses),
    requires: requirementsOf(input),
  };
}

/** In order of names. */
function requirementsOf(input: Readonly<Record<string, unknown>>): Requirements {
  const found = new Map<string, { range: string; kind: string }>();
  for (const [key, kind] of KINDS) {
    for (const [name, range] of Object.entries(objectOf(input[key]))) {
      if (!isWord(name, NAME_CHARS_MAX) || name === '__proto__') continue;
      found.set(name, { range: typeof range === 'string' ? range : '', kind });
    }
  }
  for (const [name, about] of Object.entries(objectOf(input.peerDependenciesMeta))) {
    const peer = found.get(name);
    if (peer?.kind === 'peer' && objectOf(about).optional === true) peer.kind = 'optional';
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(json));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}

function isWord(value: unknown, charsMax: number): value is string {
  return typeof value === 'string' && value.length <= charsMax && /^[^\s\p{Cc}]+$/u.test(value);
}
