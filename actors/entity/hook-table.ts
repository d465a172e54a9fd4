/**
 * The hooks of one thread by type, entity and attribute, and the rules of taking one in. A registration that is refused
 * leaves nothing behind. Within a slot hooks run in the order of their modules, then in the order they were registered.
 * Runs on: any.
 */
import { CodedError } from '../../core/index.js';
import { hashString, textOf } from '../../core/internal.js';
import type { Attribute, EntityType, Model } from '../../stores/index.js';
import { PLATFORM_LIMITS } from '../limits.js';
import { HOOK_TYPES, type HookModule, type HookType } from './hook.js';
import { HookGraph, type HookNode } from './hook-graph.js';
import { type AttributePath, attributeKey, type ResolvedPath, resolvePath } from './hook-path.js';
import { createHookCounters, type HookCounters } from './hook-telemetry.js';
import type { PlatformLimits } from './kit-init.js';

/** A hook as it is called: its arguments by position, whatever its type. */
export type HookCallback = (...args: never[]) => unknown;

/** What is asked of the table. */
export interface HookRegistration {
  readonly type: HookType;
  readonly callback: HookCallback;
  /** What the hook's `this` is. */
  readonly owner?: object;
  /** Shown to people; default: the callback's own name. */
  readonly name?: string;
  readonly etype?: string;
  readonly attr?: string;
  /** How long it may wait; default the limit `hookTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Present when the hook is to be run again for old entities after the module's configuration has changed. */
  readonly refresh?: object;
  /** What the hook may change, from its entity on. Needed for a refresh, which has to be put in an order. */
  readonly mayChange?: readonly AttributePath[];
}

/** A hook of the table. */
export interface RegisteredHook {
  readonly type: HookType;
  readonly module: HookModule;
  /** Position of its module among the modules of the thread. */
  readonly rank: number;
  readonly callback: HookCallback;
  readonly owner: object | undefined;
  /** `module.callback`, unique in its slot. */
  readonly name: string;
  readonly etype: string | undefined;
  readonly attr: string | undefined;
  readonly timeoutMs: number;
  readonly refresh: object | undefined;
  readonly mayChange: readonly ResolvedPath[];
  readonly counters: HookCounters;
  /** The same for the same slot and name in every thread and every run; never 0. */
  readonly mark: number;
}

/** Hooks in the order they run. Never changed in place: a caller may walk it while another is registered. */
export type HookList = readonly RegisteredHook[];

const NONE: HookList = [];
/** DP³'s hook type of an attribute's kind. */
const NEW_ATTR_TYPES = {
  plain: 'on_new_plain',
  observations: 'on_new_observation',
  timeseries: 'on_new_ts_chunk',
} as const;

/** The hook type that runs for new data-points of an attribute. */
export function newAttrTypeOf(attribute: Attribute): HookType {
  return NEW_ATTR_TYPES[attribute.kind];
}

/** What bounds hooks. */
export type HookLimits = Pick<
  PlatformLimits,
  'hookTimeoutMs' | 'hookOverrunMs' | 'hookTasksMax' | 'hookResultFaultsMax'
>;

export class HookTable {
  /** What the hooks of this table are held to, whoever runs them. */
  readonly limits: HookLimits;
  readonly #model: Model;
  readonly #graph = new HookGraph();
  readonly #nodes = new Map<RegisteredHook, HookNode>();
  #taskStart: HookList = NONE;
  /** By index of the entity type. */
  #allow: (HookList | undefined)[] = [];
  #creation: (HookList | undefined)[] = [];
  #deletion: (HookList | undefined)[] = [];
  /** By index of the entity type, then of the attribute. */
  #newAttr: (HookList | undefined)[][] = [];

  constructor(model: Model, limits: HookLimits = PLATFORM_LIMITS) {
    this.limits = limits;
    this.#model = model;
  }

  /** Before anything else is done with a task of any type. */
  get taskStart(): HookList {
    return this.#taskStart;
  }

  /** Whether an entity of that type may come to be. */
  allow(entity: EntityType): HookList {
    return this.#allow[entity.index] ?? NONE;
  }

  /** An entity of that type comes to be. */
  creation(entity: EntityType): HookList {
    return this.#creation[entity.index] ?? NONE;
  }

  /** An entity of that type is deleted. */
  deletion(entity: EntityType): HookList {
    return this.#deletion[entity.index] ?? NONE;
  }

