/**
 * What a data type can do: check and convert an input, print what is stored, tell equal values. Every type of DP³ is
 * one such object, made once with the model; `value-type.ts` makes it from the type's text.
 *
 * ```
 *   input ── parse ──> value as stored ── toJson ──> what the API prints
 *                            └── keyOf ──> a key: equal keys are equal values
 * ```
 * Runs on: any.
 */
import type { InputFault, Loc } from './input-fault.js';

export type ValueKind = PrimitiveKind | CompositeKind;

/** Types that stand alone, and may stand in arrays, sets and dicts. */
export type PrimitiveKind =
  | 'tag'
  | 'binary'
  | 'string'
  | 'int'
  | 'int64'
  | 'float'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'time'
  | 'special'
  | 'json';

/** Types with something in angle brackets. */
export type CompositeKind = 'array' | 'set' | 'dict' | 'category' | 'link';

/** How values of a link type, or of an array or set of links, point to other entities. */
export interface LinkShape {
  /** Entity type pointed to. */
  readonly target: string;
  /** Type of the data a link carries, if any. */
  readonly data: ValueType | undefined;
  /** Name of the read-only attribute on the target that lists who points to it, if any. */
  readonly mirror: string | undefined;
  /** True for arrays and sets of links. */
  readonly isMany: boolean;
}

/** One data type. Immutable; the same on every thread that has the model. */
export interface ValueType {
  readonly kind: ValueKind;
  /** The type written out in one canonical form, members, data and mirror included: equal texts, equal types. */
  readonly text: string;
  /** Set for link types and arrays and sets of links. */
  readonly link?: LinkShape;
  /** True when `toJson` gives back what it was given, so that callers may skip it. */
  readonly isPrintedAsStored: boolean;
  /**
   * The value as stored, or undefined after adding at least one fault under `loc`. Stored forms: time as epoch ms, int64
   * as bigint, addresses and MACs as canonical text, sets without duplicates in the order given, links as `{eid}` or
   * `{eid, data}`, a missing optional dict key as null. Never throws. The result may share structure with the input.
   */
  parse(input: unknown, loc: Loc, faults: InputFault[]): unknown;
  /**
   * What the API prints for a stored value. Integers beyond ±(2⁵³−1) are bigints in it: print it with `printJson`, which
   * writes their digits.
   */
  toJson(value: unknown): unknown;
  /** A key of a stored value, comparable with `===` and in a Map: equal keys, equal values of this type. */
  keyOf(value: unknown): ValueKey;
}

/** What `keyOf` answers. */
export type ValueKey = string | number | boolean;
