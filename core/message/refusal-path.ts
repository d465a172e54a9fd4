/**
 * Finds what in a message cannot cross threads, and where: the text of a MESSAGE_NOT_ENCODABLE error. The packer
 * stops at the first such value without knowing its path, so that packing stays fast; this walk runs only after it.
 * Runs on: any.
 */
import { CodedError, textOf } from '../errors.js';
import { Moved } from './move.js';
import { crossingOf, isPlainObject, refusalText } from './wire-classes.js';

/** A value that cannot cross, and the way to it from the root. */
export interface Unencodable {
  readonly path: string;
  readonly what: string;
}

/** Keys that cannot be sent: the packer keeps its own under one, and the other would set a prototype. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', '__keys__']);

/** Nesting that is sure to be packed and unpacked whatever the stack of either thread; deeper may be refused. */
const DEPTH_MAX = 500;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** One container on the way from the root to where the walk is. */
interface Level {
  readonly container: object;
  readonly path: string;
  readonly inner: Iterator<readonly [step: string, value: unknown] | Unencodable>;
}

/**
 * The first value in `value` that cannot cross threads: a function, symbol, instance of a class that is not
 * registered, reserved key, property that throws when read, cycle, or nesting beyond 500. Undefined when there is
 * none. `root` begins the path. Never throws and never recurses.
 */
export function findUnencodable(value: unknown, root = 'args'): Unencodable | undefined {
  const levels: Level[] = [];
  const above = new Set<object>();
  let next: { path: string; value: unknown } | undefined = { path: root, value };
  while (next !== undefined || levels.length > 0) {
    if (next !== undefined) {
      const { path, value: current } = next;
      next = undefined;
      const what = refusalOf(current, above, levels.length);
      if (what !== undefined) return { path, what };
      if (!isOpened(current)) continue;
      above.add(current);
      levels.push({ container: current, path, inner: stepsOf(current, path) });
      continue;
    }
    const level = levels.at(-1) as Level;
    const step = level.inner.next();
    if (step.done === true) {
      above.delete(level.container);
      levels.pop();
    } else if ('what' in step.value) return step.value;
    else next = { path: level.path + step.value[0], value: step.value[1] };
  }
  return undefined;
}

function refusalOf(value: unknown, above: ReadonlySet<object>, depth: number): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return textOf(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (above.has(value)) return 'a cycle back to what holds it';
  if (depth > DEPTH_MAX) return `data nested more than ${DEPTH_MAX} deep`;
  try {
    const isPlain = isPlainObject(value) || value.constructor === Map;
    return isPlain || crossingOf(value) !== 'refused' ? undefined : refusalText(value);
  } catch (error) {
    return `something that throws when looked at: ${textOf(error)}`;
  }
}

/** What holds further values that are packed one by one. */
function isOpened(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || value instanceof Moved) return false;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  return crossingOf(value) === 'native' && isPlainObject(value);
}

function* stepsOf(
  container: object,
  path: string,
): Generator<readonly [string, unknown] | Unencodable> {
  if (container instanceof Map) {
    for (const [key, value] of container) {
      yield [`.keys(${textOf(key)})`, key];
      yield [`.get(${textOf(key)})`, value];
    }
  } else if (container instanceof Set) {
    let index = 0;
    for (const value of container) yield [`.values(${index++})`, value];
  } else if (Array.isArray(container)) {
    for (let index = 0; index < container.length; index++) yield [`[${index}]`, container[index]];
  } else {
    for (const key of Object.keys(container)) {
      const step = IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      if (RESERVED_KEYS.has(key)) yield { path: path + step, what: `the reserved key ${key}` };
      let value: unknown;
      try {
        value = (container as Record<string, unknown>)[key];
      } catch (error) {
        yield { path: path + step, what: `a property that throws when read: ${textOf(error)}` };
      }
      yield [step, value];
    }
  }
}

/** The error for a value that cannot cross threads. */
export function refused(what: string, cause?: unknown, path?: string): CodedError {
  const at = path === undefined ? '' : ` at ${path}`;
  return new CodedError(
    'MESSAGE_NOT_ENCODABLE',
    `expected values that can cross threads, got ${what}${at}`,
    {
      details: path === undefined ? { what } : { what, path },
      cause,
    },
  );
}

/** What made packing fail, as MESSAGE_NOT_ENCODABLE; errors of our own stay as they are. */
export function asNotEncodable(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  if (error instanceof RangeError && /call stack/i.test(error.message))
    return refused('a cycle, or data nested too deep');
  if (error instanceof Error && error.message.endsWith('symbol')) return refused('a symbol');
  return refused(`something that fails when packed: ${textOf(error)}`, error);
}
