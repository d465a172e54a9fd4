/**
 * One YAML file -> plain data, and for any path in it the line and column it was written at (door of `yaml`). A file is
 * somebody's input: what is too large, too deep, or means more than it says (aliases of aliases) is refused; so are
 * keys given twice, unknown tags and further documents. Nothing in it makes anything run.
 * Runs on: main.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { textOf } from '../../core/internal.js';
import type { SpecPath } from '../../stores/internal.js';
import { CONFIG_LIMITS } from '../limits.js';
import { YAML_SCALARS } from './yaml-scalars.js';

/** Counted from 1, as editors do. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a file as YAML, and where if it got so far. */
export interface YamlFault extends Partial<YamlPlace> {
  readonly expected: string;
  readonly got: string;
}

/** One file, read. */
export interface YamlDocument {
  /** Plain data: mappings, lists, strings, numbers, bigints, booleans and null; null for an empty file. */
  readonly value: unknown;
  /** Where the last step of the path, or of the longest part of it that is there, was written. */
  placeOf(at: SpecPath): YamlPlace;
}

/** The file at `path`, or what is wrong with it. Reads no more than the limit, and only from a regular file. */
export async function readYamlFile(path: string): Promise<YamlDocument | YamlFault[]> {
  const bytes = await readBounded(path);
  if (!(bytes instanceof Uint8Array)) return [bytes];
  return parseYaml(bytes);
}

/** Bytes in UTF-8 -> what they say, or all that is wrong with them. Never throws. */
export function parseYaml(bytes: Uint8Array): YamlDocument | YamlFault[] {
  if (bytes.length > CONFIG_LIMITS.fileBytesMax) return [tooLarge(bytes.length)];
  try {
    return parseText(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (thrown) {
    return [faultOfThrown(thrown)];
  }
}

function parseText(text: string): YamlDocument | YamlFault[] {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.1',
    schema: 'failsafe',
    customTags: YAML_SCALARS,
    merge: true,
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false,
    // Silent, it would keep further documents to itself.
    logLevel: 'error',
    // Its own check compares each key with every other.
    uniqueKeys: false,
  });
  const found = [...document.errors, ...document.warnings];
  // What follows upon an excess is about text that was not read to its end.
  const excessive = found.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const faults = (excessive === undefined ? found : [excessive]).map(
    ({ code, message, pos }): YamlFault => ({
      ...(FAULT_TEXTS.get(code) ?? { expected: 'YAML', got: message }),
      ...placeAt(lines, pos[0]),
    }),
  );
  if (faults.length > 0) return faults.slice(0, CONFIG_LIMITS.yamlFaultsMax);
  const repeated = repeatedKeys(document, lines);
  if (repeated.length > 0) return repeated.slice(0, CONFIG_LIMITS.yamlFaultsMax);
  const value: unknown = document.toJS({ maxAliasCount: CONFIG_LIMITS.aliasesMax });
  const excess = excessOf(value);
  if (excess !== undefined) return [excess];
  return { value, placeOf: (at) => placeAt(lines, offsetOf(document, at)) };
}

const NESTING = `values nested at most ${CONFIG_LIMITS.nestingMax} deep`;
/** Where the parser's own words are for programmers. */
const FAULT_TEXTS = new Map<string, YamlFault>([
  ['RESOURCE_EXHAUSTION', { expected: NESTING, got: 'more' }],
  ['MULTIPLE_DOCS', { expected: 'one document', got: 'another behind ---' }],
]);
const VALUES = `at most ${CONFIG_LIMITS.valuesMax} values, aliases followed`;

/** A fault for every key that its mapping has already. */
function repeatedKeys(document: Document, lines: LineCounter): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const key = keyOf(pair);
        if (key !== undefined && seen.has(key)) {
          const place = placeAt(lines, rangeStart(pair.key) ?? 0);
          faults.push({ expected: 'each key once', got: `${textOf(key)} again`, ...place });
        } else if (key !== undefined) seen.add(key);
      }
    },
  });
  return faults;
}

/** Undefined for a merge key, of which there may be several. */
function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key) || (key.value === '<<' && key.type === 'PLAIN')) return undefined;
  return typeof key.value === 'string' ? key.value : undefined;
}

/** The fault of data that is deeper or, with what aliases repeat, more than allowed. */
function excessOf(value: unknown): YamlFault | undefined {
  const rest: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let count = 0;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const inside = typeof next.value === 'object' && next.value !== null;
    if (!inside) continue;
    if (next.depth >= CONFIG_LIMITS.nestingMax) return { expected: NESTING, got: 'more' };
    const values = Object.values(next.value as object);
    count += values.length;
    if (count > CONFIG_LIMITS.valuesMax) return { expected: VALUES, got: 'more' };
    for (const one of values) rest.push({ value: one, depth: next.depth + 1 });
  }
  return undefined;
}

function offsetOf(document: Document, at: SpecPath): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const step of at) {
    const found = childOf(document, node, step);
    if (found === undefined) return offset;
    node = found.node;
    offset = found.offset;
  }
  return offset;
}

/** What stands under one step, through aliases and merges, and where: at its key, or in a list itself. */
function childOf(
  document: Document,
  parent: unknown,
  step: string | number,
): { readonly node: unknown; readonly offset: number } | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    const offset = rangeStart(item);
    return offset === undefined ? undefined : { node: item, offset };
  }
  if (!isMap(node)) return undefined;
  const own = node.items.find((pair) => keyOf(pair) === String(step));
  if (own !== undefined) {
    const offset = rangeStart(own.key);
    return offset === undefined ? undefined : { node: own.value, offset };
  }
  for (const pair of node.items) {
    if (keyOf(pair) !== undefined) continue;
    const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
    for (const source of sources) {
      const found = childOf(document, source, step);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function rangeStart(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function placeAt(lines: LineCounter, offset: number): YamlPlace {
  const { line, col } = lines.linePos(offset);
  // Before the first line end is known, everything is on line 1.
  return line === 0 ? { line: 1, column: offset + 1 } : { line, column: col };
}

function faultOfThrown(thrown: unknown): YamlFault {
  if (thrown instanceof RangeError) return { expected: NESTING, got: 'more' };
  if (thrown instanceof ReferenceError) {
    const expected = `aliases that repeat values at most ${CONFIG_LIMITS.aliasesMax} times`;
    const isExcess = thrown.message.startsWith('Excessive');
    return { expected, got: isExcess ? 'more' : thrown.message };
  }
  if (thrown instanceof TypeError && 'code' in thrown) {
    return { expected: 'text in UTF-8', got: 'other bytes' };
  }
  return { expected: 'YAML', got: thrown instanceof Error ? thrown.message : String(thrown) };
}

function tooLarge(bytes: number): YamlFault {
  return { expected: `at most ${CONFIG_LIMITS.fileBytesMax} bytes`, got: `${bytes}` };
}

async function readBounded(path: string): Promise<Uint8Array | YamlFault> {
  try {
    // Without waiting for whoever writes to it, should it be a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { expected: 'a file', got: 'something else' };
      if (stat.size > CONFIG_LIMITS.fileBytesMax) return tooLarge(stat.size);
      const buffer = new Uint8Array(CONFIG_LIMITS.fileBytesMax + 1);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return buffer.subarray(0, length);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    return { expected: 'a file that can be read', got: code ?? message };
  }
}
