/**
 * What an author writes: `defineActor(url, name, behaviour)`. A definition is known by its name; the URL only
 * tells another thread which module to load to find it. Behaviours never travel, definitions do.
 * The behaviour runs at every start and returns the handler map; that map is the protocol, and every type a
 * sender sees is inferred from it.
 * Runs on: any.
 */
import { pathToFileURL } from 'node:url';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { ActorContext } from './actor-context.js';
import type { ArgsOf } from './actor-ref.js';
import type { SupervisionOptions } from './supervision.js';

/** One handler of a protocol. */
export type Handler = (...args: never[]) => unknown;
/** A protocol as the runtime sees it. */
export type HandlerMap = Record<string, Handler>;

/** Names every object carries: as handlers they would be found where none was written. */
export const REFUSED_NAMES = [
  'then',
  'catch',
  'finally',
  'toJSON',
  'toString',
  'toLocaleString',
  'valueOf',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
] as const;
export type RefusedName = (typeof REFUSED_NAMES)[number];

/**
 * What a behaviour may return: functions by name, none of them a {@link RefusedName}. A function is told by its
 * members, not by its call: so a handler whose parameters are not annotated is an error where it stands.
 */
export type ProtocolShape<P> = {
  [K in keyof P]: K extends RefusedName
    ? `"${K}" is refused: every object carries it`
    : AnyFunction;
};

interface AnyFunction {
  readonly apply: unknown;
  readonly call: unknown;
  readonly bind: unknown;
}

/** Runs at start and at every restart; its closure is the actor's state. */
export type Behaviour<Args extends readonly unknown[], P> = (
  ctx: ActorContext,
  ...args: Args
) => P | Promise<P>;

/** Schemas by handler name, one per argument, checked at the receiver: for input from outside. */
export type Accepts<P> = { readonly [K in keyof P]?: SchemasFor<ArgsOf<P, K>> };

/** What a schema gives must be what the handler takes. */
type SchemasFor<Args extends readonly unknown[]> = {
  readonly [I in keyof Args]-?: StandardSchemaV1<unknown, Args[I]>;
};

export interface DefinitionOptions<P = HandlerMap> {
  /** Messages in flight at once, for async handlers. Default 1: one at a time. */
  readonly concurrency?: number;
  /** An ask whose chain already holds this actor is let in beside the waiting handler. Default false. */
  readonly reentrant?: boolean;
  /** How this actor supervises its children. */
  readonly supervision?: SupervisionOptions;
  readonly accepts?: Accepts<P>;
  /** Bound of the stash, in messages. Default 1000. */
  readonly stashMax?: number;
  /** Earlier names of this definition: a ref or recipe that says one of them finds this one. */
  readonly aliases?: readonly string[];
}

/** A definition with its start arguments: what `spawn` takes. */
export interface Recipe<P> {
  readonly definition: ActorDefinition;
  readonly args: readonly unknown[];
  /** Only for types. */
  readonly protocol?: P;
}

/** Call it with the start arguments to get a recipe. */
export interface Definition<Args extends readonly unknown[], P> {
  (...args: Args): Recipe<P>;
  readonly definition: ActorDefinition;
}

/** The protocol of a definition, for messages that carry refs: `ActorRef<ProtocolOf<typeof counter>>`. */
export type ProtocolOf<D> = D extends (...args: never[]) => Recipe<infer P> ? P : never;

/** The untyped inside of a definition. */
export interface ActorDefinition {
  readonly url: string;
  readonly name: string;
  readonly behaviour: (ctx: ActorContext, ...args: never[]) => unknown;
  readonly options: DefinitionOptions;
  /** Of its options, the default filled in. */
  readonly concurrency: number;
}

/** The start arguments of an actor that has not begun or has ended: one array for all. */
export const NO_ARGS: readonly unknown[] = [];

interface Registry {
  readonly byName: Map<string, ActorDefinition>;
  readonly waiting: Map<string, Set<(definition: ActorDefinition) => void>>;
}

