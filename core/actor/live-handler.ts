/**
 * A handler as the cell calls it: found by name in the overlay of `become` or in the protocol, known to be async
 * or not, and behind its schemas where the definition has some.
 * Runs on: any.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CodedError, textOf } from '../errors.js';
import { type ActorDefinition, type HandlerMap, REFUSED_NAMES } from './definition.js';
import { LIMITS } from '../limits.js';

const REFUSED: ReadonlySet<string> = new Set(REFUSED_NAMES);

export interface LiveHandler {
  readonly fn: (...args: unknown[]) => unknown;
  /** An async function: what it does after its first await must still know whose it is. */
  readonly isAsync: boolean;
}

const AsyncFunction = (async () => {}).constructor;
const AsyncGeneratorFunction = (async function* () {}).constructor;

export function isAsync(fn: unknown): boolean {
  return fn instanceof AsyncFunction || fn instanceof AsyncGeneratorFunction;
}

/** Arguments a schema refused; the cell adds whose they were. */
export class SchemaRefusal extends Error {
  constructor(readonly issues: readonly string[]) {
    super(issues.join('; '));
  }

  named(path: string, handler: string): CodedError {
    const { issues } = this;
    return new CodedError('MESSAGE_REFUSED', `expected the arguments its schemas accept in "${handler}" of ${path}, got ${this.message}`, {
      details: { path, handler, issues },
    });
  }
}

/** The handler of that name, or undefined. Only own properties count: no name finds what every object has. */
export function liveHandler(
  definition: ActorDefinition | undefined,
  overlay: HandlerMap | undefined,
  handlers: Record<string, unknown> | undefined,
  name: string,
): LiveHandler | undefined {
  const map = overlay !== undefined && Object.hasOwn(overlay, name) ? overlay : handlers;
  if (map === undefined || !Object.hasOwn(map, name)) return undefined;
  const fn = map[name] as LiveHandler['fn'];
  const accepts = definition?.options.accepts;
  const schemas = accepts !== undefined && Object.hasOwn(accepts, name) ? accepts[name] : undefined;
  if (schemas === undefined) return { fn, isAsync: isAsync(fn) };
  return { fn: behindSchemas(fn, schemas), isAsync: isAsync(fn) };
}

/** Throws HANDLER_NAME_REFUSED for what cannot be a protocol. */
export function checkHandlers(path: string, handlers: unknown): Record<string, unknown> {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new CodedError('HANDLER_NAME_REFUSED', `expected the behaviour of ${path} to return its handlers, got ${textOf(handlers)}`);
  }
  for (const name in handlers) {
    const handler = (handlers as Record<string, unknown>)[name];
    const isRefused = REFUSED.has(name) || name.length > LIMITS.nameCharsMax;
    if (!isRefused && typeof handler === 'function') continue;
    const expected = isRefused ? 'a handler name that not every object carries' : `"${name}" to be a function`;
    throw new CodedError('HANDLER_NAME_REFUSED', `expected ${expected} in ${path}, got ${isRefused ? `"${name}"` : textOf(handler)}`, {
      details: { handler: name, path },
    });
  }
  return handlers as Record<string, unknown>;
}

function behindSchemas(fn: LiveHandler['fn'], schemas: readonly StandardSchemaV1[]): LiveHandler['fn'] {
  return function checked(this: unknown, ...args: unknown[]): unknown {
    const results = schemas.map((schema, i) => schema['~standard'].validate(args[i]));
    if (results.some((result) => result instanceof Promise)) {
      return Promise.all(results).then((all) => fn.apply(this, valuesOf(all, args)));
    }
    return fn.apply(this, valuesOf(results as StandardSchemaV1.Result<unknown>[], args));
  };
}

function valuesOf(results: readonly StandardSchemaV1.Result<unknown>[], args: readonly unknown[]): unknown[] {
  const issues: string[] = [];
  const values = results.map((result, i) => {
    for (const issue of result.issues ?? []) {
      const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
      issues.push(`${[`args[${i}]`, ...path].join('.')}: ${issue.message}`);
    }
    return 'value' in result ? result.value : undefined;
  });
  if (issues.length > 0) throw new SchemaRefusal(issues);
  if (args.length > results.length) throw new SchemaRefusal([`at most ${results.length} arguments, got ${args.length}`]);
  // Left-out optional arguments stay left out, so that defaults of the handler count.
  return values.slice(0, Math.max(args.length, lastDefined(values)));
}

function lastDefined(values: readonly unknown[]): number {
  let count = values.length;
  while (count > 0 && values[count - 1] === undefined) count--;
  return count;
}
