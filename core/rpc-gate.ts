/**
 * What an actor shows to the outside through a port: the handlers that were listed, for arguments that are plain,
 * small enough and pass their schemas. Answers are plain too, and errors go out without stacks and causes.
 * Runs on: any.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CodedError, errorToWire, textOf } from './errors.js';
import { LIMITS } from './limits.js';
import { OptionReader, throwFaults } from './option-reader.js';
import { findPlainFault } from './plain-data.js';
import { type Answer, closePortsIn, endpointRefused, isReservedName } from './rpc-message.js';
import type { Service } from './rpc-serving.js';
import { type Checked, checkArguments } from './schema-check.js';

export interface ExposeOptions {
  /** Asks the actor; its answer, or error, is the caller's. */
  readonly ask: (name: string, args: readonly unknown[]) => Promise<unknown>;
  /** The handlers that may be called from outside. */
  readonly handlers: readonly string[];
  /** One schema per argument, for each listed handler; `[]` for one that takes none. Others are ignored. */
  readonly accepts?: Readonly<Record<string, readonly StandardSchemaV1[]>>;
  readonly endpoint: MessagePort | Worker;
  /** Estimated bytes of the arguments of one call. Default LIMITS.endpointBytes. */
  readonly bytesMax?: number;
  /** Calls in flight; one more is refused. Default LIMITS.endpointCalls. */
  readonly callsMax?: number;
}

export class HandlerGate implements Service {
  readonly methods: ReadonlySet<string>;
  readonly callsMax: number;
  readonly #bytesMax: number;
  readonly #schemas = new Map<string, readonly StandardSchemaV1[]>();
  readonly #ask: ExposeOptions['ask'];

  /** Throws one CONFIG_INVALID with every fault: a handler without schemas is one. */
  constructor(options: ExposeOptions) {
    const faults: string[] = [];
    const read = new OptionReader('', options, faults);
    const bounds = { min: 1, orInfinity: true };
    this.#bytesMax = read.integer('bytesMax', bounds) ?? LIMITS.endpointBytes;
    this.callsMax = read.integer('callsMax', bounds) ?? LIMITS.endpointCalls;
    this.methods = new Set(options.handlers);
    for (const name of this.methods) {
      const fault = this.#take(name, options.accepts ?? {});
      if (fault !== undefined) read.fault(`handlers: ${textOf(name)}`, fault);
    }
    this.#ask = options.ask;
    throwFaults('exposed endpoint', faults);
  }

  async run(method: string, args: unknown[]): Promise<unknown> {
    const fault = findPlainFault(args, {
      bytesMax: this.#bytesMax,
      depthMax: LIMITS.endpointDepth,
    });
    if (fault !== undefined) {
      closePortsIn(args);
      const expected = `plain arguments of "${method}", at most ${this.#bytesMax} bytes`;
      if (fault.type !== 'large') throw endpointRefused(expected, fault.what);
      throw new CodedError('MESSAGE_TOO_LARGE', `expected ${expected}, got ${fault.what}`);
    }
    const answer = await this.#ask(method, await this.#checked(method, args));
    const bounds = { bytesMax: Number.POSITIVE_INFINITY, depthMax: LIMITS.endpointDepth };
    const outward = findPlainFault(answer, bounds);
    if (outward === undefined) return answer;
    const text = `expected "${method}" to answer with plain data, got ${outward.what}`;
    throw new CodedError('MESSAGE_NOT_ENCODABLE', text);
  }

  failed(error: unknown): Answer {
    const { name, message, code = 'HANDLER_FAILED', details = {} } = errorToWire(error);
    const text = `${code}: ${message}`;
    const value = { name, message: text, stack: `${name}: ${text}`, code, details };
    return { type: 'HANDLER', name: 'throw', value: { isError: true, value } };
  }

  async #checked(method: string, args: readonly unknown[]): Promise<unknown[]> {
    const checked = await this.#check(method, args);
    if ('values' in checked) return checked.values;
    const { faults } = checked;
    throw refusedBySchema(method, faults.join('; '), { details: { handler: method, faults } });
  }

  async #check(method: string, args: readonly unknown[]): Promise<Checked> {
    try {
      return await checkArguments(this.#schemas.get(method) as readonly StandardSchemaV1[], args);
    } catch (cause) {
      throw refusedBySchema(method, `some that made one throw: ${textOf(cause)}`, { cause });
    }
  }

  #take(name: unknown, accepts: NonNullable<ExposeOptions['accepts']>): string | undefined {
    if (typeof name !== 'string' || name === '' || name.length > LIMITS.nameCharsMax)
      return `expected a name of 1 to ${LIMITS.nameCharsMax} characters`;
    if (isReservedName(name) || name === 'bind')
      return 'expected a name that neither every object nor Comlink has';
    const schemas = Object.hasOwn(accepts, name) ? accepts[name] : undefined;
    if (!Array.isArray(schemas) || !schemas.every(isSchema))
      return 'expected accepts to have a list of Standard Schemas for it';
    this.#schemas.set(name, schemas);
    return undefined;
  }
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  const standard = (value as Partial<StandardSchemaV1> | undefined | null)?.['~standard'];
  return typeof standard?.validate === 'function';
}

function refusedBySchema(
  method: string,
  got: string,
  options: ConstructorParameters<typeof CodedError>[2],
): CodedError {
  const text = `expected the arguments that the schemas of "${method}" accept, got ${got}`;
  return new CodedError('MESSAGE_REFUSED', text, options);
}
