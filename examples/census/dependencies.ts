/**
 * Which package a requirement is met by: the one that the module loader of Node.js would find, from the directory of the
 * install upwards. Pure.
 * Runs on: any.
 */
import type { Requirements } from './manifest.js';
import { HERE } from './places.js';

/** Install -> the package that is in it. */
export type Installed = ReadonlyMap<string, string>;

/** A link as the platform takes it. */
export interface Dependency {
  readonly eid: string;
  readonly data: { readonly range: string; readonly kind: string };
}

export interface Resolved {
  /** Sorted by package. */
  readonly depends: readonly Dependency[];
  /** Needed, and not there; `name range`, sorted. */
  readonly missing: readonly string[];
}

/** What the installs of one package need; each of them may find another version. `isModules`: the root is a node_modules. */
export function resolveAll(
  installs: readonly { readonly directory: string; readonly requires: Requirements }[],
  installed: Installed,
  isModules: boolean,
): Resolved {
  const depends = new Map<string, Dependency>();
  const missing = new Set<string>();
  for (const { directory, requires } of installs) {
    const places = placesFrom(directory, isModules);
    for (const [name, { range, kind }] of Object.entries(requires)) {
      const eid = places
        .map((place) => installed.get(place + name))
        .find((one) => one !== undefined);
      if (eid !== undefined) depends.set(`${eid} ${name}`, { eid, data: { range, kind } });
      else if (kind === 'needed') missing.add(`${name} ${range}`);
    }
  }
  const byKey = [...depends].sort(([a], [b]) => (a < b ? -1 : 1));
  return { depends: byKey.map(([, one]) => one), missing: [...missing].sort() };
}

/** The directories that are looked in, the nearest first, with what stands before a name there. */
function placesFrom(directory: string, isModules: boolean): string[] {
  const names = directory === HERE ? [] : directory.split('/');
  const places: string[] = [];
  for (let end = names.length; end > 0; end--) {
    if (names[end - 1] === 'node_modules') continue;
    places.push(`${names.slice(0, end).join('/')}/node_modules/`);
  }
  return [...places, isModules ? '' : 'node_modules/'];
}
