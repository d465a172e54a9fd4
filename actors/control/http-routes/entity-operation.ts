/**
 * What can be done with one entity, apart from the paths it is reached by.
 * Runs on: main.
 */
import type { Attribute } from '../../../stores/internal.js';
import type { QueryOf, QuerySpec } from '../query-spec.js';
import type { HttpAnswer, HttpRequest, RouteNotes } from '../route.js';
import type { Subject } from './route-kit.js';

/** What names the entity, and the attribute where there is one. */
export interface Call {
  readonly request: HttpRequest;
  readonly attribute: Attribute | undefined;
  /** Where id and attribute stand. */
  readonly from: 'path' | 'query';
}

/** An operation on an entity, and on one of its attributes where `hasAttribute`. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** What follows the entity: v1 in the path, v2 before the question mark; the attribute is added. */
  readonly v1: string;
  readonly v2: string;
  readonly hasAttribute?: boolean;
  readonly summary: string;
  readonly query: QuerySpec;
  readonly notes: RouteNotes;
  handle(
    subject: Subject,
    query: Readonly<Record<string, unknown>>,
    call: Call,
  ): HttpAnswer | Promise<HttpAnswer>;
}

/** An operation whose query is typed by its specification. */
export function operation<S extends QuerySpec>(
  definition: Omit<Operation, 'query' | 'notes' | 'handle'> & {
    readonly query?: S;
    readonly notes?: RouteNotes;
    handle(subject: Subject, query: QueryOf<S>, call: Call): HttpAnswer | Promise<HttpAnswer>;
  },
): Operation {
  return {
    ...definition,
    query: definition.query ?? {},
    notes: definition.notes ?? {},
    handle: (subject, query, call) => definition.handle(subject, query as QueryOf<S>, call),
  };
}
