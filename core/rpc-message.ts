/**
 * What calls and answers look like on a port: Comlink's own messages, so that plain Comlink understands our ends
 * and the reverse, with the whole error beside the part of it that Comlink knows. All that comes in is `unknown`
 * until it was read here.
 * Runs on: any.
 */
import { MessagePort, type Transferable } from 'node:worker_threads';
import {
  assert,
  CodedError,
  errorFromWire,
  errorToWire,
  textOf,
  type WireError,
} from './errors.js';
import { LIMITS } from './limits.js';

/** Takes what Comlink gives to an event listener. */
export type Listener = (event: { readonly data: unknown }) => void;

/** A request, read: a call; the peer's word that it needs us no more; or one that is never allowed, and why. */
export type Request =
  | {
      readonly type: 'call';
      readonly id: string;
      readonly method: string;
      readonly args: unknown[];
    }
  | { readonly type: 'release'; readonly id: string }
  | { readonly type: 'refused'; readonly id: string; readonly error: CodedError };

/** An answer, beside its `id`. `wire` is ours: Comlink makes its error of `value` alone. */
export type Answer =
  | { readonly type: 'RAW'; readonly value: unknown }
  | { readonly type: 'HANDLER'; readonly name: 'throw'; readonly value: ThrownWire };

export interface ThrownWire {
  readonly isError: true;
  /** Comlink assigns all of it to a new Error. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly wire?: WireError;
}

const REQUEST_TYPES: ReadonlySet<unknown> = new Set([
  'GET',
  'SET',
  'APPLY',
  'CONSTRUCT',
  'ENDPOINT',
  'RELEASE',
]);

const PROMISED = ['then', 'catch', 'finally', 'toJSON', 'prototype'];

/** Anything that came from a port -> a request; undefined when it is none, or has no id to answer under. */
export function readRequest(data: unknown): Request | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { id, type, path, argumentList } = data as Record<string, unknown>;
  if (typeof id !== 'string' || id === '' || id.length > LIMITS.nameCharsMax) return undefined;
  if (!REQUEST_TYPES.has(type)) return undefined;
  if (type === 'RELEASE') return { type: 'release', id };
  const refused = (expected: string, got: string): Request => ({
    type: 'refused',
    id,
    error: endpointRefused(expected, got),
  });
  if (type !== 'APPLY') return refused('a call of a method', `a message of type ${type}`);
  if (!Array.isArray(path) || path.length !== 1 || typeof path[0] !== 'string')
    return refused(
      'the name of one method',
      Array.isArray(path) ? `a path of ${path.length}` : textOf(path),
    );
  const args = readArguments(argumentList);
  if (args === undefined)
    return refused(
      `at most ${LIMITS.endpointArguments} plain arguments`,
      `others for ${textOf(path[0])}`,
    );
  return { type: 'call', id, method: path[0], args };
}

/** The call of `method` as plain Comlink would send it. */
export function callMessage(id: string, method: string, args: readonly unknown[]): object {
  const argumentList = args.map((value) => ({ type: 'RAW', value }));
  return { id, type: 'APPLY', path: [method], argumentList };
}

/** The answer to a call that failed, with all of the error. */
export function failedAnswer(error: unknown): Answer {
  const wire = errorToWire(error);
  const { name, message, stack } = wire;
  return {
    type: 'HANDLER',
    name: 'throw',
    value: { isError: true, value: { name, message, stack }, wire },
  };
}

/** What a message answers, whoever made it: a value, or what is to be thrown. Undefined when it is no answer. */
export function readAnswer(
  data: object,
): (Answer & { readonly type: 'RAW' }) | { readonly thrown: unknown } | undefined {
  const { type, name, value } = data as Record<string, unknown>;
  if (type === 'RAW') return { type, value };
  if (type !== 'HANDLER' || name !== 'throw') return undefined;
  return { thrown: readThrown(value) };
}

/** Names that every object, or a promise, is asked for by others than its user. */
export function isReservedName(name: string): boolean {
  return name in Object.prototype || PROMISED.includes(name);
}

/** The error of a call, or of a message in the place of one, that an endpoint does not allow. */
export function endpointRefused(expected: string, got: string): CodedError {
  return new CodedError('ENDPOINT_REFUSED', `expected ${expected}, got ${got}`);
}

const marked = new WeakMap<object, readonly Transferable[]>();

/**
 * Marks `value`, an argument or a result of a call: the ports and buffers of `transfer`, which it holds at any
 * depth, are then moved to the other side and gone from this one, not copied. The mark is for one call; the same
 * buffers cannot be sent again. Returns `value`.
 */
export function transferring<T>(value: T, transfer: readonly Transferable[]): T {
  assert(typeof value === 'object' && value !== null, 'an object to be marked for transfer');
  marked.set(value, transfer);
  return value;
}

/** All that is to be moved with these values, each once; their marks end, as Node would send what is gone as empty. */
export function transfersOf(values: readonly unknown[]): Transferable[] {
  const all = new Set<Transferable>();
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue;
    for (const item of marked.get(value) ?? []) all.add(item);
    marked.delete(value);
  }
  return [...all];
}

/** Closes every port in a message that nobody will read: left alone, it would live as long as its other end. */
export function closePortsIn(message: unknown): void {
  const seen = new Set<object>();
  const left: unknown[] = [message];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof MessagePort) value.close();
    else if (value instanceof Map) for (const pair of value) left.push(...pair);
    else if (value instanceof Set) for (const item of value) left.push(item);
    // Values, not indexes: a sparse array of any length is walked by what it holds.
    else if (!ArrayBuffer.isView(value)) for (const item of Object.values(value)) left.push(item);
  }
}

function readThrown(data: unknown): unknown {
  const { isError, value, wire } = (data ?? {}) as Partial<ThrownWire>;
  try {
    if (wire !== undefined) return errorFromWire(wire);
  } catch {
    return new Error(`expected an error from a port, got ${textOf(wire)}`);
  }
  return isError === true ? Object.assign(new Error(), value) : value;
}

/** The list is looked at item by item only if it is short: a sparse one may claim any length. */
function readArguments(list: unknown): unknown[] | undefined {
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length > LIMITS.endpointArguments) return undefined;
  const args: unknown[] = [];
  for (const item of list as readonly unknown[]) {
    // Whatever is not RAW asks a transfer handler to make something of it: a callback, a class, a throw.
    if (typeof item !== 'object' || item === null || (item as { type?: unknown }).type !== 'RAW')
      return undefined;
    args.push((item as { value?: unknown }).value);
  }
  return args;
}
