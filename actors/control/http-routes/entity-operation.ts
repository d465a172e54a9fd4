/**
 * What can be done with one entity, apart from the paths it is reached by.
 * Runs on: main.
 */
import type { Attribute } from '../../../stores/internal.js';
import type { QueryOf, QuerySpec } from '../query-spec.js';
import type { HttpAnswer, HttpRequest } from '../route.js';
import type { Subject } from './route-kit.js';

/** An operation on an entity, and on one of its attributes where `hasAttribute`. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** What follows the entity: v1 in the path, v2 before the question mark; the attribute is added. */
  readonly v1: string;
  readonly v2: string;
  readonly hasAttribute?: boolean;
  readonly summary: string;
  readonly query: QuerySpec;
  handle(
    subject: Subject,
    query: Readonly<Record<string, unknown>>,
    rest: { readonly request: HttpRequest; readonly attribute: Attribute | undefined },
  ): HttpAnswer | Promise<HttpAnswer>;
}

/** An operation whose query is typed by its specification. */
export function operation<S extends QuerySpec>(
  definition: Omit<Operation, 'query' | 'handle'> & {
    readonly query?: S;
    handle(
      subject: Subject,
      query: QueryOf<S>,
      rest: { readonly request: HttpRequest; readonly attribute: Attribute | undefined },
    ): HttpAnswer | Promise<HttpAnswer>;
  },
): Operation {
  return {
    ...definition,
    query: definition.query ?? {},
    handle: (subject, query, rest) => definition.handle(subject, query as QueryOf<S>, rest),
  };
}
