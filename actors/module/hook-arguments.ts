/**
 * What hooks of an entity are called with, as types: inferred where the entity is a definition, wide where it is a name.
 * Runs on: any.
 */
import type { AttrOf, CurrentMapOf, Defined, EntityId, IdOf, PointOf } from '../../stores/index.js';
import type { AnyValues, HookPoint } from '../entity/hook.js';

/** The entity type a hook is registered for: its definition, or its name. */
export type EntityRef = string | Defined;

/** Ids of the entity. */
export type HookId<E> = E extends Defined ? IdOf<E> : EntityId;

/** Names of attributes of the entity. */
export type HookAttr<E> = E extends Defined ? AttrOf<E> : string;

/** Any data-point of the entity; told apart by `attr`. */
export type HookPoints<E> = E extends Defined ? PointOf<E> : HookPoint;

/** A data-point of one of its attributes. */
export type HookPointOf<E, A> = E extends Defined ? PointOf<E, A & AttrOf<E>> : HookPoint;

/** Its values at an instant, as its record gives them. */
export type HookValues<E> = E extends Defined ? CurrentMapOf<E> : AnyValues;
