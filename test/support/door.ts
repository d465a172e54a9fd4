/**
 * What a door exports, by name, read from its source: values and types alike, those it passes on whole included.
 * Runs on: main.
 */
import { importsOf, textOf } from './source-tree.js';

const LIST = /^export\s+(type\s+)?\{([^}]*)\}/gm;
const ALL = /^export\s+(?:type\s+)?\*\s+from\s+'([^']+)'/gm;
const DECLARED =
  /^export\s+(?:declare\s+|abstract\s+|async\s+)*(const|let|function\*?|class|interface|type)\s+([\w$]+)/gm;

/** The public modules of the package. */
export const DOORS = [
  'core/index.ts',
  'core/testkit/index.ts',
  'stores/index.ts',
  'actors/index.ts',
];

/** What the package's commands run. */
export const COMMANDS = ['actors/control/cli/main.ts'];

/** Every door with its exports, as test/doors.txt holds them. */
export function doorListing(): string {
  const doors = DOORS.map((door) => [door, ...exportsOf(door).map((name) => `  ${name}`), '']);
  return doors.map((lines) => lines.join('\n')).join('\n');
}

/** `name` for a value, `name (type)` for a type, sorted. */
export function exportsOf(file: string): string[] {
  const text = textOf(file);
  const names = new Set<string>();
  for (const [, type, list = ''] of text.matchAll(LIST)) {
    for (const item of list.split(',').filter((item) => item.trim() !== '')) {
      const isType = type !== undefined || /^\s*type\s/.test(item);
      const name = item.trim().split(/\s+/).at(-1) ?? '';
      names.add(isType ? `${name} (type)` : name);
    }
  }
  for (const [, kind, name = ''] of text.matchAll(DECLARED)) {
    names.add(kind === 'interface' || kind === 'type' ? `${name} (type)` : name);
  }
  for (const [, specifier] of text.matchAll(ALL)) {
    const from = importsOf(file).find((one) => one.specifier === specifier)?.file ?? '';
    for (const name of exportsOf(from)) names.add(name);
  }
  return [...names].sort();
}