  /** A data-point of that attribute came. */
  newAttr(entity: EntityType, attribute: Attribute): HookList {
    return this.#newAttr[entity.index]?.[attribute.index] ?? NONE;
  }

  /** Every hook, slot by slot. */
  *[Symbol.iterator](): Iterator<RegisteredHook> {
    yield* this.#taskStart;
    for (const lists of [this.#allow, this.#creation, this.#deletion, ...this.#newAttr])
      for (const list of lists ?? []) yield* list ?? NONE;
  }

  /**
   * Takes a hook in, after those of its own and of lower ranks. Throws HOOK_INVALID for an unknown type, entity or
   * attribute, a type that does not fit the attribute, a callback that is in the slot already, a refresh without
   * mayChange, a path that leads nowhere, a circle.
   */
  register(module: HookModule, rank: number, registration: HookRegistration): RegisteredHook {
    const place = this.#placeOf(module, registration);
    const list = this.#listAt(place);
    checkCallback(module, registration, list);
    const mayChange = this.#mayChangeOf(module, registration);
    const name = nameIn(list, `${module.name}.${callbackName(registration)}`);
    const hook: RegisteredHook = {
      type: registration.type,
      module,
      rank,
      callback: registration.callback,
      owner: registration.owner,
      name,
      etype: place.entity?.id,
      attr: place.attribute?.id,
      timeoutMs: timeoutOf(module, registration, this.limits),
      refresh: registration.refresh,
      mayChange,
      counters: createHookCounters(),
      mark:
        hashString(`${registration.type} ${place.entity?.id} ${place.attribute?.id} ${name}`) | 0 ||
        1,
    };
    this.#addToGraph(hook, place);
    const position = list.findLastIndex((other) => other.rank <= rank) + 1;
    this.#setList(place, list.toSpliced(position, 0, hook));
    return hook;
  }

  /** The hook of that mark; undefined when there is none any more. */
  hookOf(mark: number): RegisteredHook | undefined {
    for (const hook of this) if (hook.mark === mark) return hook;
    return undefined;
  }

  /** Forgets the hooks that `isGone` says yes to. */
  remove(isGone: (hook: RegisteredHook) => boolean): void {
    for (const hook of [...this]) {
      if (!isGone(hook)) continue;
      const place = this.#placeOf(hook.module, hook);
      this.#setList(
        place,
        this.#listAt(place).filter((other) => other !== hook),
      );
      const node = this.#nodes.get(hook);
      if (node !== undefined) this.#graph.remove(node);
      this.#nodes.delete(hook);
    }
  }

  /** Hooks that may change the same attribute as another, as sentences: their order decides which one counts. */
  doubleWriters(): readonly string[] {
    const changed = new Set([...this.#nodes.values()].flatMap((node) => node.changes));
    return [...changed].flatMap((attribute) => {
      const writers = this.#graph.writersOf(attribute);
      return writers.length < 2
        ? []
        : [`"${attribute}" may be changed by ${writers.join(' and ')}`];
    });
  }

  #placeOf(module: HookModule, registration: HookSlot): Place {
    const { type, etype, attr } = registration;
    if (!HOOK_TYPES.includes(type))
      throw refused(module, registration, `one of ${HOOK_TYPES.join(', ')}`, textOf(type));
    if (type === 'on_task_start') return { type, entity: undefined, attribute: undefined };
    const entity = this.#model.entities.get(etype as string);
    if (entity === undefined)
      throw refused(module, registration, 'an entity type of the model', textOf(etype));
    if (!type.startsWith('on_new_')) return { type, entity, attribute: undefined };
    const attribute = entity.attributes.get(attr as string);
    if (attribute === undefined)
      throw refused(module, registration, `an attribute of "${entity.id}"`, textOf(attr));
    if (attribute.mirrors !== undefined)
      throw refused(
        module,
        registration,
        'an attribute that data-points come for',
        `the mirror "${attr}"`,
      );
    if (newAttrTypeOf(attribute) !== type)
      throw refused(
        module,
        registration,
        `${newAttrTypeOf(attribute)} for ${attribute.kind} "${attr}"`,
        type,
      );
    return { type, entity, attribute };
  }

  #mayChangeOf(module: HookModule, registration: HookRegistration): ResolvedPath[] {
    const { etype, refresh, mayChange } = registration;
    if (refresh !== undefined && mayChange === undefined)
      throw refused(module, registration, 'mayChange beside refresh', 'none');
    if (mayChange === undefined) return [];
    if (!Array.isArray(mayChange))
      throw refused(module, registration, 'mayChange as a list of paths', textOf(mayChange));
    return mayChange.map((path) => {
      const resolved = resolvePath(this.#model, etype as string, path);
      if (typeof resolved === 'string') throw refused(module, registration, resolved);
      if (resolved.attribute.mirrors !== undefined)
        throw refused(
          module,
          registration,
          'mayChange to end in an attribute that can be written',
          `the mirror "${resolved.attribute.id}"`,
        );
      return resolved;
    });
  }

  /** Only hooks that are refreshed need an order among each other. */
  #addToGraph(hook: RegisteredHook, { entity, attribute }: Place): void {
    if (hook.refresh === undefined || entity === undefined) return;
    const node: HookNode = {
      name: hook.name,
      reads: attribute === undefined ? [] : [attributeKey(entity, attribute)],
      changes: hook.mayChange.map((path) => attributeKey(path.entity, path.attribute)),
    };
    const circle = this.#graph.add(node);
    if (circle !== undefined)
      throw new CodedError(
        'HOOK_INVALID',
        `${hook.name}: expected hooks that can be put in an order, got the circle ${circle.join(' > ')}`,
        { details: { hook: hook.name, circle } },
      );
    this.#nodes.set(hook, node);
  }

  #listAt({ type, entity, attribute }: Place): HookList {
    if (entity === undefined) return this.#taskStart;
    if (attribute !== undefined) return this.newAttr(entity, attribute);
    return this.#listsOf(type)[entity.index] ?? NONE;
  }