/** On globalThis: the package may be loaded twice (as ESM and through require) in one thread. */
const REGISTRY = Symbol.for('troupe.definitions');
const globals = globalThis as unknown as Record<symbol, Registry | undefined>;
globals[REGISTRY] ??= { byName: new Map(), waiting: new Map() };
const registry: Registry = globals[REGISTRY];

/**
 * Defines an actor, at module level. `from` is `import.meta.url`, or `__filename` in CommonJS.
 * Throws ACTOR_DEFINITION_TAKEN when the name (or an alias) is defined already in this thread.
 */
export function defineActor<Args extends readonly unknown[], P extends object & ProtocolShape<P>>(
  from: string,
  name: string,
  behaviour: Behaviour<Args, P>,
  options: DefinitionOptions<NoInfer<P>> = {},
): Definition<Args, P> {
  checkName(name);
  const definition: ActorDefinition = {
    url: from.includes('://') ? from : pathToFileURL(from).href,
    name,
    behaviour: behaviour as unknown as ActorDefinition['behaviour'],
    options: checkOptions(name, options as DefinitionOptions),
    concurrency: options.concurrency ?? 1,
  };
  const names = [name, ...(options.aliases ?? [])];
  for (const known of names) {
    const other = registry.byName.get(known);
    if (other !== undefined) {
      throw new CodedError(
        'ACTOR_DEFINITION_TAKEN',
        `expected the actor name "${known}" to be defined once, got a second definition in ${definition.url} (first in ${other.url})`,
        { details: { name: known, first: other.url, second: definition.url } },
      );
    }
  }
  for (const known of names) register(known, definition);
  const recipeFor = (...args: Args): Recipe<P> => ({ definition, args });
  return Object.assign(recipeFor, { definition });
}

/** The definition of that name in this thread, if its module has been loaded. */
export function findDefinition(name: string): ActorDefinition | undefined {
  return registry.byName.get(name);
}

/** Calls `then` as soon as the name is defined here, which may be now; answers how to stop waiting. */
export function whenDefined(name: string, then: (definition: ActorDefinition) => void): () => void {
  const known = registry.byName.get(name);
  if (known !== undefined) {
    then(known);
    return () => {};
  }
  const waiting = registry.waiting.get(name) ?? new Set();
  registry.waiting.set(name, waiting);
  waiting.add(then);
  return () => waiting.delete(then);
}

function register(name: string, definition: ActorDefinition): void {
  registry.byName.set(name, definition);
  const waiting = registry.waiting.get(name);
  registry.waiting.delete(name);
  for (const then of waiting ?? []) then(definition);
}

function checkName(name: string): void {
  if (
    typeof name !== 'string' ||
    name === '' ||
    name.length > LIMITS.nameCharsMax ||
    name.includes('/')
  ) {
    throw new CodedError(
      'ACTOR_NAME_INVALID',
      `expected a definition name of 1 to ${LIMITS.nameCharsMax} characters without "/", got ${textOf(name)}`,
    );
  }
}

function checkOptions(name: string, options: DefinitionOptions): DefinitionOptions {
  const faults: string[] = [];
  const { concurrency = 1, stashMax = 0, accepts = {} } = options;
  if (!(concurrency >= 1 && (Number.isInteger(concurrency) || concurrency === Infinity))) {
    faults.push(`concurrency: expected an integer of 1 or more, got ${textOf(concurrency)}`);
  }
  if (!(stashMax >= 0)) faults.push(`stashMax: expected 0 or more, got ${textOf(stashMax)}`);
  for (const [handler, schemas] of Object.entries(accepts)) {
    for (const [index, schema] of [...(schemas ?? [])].entries()) {
      const isSchema = typeof schema?.['~standard']?.validate === 'function';
      if (!isSchema)
        faults.push(
          `accepts.${handler}[${index}]: expected a Standard Schema, got ${textOf(schema)}`,
        );
    }
  }
  if (faults.length > 0) {
    throw new CodedError('CONFIG_INVALID', `actor "${name}": ${faults.join('; ')}`, {
      details: { faults },
    });
  }
  return options;
}
