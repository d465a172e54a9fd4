/**
 * How a module registers its hooks: DP³'s calls in camelCase, typed from the entity definitions they are given. A call
 * that is refused throws HOOK_INVALID where it stands, and leaves nothing behind.
 * Runs on: any.
 */
import { CodedError } from '../../core/index.js';
import { textOf } from '../../core/internal.js';
import type { Model } from '../../stores/index.js';
import type {
  AllowEntityCreationHook,
  EntityHook,
  HookType,
  NewAttrHook,
  TaskStartHook,
} from '../entity/hook.js';
import type { AttributePath } from '../entity/hook-path.js';
import { type HookCallback, type HookRegistration, newAttrTypeOf } from '../entity/hook-table.js';
import type {
  EntityRef,
  HookAttr,
  HookId,
  HookPointOf,
  HookPoints,
  HookValues,
} from './hook-arguments.js';
import type { RefreshFlag } from './refresh-flag.js';

/** Of any hook. */
export interface HookOptions {
  /** How long it may wait for what it awaits, in ms. Default 10 000. */
  readonly timeoutMs?: number;
  /** Its name in counters and faults. Default: that of the function. */
  readonly name?: string;
}

/** Of a hook whose results depend on the configuration of its module. */
export interface RefreshOptions extends HookOptions {
  /** The module's flag: while it is set the hook is to be run again for entities that are there. Needs mayChange. */
  readonly refresh?: RefreshFlag;
  /** Paths of attributes that the hook may change, from its entity on: `['hostname', ['owner', 'name']]`. */
  readonly mayChange?: readonly AttributePath[];
}

/** Takes one registration, or throws HOOK_INVALID. */
export type RegistrationSink = (registration: HookRegistration) => void;

/** DP³'s calls for what this version does not run: there to be named, not to be half done. */
export const UNSUPPORTED_CALLS = [
  'registerTimeseriesHook',
  'registerCorrelationHook',
  'registerCorrelationHookWithMasterRecord',
  'registerSnapshotInitHook',
  'registerSnapshotFinalizeHook',
  'registerPeriodicUpdateHook',
  'registerPeriodicEidUpdateHook',
  'schedulerRegister',
  'schedulerRegisterOnce',
] as const;

/**
 * Given to a module while it is set up; afterwards every call throws HOOK_INVALID, since the replicas of a module must
 * all have the same hooks. The calls of {@link UNSUPPORTED_CALLS} throw HOOK_UNSUPPORTED.
 */
export class Registrar {
  readonly #module: string;
  readonly #model: Model;
  readonly #sink: RegistrationSink;
  #owner: object | undefined;
  #isClosed = false;

  constructor(module: string, model: Model, sink: RegistrationSink) {
    this.#module = module;
    this.#model = model;
    this.#sink = sink;
  }

  /** For every task of any entity type, before anything else. */
  registerTaskHook(type: 'on_task_start', hook: TaskStartHook, options?: HookOptions): void {
    this.#register(type, hook, {}, options);
  }

  /** Decides whether an entity may come to be. */
  registerAllowEntityCreationHook<E extends EntityRef>(
    hook: AllowEntityCreationHook<HookId<E>, HookPoints<E>, HookValues<E>>,
    entity: E,
    options?: HookOptions,
  ): void {
    this.#register('allow_entity_creation', hook, { entity }, options);
  }

  /** When an entity comes to be, before its data is stored. */
  registerOnEntityCreationHook<E extends EntityRef>(
    hook: EntityHook<HookId<E>, HookPoints<E>, HookValues<E>>,
    entity: E,
    options?: RefreshOptions,
  ): void {
    this.#register('on_entity_creation', hook, { entity }, options);
  }

  /** For each data-point of an attribute, after it is in the record. */
  registerOnNewAttrHook<E extends EntityRef, A extends HookAttr<E>>(
    hook: NewAttrHook<HookPointOf<E, NoInfer<A>>, HookValues<E>>,
    entity: E,
    attr: A,
    options?: RefreshOptions,
  ): void {
    const attribute = this.#model.entities.get(idOf(entity) as string)?.attributes.get(attr);
    // An unknown attribute is refused by the table, whichever of its types is asked for.
    const type = attribute === undefined ? 'on_new_plain' : newAttrTypeOf(attribute);
    this.#register(type, hook, { entity, attr }, options);
  }

  /** When an entity is deleted by a task; its record is still there. */
  registerOnEntityDeleteHook<E extends EntityRef>(
    hook: EntityHook<HookId<E>, HookPoints<E>, HookValues<E>>,
    entity: E,
    options?: HookOptions,
  ): void {
    this.#register('on_entity_delete', hook, { entity }, options);
  }

  /** @deprecated DP³'s older call; use the one that names the hook. */
  registerEntityHook<E extends EntityRef>(
    type: 'allow_entity_creation' | 'on_entity_creation' | 'on_entity_delete',
    hook:
      | AllowEntityCreationHook<HookId<E>, HookPoints<E>, HookValues<E>>
      | EntityHook<HookId<E>, HookPoints<E>, HookValues<E>>,
    entity: E,
    options?: HookOptions,
  ): void {
    this.#register(type, hook, { entity }, options);
  }

  /** @deprecated DP³'s older call; use registerOnNewAttrHook, which knows the kind of the attribute. */
  registerAttrHook<E extends EntityRef, A extends HookAttr<E>>(
    type: 'on_new_plain' | 'on_new_observation' | 'on_new_ts_chunk',
    hook: NewAttrHook<HookPointOf<E, NoInfer<A>>, HookValues<E>>,
    entity: E,
    attr: A,
    options?: RefreshOptions,
  ): void {
    this.#register(type, hook, { entity, attr }, options);
  }

  /** For the platform: what `this` is in hooks registered from now on. */
  bind(owner: object): void {
    this.#owner = owner;
  }

  /** For the platform: the module is set up. */
  close(): void {
    this.#isClosed = true;
  }

  #register(
    type: HookType,
    callback: HookCallback,
    slot: { readonly entity?: EntityRef; readonly attr?: string },
    options: RefreshOptions = {},
  ): void {
    if (this.#isClosed)
      throw new CodedError(
        'HOOK_INVALID',
        `${this.#module}: expected hooks to be registered while the module is set up, got ${type} later`,
        { details: { module: this.#module, type } },
      );
    const { entity, attr } = slot;
    this.#sink({
      ...options,
      type,
      callback,
      ...(this.#owner === undefined ? {} : { owner: this.#owner }),
      ...(entity === undefined ? {} : { etype: idOf(entity) as string }),
      ...(attr === undefined ? {} : { attr }),
    });
  }
}

for (const call of UNSUPPORTED_CALLS) {
  Object.defineProperty(Registrar.prototype, call, {
    value: () => {
      throw new CodedError(
        'HOOK_UNSUPPORTED',
        `${call}: expected a kind of hook that this version runs, got one that needs snapshots or schedules`,
        { details: { call } },
      );
    },
  });
}

/** JavaScript callers may give anything; what is no name the table refuses, as no entity type. */
function idOf(entity: EntityRef): string | undefined {
  if (typeof entity === 'string') return entity;
  const id: unknown = (entity as { readonly id?: unknown } | undefined)?.id;
  return typeof id === 'string' ? id : textOf(entity);
}
