/**
 * Data types as `defineEntity` takes them: a primitive by its name, the others by these functions. Each is only the
 * text that DP³ writes for it, and carries what its values are as a TypeScript type.
 * Runs on: any.
 */
import type { EntityId, IdTypeName } from './entity-id.js';

declare const VALUE: unique symbol;
declare const INPUT: unique symbol;

/** A data type other than a primitive one, whose values are stored as V and given as I. */
export interface DataType<V, I> {
  /** As an entity file writes it. */
  readonly text: string;
  /** Never there at run time: what its values are when stored. */
  readonly [VALUE]?: V;
  /** Never there at run time: what is taken for such a value. */
  readonly [INPUT]?: I;
}

/** Anything JSON can say. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Primitive data type -> what is stored of it: times are epoch ms. */
export interface StoredPrimitives {
  tag: boolean;
  binary: boolean;
  string: string;
  int: number;
  int64: bigint;
  float: number;
  ipv4: string;
  ipv6: string;
  mac: string;
  time: number;
  special: unknown;
  json: Json;
}

/** Primitive data type -> what is taken for it, of the forms worth writing in a program. */
export interface GivenPrimitives
  extends Omit<StoredPrimitives, 'int64' | 'time' | 'ipv4' | 'json'> {
  int64: bigint | number | string;
  ipv4: string | number;
  /** ISO 8601, a Date, or a unix number: seconds up to 2e10, beyond that ms. */
  time: string | number | Date;
  json: { readonly [key: string]: Json } | readonly Json[];
}

/** The name of a primitive data type. */
export type PrimitiveName = keyof StoredPrimitives;

/** What stands where a data type is asked for. */
export type AnyDataType = PrimitiveName | DataType<unknown, unknown>;

/** What is stored of a data type. */
export type StoredOf<T> = T extends PrimitiveName
  ? StoredPrimitives[T]
  : T extends DataType<infer V, unknown>
    ? V
    : never;

/** What is taken for a value of a data type. */
export type GivenOf<T> = T extends PrimitiveName
  ? GivenPrimitives[T]
  : T extends DataType<unknown, infer I>
    ? I
    : never;

/** Id type -> the id of an entity. */
export type EidOf<T> = T extends IdTypeName ? (T extends 'int' ? number : string) : EntityId;

/** What a link may point to: a type that is defined, or one by its id, defined later or elsewhere. */
export type LinkTarget = string | { readonly id: string; readonly idType: IdTypeName };

type TargetEid<T> = T extends { readonly idType: infer I } ? EidOf<I> : EntityId;

/** The data type of the data of a link; undefined for a link without. */
export type LinkData = AnyDataType | undefined;

/** A link as it is stored: the id of the entity it points to, and its data where the type says so. */
export type Link<Eid, D extends LinkData> = D extends AnyDataType
  ? { readonly eid: Eid; readonly data: StoredOf<D> }
  : { readonly eid: Eid };

/** A link as it is given. */
export type LinkGiven<Eid, D extends LinkData> = D extends AnyDataType
  ? { readonly eid: Eid; readonly data: GivenOf<D> }
  : { readonly eid: Eid };

/** A type of links. */
export interface LinkType<Eid, D extends LinkData>
  extends DataType<Link<Eid, D>, LinkGiven<Eid, D>> {
  readonly isLink: true;
}

/** What an array or a set may hold: primitives and links. */
export type Element = PrimitiveName | (DataType<unknown, unknown> & { readonly isLink: true });

/** A list; order counts and values may repeat. */
export function array<const T extends Element>(
  of: T,
): DataType<readonly StoredOf<T>[], readonly GivenOf<T>[]> {
  return { text: `array<${typeText(of)}>` };
}

/** A list without repetition; order does not count when two are compared. */
export function set<const T extends Element>(
  of: T,
): DataType<readonly StoredOf<T>[], readonly GivenOf<T>[]> {
  return { text: `set<${typeText(of)}>` };
}

/** Fields of a dict: name -> primitive type; a name that ends with `?` may be left out, and is null then. */
export type DictFields = Readonly<Record<string, PrimitiveName>>;

type Required<K> = K extends `${string}?` ? never : K;
type Optional<K> = K extends `${infer Name}?` ? Name : never;

type Dict<F> = { readonly [K in keyof F as Required<K>]: StoredOf<F[K]> } & {
  readonly [K in keyof F as Optional<K>]: StoredOf<F[K]> | null;
};
type DictGiven<F> = { readonly [K in keyof F as Required<K>]: GivenOf<F[K]> } & {
  readonly [K in keyof F as Optional<K>]?: GivenOf<F[K]> | null;
};

/** A mapping of named primitives: `dict({ port: 'int', 'name?': 'string' })`. */
export function dict<const F extends DictFields>(fields: F): DataType<Dict<F>, DictGiven<F>> {
  const inner = Object.entries(fields).map(([key, type]) => `${key}:${type}`);
  return { text: `dict<${inner.join(',')}>` };
}

/** One of a few values: `category('string', ['low', 'high'])`. Members are words of letters, digits and _. */
export function category<
  const T extends Exclude<PrimitiveName, 'special' | 'json'>,
  const M extends readonly (StoredPrimitives[T] & (string | number | bigint | boolean))[],
>(of: T, members: M): DataType<M[number], M[number]> {
  return { text: `category<${of};${members.map(String).join(',')}>` };
}

/**
 * A link to another entity, with `data` of a type of its own, and a read-only attribute `mirror` on the target that
 * lists who links there. A target given by its id, before it is defined, has ids typed `string | number`.
 */
export function link<const T extends LinkTarget, const D extends LinkData = undefined>(
  target: T,
  options: { readonly data?: D; readonly mirror?: string } = {},
): LinkType<TargetEid<T>, D> {
  const id = typeof target === 'string' ? target : target.id;
  const data = options.data === undefined ? '' : `,${typeText(options.data)}`;
  const mirror = options.mirror === undefined ? '' : `;mirror=${options.mirror}`;
  return { text: `link<${id}${data}${mirror}>`, isLink: true };
}

/** The type as an entity file writes it. */
export function typeText(type: AnyDataType): string {
  return typeof type === 'string' ? type : type.text;
}
