/**
 * What a line of a file from an older system comes to: data-points as they go into a body, tokens of a lifetime, and what
 * could not be understood, each with its place in the line.
 * Runs on: any.
 */
import { printJson } from '../../../stores/internal.js';

export interface ImportedLine {
  readonly points: readonly PlacedPoint[];
  readonly tokens: EntityTokens | undefined;
  readonly faults: readonly LineFault[];
}

/** A data-point in wire names. */
export interface PlacedPoint {
  /** Where in the line it stood, dotted; empty for all of it. */
  readonly place: string;
  readonly point: Readonly<Record<string, unknown>>;
}

/** Until when the named tokens of an entity hold, RFC 3339. */
export interface EntityTokens {
  readonly etype: string;
  /** As in a path of the API, unescaped. */
  readonly eid: string;
  readonly tokens: Readonly<Record<string, string>>;
}

export interface LineFault {
  /** Where in the line, dotted; empty for all of it. */
  readonly loc: string;
  readonly reason: string;
}

/** A line of which nothing could be taken. */
export function faultyLine(loc: string, reason: string): ImportedLine {
  return { points: [], tokens: undefined, faults: [{ loc, reason }] };
}

/** The value as an object with members; undefined when it is none. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}

/** The beginning of a value's JSON: what a fault says it got. */
export function shownJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = printJson(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

const SHOWN_MAX = 80;
