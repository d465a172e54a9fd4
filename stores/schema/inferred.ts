/**
 * What follows from an entity definition as types: its data-points, its record, its values at an instant. Types only;
 * D is always `typeof` a definition.
 *
 *     definition ── WirePointOf ──> ingest ── PointOf ──> hook ── RecordOf, HistoryOf, ValuesOf ──> reader
 *
 * Runs on: any.
 */
import type {
  AnyAttribute,
  AttributeDefinition,
  AttributeDefinitions,
} from './attribute-definition.js';
import type { EidOf } from './data-type.js';
import type { IdTypeName } from './entity-id.js';

/** The part of a definition that types follow from. */
export interface Defined {
  readonly id: string;
  readonly idType: IdTypeName;
  readonly attributes: AttributeDefinitions;
}

/** Ids of its entities, as they are stored. */
export type IdOf<D extends Defined> = EidOf<D['idType']>;

/** Ids of its attributes. */
export type AttrOf<D extends Defined> = keyof D['attributes'] & string;

/** What is stored of one value of the attribute; of a timeseries, a list per series. */
export type ValueOf<D extends Defined, K extends AttrOf<D>> = ItemValue<D['attributes'][K]>;

/** The value of the attribute at an instant: as {@link ValueOf}, and a list where several may be valid. */
export type CurrentOf<D extends Defined, K extends AttrOf<D>> = CurrentValue<D['attributes'][K]>;

/** Attribute id -> its value at an instant. Timeseries have none. */
export type CurrentMapOf<D extends Defined> = {
  readonly [K in AttrOf<D> as D['attributes'][K]['kind'] extends 'timeseries'
    ? never
    : K]: CurrentOf<D, K>;
};

/** An entity at an instant: its values, and under `attr#c` the confidence of observations. */
export type ValuesOf<D extends Defined> = { readonly eid: IdOf<D> } & Partial<CurrentMapOf<D>> & {
    readonly [K in AttrOf<D> as D['attributes'][K]['kind'] extends 'observations'
      ? `${K}#c`
      : never]?: D['attributes'][K]['isMultiValue'] extends true ? readonly number[] : number;
  };

/** One item of the history of observations or timeseries. Times are epoch ms. */
export interface HistoryItemOf<V> {
  readonly t1: number;
  readonly t2: number;
  readonly v: V;
  /** Confidence, 0 to 1. */
  readonly c: number;
}

/** The history of an attribute; a plain one has none. */
export type HistoryOf<
  D extends Defined,
  K extends AttrOf<D>,
> = D['attributes'][K]['kind'] extends 'plain'
  ? readonly never[]
  : readonly HistoryItemOf<ValueOf<D, K>>[];

/** What is stored of an entity: the last value of a plain attribute, the items of the others. */
export type RecordOf<D extends Defined> = { readonly eid: IdOf<D> } & {
  readonly [K in AttrOf<D>]?: D['attributes'][K]['kind'] extends 'plain'
    ? {
        readonly v: ValueOf<D, K>;
        /** Epoch ms when it arrived. */
        readonly at: number;
      }
    : HistoryOf<D, K>;
};

/** A data-point as hooks see it: of one attribute, or of whichever, told apart by `attr`. Times are epoch ms. */
export type PointOf<D extends Defined, K extends AttrOf<D> = AttrOf<D>> = {
  [A in K]: {
    readonly etype: D['id'];
    readonly eid: IdOf<D>;
    readonly attr: A;
    readonly v: ValueOf<D, A>;
    readonly t1: number;
    readonly t2: number;
    readonly c: number;
    readonly src: string | undefined;
  };
}[K];

/** ISO 8601, a Date, or a unix number: seconds up to 2e10, beyond that ms. */
export type TimeGiven = string | number | Date;

/** A data-point as ingest takes it. */
export type WirePointOf<D extends Defined> = {
  readonly type: D['id'];
} & GivenPoint<D['idType'], D['attributes']>;

/** {@link WirePointOf} without the type, from the parts of a definition. */
export type GivenPoint<I extends IdTypeName, A extends AttributeDefinitions> = {
  [K in keyof A & string]: {
    readonly id: I extends 'int' | 'ipv4' ? string | number : string;
    readonly attr: K;
    readonly v: GivenValue<A[K]>;
    /** Confidence, 0 to 1; default 1. */
    readonly c?: number;
    /** Who says so. */
    readonly src?: string;
  } & Validity<A[K]['kind']>;
}[keyof A & string];

type Validity<Kind> = Kind extends 'plain'
  ? { readonly t1?: never; readonly t2?: never }
  : {
      readonly t1: TimeGiven;
      /** Default: t1, or where the series ends. */
      readonly t2?: TimeGiven;
    };

type ItemValue<A extends AnyAttribute> =
  A extends AttributeDefinition<string, infer V, unknown, boolean> ? V : never;

type GivenValue<A extends AnyAttribute> =
  A extends AttributeDefinition<string, unknown, infer I, boolean> ? I : never;

type CurrentValue<A extends AnyAttribute> = A['isMultiValue'] extends true
  ? readonly ItemValue<A>[]
  : ItemValue<A>;