  #setList({ type, entity, attribute }: Place, list: HookList): void {
    if (entity === undefined) this.#taskStart = list;
    else if (attribute === undefined) this.#listsOf(type)[entity.index] = list;
    else {
      this.#newAttr[entity.index] ??= [];
      this.#newAttr[entity.index]![attribute.index] = list;
    }
  }

  #listsOf(type: HookType): (HookList | undefined)[] {
    if (type === 'allow_entity_creation') return this.#allow;
    return type === 'on_entity_creation' ? this.#creation : this.#deletion;
  }
}

/** A slot as it is asked for. */
interface HookSlot {
  readonly type: HookType;
  readonly etype?: string | undefined;
  readonly attr?: string | undefined;
}

/** A slot of the table. */
interface Place {
  readonly type: HookType;
  readonly entity: EntityType | undefined;
  readonly attribute: Attribute | undefined;
}

function checkCallback(module: HookModule, registration: HookRegistration, list: HookList): void {
  const { callback, owner } = registration;
  if (typeof callback !== 'function')
    throw refused(module, registration, 'a function as the hook', textOf(callback));
  if (list.some((hook) => hook.callback === callback && hook.owner === owner))
    throw refused(
      module,
      registration,
      'each callback once in a slot',
      `"${callbackName(registration)}" again`,
    );
}

function timeoutOf(
  module: HookModule,
  registration: HookRegistration,
  { hookTimeoutMs }: HookLimits,
): number {
  const { timeoutMs = hookTimeoutMs } = registration;
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0))
    throw refused(module, registration, 'timeoutMs above 0', textOf(timeoutMs));
  return timeoutMs;
}

function callbackName({ name, callback }: HookRegistration): string {
  return name ?? ((callback.name ?? '').replace(/^(bound )+/, '') || 'anonymous');
}

/** Two hooks of one slot never share their counters. */
function nameIn(list: HookList, name: string): string {
  const isTaken = (wanted: string): boolean => list.some((hook) => hook.name === wanted);
  if (!isTaken(name)) return name;
  let number = 2;
  while (isTaken(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

function refused(
  module: HookModule,
  registration: HookSlot,
  expected: string,
  got?: string,
): CodedError<'HOOK_INVALID'> {
  const { type, etype, attr } = registration;
  const slot = [etype, attr].filter((part) => typeof part === 'string').join('.');
  const where = `${module.name}, ${textOf(type).replaceAll('"', '')}${slot === '' ? '' : ` of ${slot}`}`;
  const what = got === undefined ? expected : `expected ${expected}, got ${got}`;
  return new CodedError('HOOK_INVALID', `${where}: ${what}`, {
    details: { module: module.name, type: String(type), slot },
  });
}
