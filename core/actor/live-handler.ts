/**
 * A handler as the cell calls it: found by name in the overlay of `become` or in the protocol, known to be async
 * or not, and behind its schemas where the definition has some.
 * Runs on: any.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import { Argc, argsOf } from '../message/envelope.js';
import { type Checked, checkArguments } from '../schema-check.js';
import { type ActorDefinition, type HandlerMap, REFUSED_NAMES } from './definition.js';

const REFUSED: ReadonlySet<string> = new Set(REFUSED_NAMES);

export type HandlerFunction = (...args: unknown[]) => unknown;

const { none: NONE, one: ONE } = Argc;

/** Calls a handler of that map with the arguments as a message holds them. */
export function callHandler(
  fn: HandlerFunction,
  map: unknown,
  argc: Argc,
  payload: unknown,
): unknown {
  if (argc === ONE) return fn.call(map, payload);
  if (argc === NONE) return fn.call(map);
  return fn.apply(map, argsOf(argc, payload) as unknown[]);
}

const AsyncFunction = (async () => {}).constructor;
const AsyncGeneratorFunction = async function* () {}.constructor;

/** An async function: what it does after its first await must still know whose it is. */
export function isAsync(fn: unknown): boolean {
  return fn instanceof AsyncFunction || fn instanceof AsyncGeneratorFunction;
}

/** The same callback, which does nothing any more once `holds` says no; async if it was. */
export function onlyWhile(holds: () => boolean, fn: () => unknown): () => unknown {
  if (!isAsync(fn)) return () => (holds() ? fn() : undefined);
  return async () => (holds() ? fn() : undefined);
}

/** Arguments a schema refused; the cell adds whose they were. */
export class SchemaRefusal extends Error {
  constructor(readonly issues: readonly string[]) {
    super(issues.join('; '));
  }

  named(path: string, handler: string): CodedError {
    const { issues } = this;
    return new CodedError(
      'MESSAGE_REFUSED',
      `expected the arguments its schemas accept in "${handler}" of ${path}, got ${this.message}`,
      {
        details: { path, handler, issues },
      },
    );
  }
}

/** The handler of that name, or undefined. Only own properties count: no name finds what every object has. */
export function liveHandler(
  definition: ActorDefinition | undefined,
  overlay: HandlerMap | undefined,
  handlers: Record<string, unknown> | undefined,
  name: string,
): HandlerFunction | undefined {
  const map = overlay !== undefined && Object.hasOwn(overlay, name) ? overlay : handlers;
  if (map === undefined || !Object.hasOwn(map, name)) return undefined;
  const fn = map[name] as HandlerFunction;
  const accepts = definition?.options.accepts;
  const schemas = accepts !== undefined && Object.hasOwn(accepts, name) ? accepts[name] : undefined;
  return schemas === undefined ? fn : behindSchemas(fn, schemas);
}

/** What is wrong with a handler map, as an error still to be given the actor's path; undefined when nothing is. */
export function handlerFault(handlers: unknown): ((path: string) => CodedError) | undefined {
  if (typeof handlers !== 'object' || handlers === null) return noHandlers(handlers);
  for (const name in handlers) {
    const handler = (handlers as Record<string, unknown>)[name];
    if (REFUSED.has(name) || name.length > LIMITS.nameCharsMax) return badName(name);
    if (typeof handler !== 'function') return noFunction(name, handler);
  }
  return undefined;
}

function noHandlers(got: unknown): (path: string) => CodedError {
  return (path) =>
    nameRefused(path, '', `the behaviour of ${path} to return its handlers`, textOf(got));
}

function badName(name: string): (path: string) => CodedError {
  return (path) =>
    nameRefused(path, name, `a handler name in ${path} that not every object carries`, `"${name}"`);
}

function noFunction(name: string, got: unknown): (path: string) => CodedError {
  return (path) => nameRefused(path, name, `"${name}" of ${path} to be a function`, textOf(got));
}

function nameRefused(path: string, handler: string, expected: string, got: string): CodedError {
  return new CodedError('HANDLER_NAME_REFUSED', `expected ${expected}, got ${got}`, {
    details: { handler, path },
  });
}

function behindSchemas(fn: HandlerFunction, schemas: readonly StandardSchemaV1[]): HandlerFunction {
  function checked(this: unknown, ...args: unknown[]): unknown {
    const result = checkArguments(schemas, args);
    if (result instanceof Promise) return result.then((later) => fn.apply(this, accepted(later)));
    return fn.apply(this, accepted(result));
  }
  if (!isAsync(fn)) return checked;
  return async function checkedLater(this: unknown, ...args: unknown[]): Promise<unknown> {
    return checked.apply(this, args);
  };
}

function accepted(checked: Checked): unknown[] {
  if ('faults' in checked) throw new SchemaRefusal(checked.faults);
  return checked.values;
}
