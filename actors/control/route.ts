/**
 * A route as plain data and one function: which request, who may, what it takes, what it answers. The server
 * library is told about routes in one place (http-server.ts) and known nowhere else, so a route is tried without it.
 * Runs on: main.
 */
import { type InputFault, printJson } from '../../stores/internal.js';
import { type QueryOf, type QuerySpec, type QueryTexts, readQuery } from './query-spec.js';
import { ANSWERS, type Schema } from './route-schemas.js';

/** A request, whole: the body has been read. */
export interface HttpRequest {
  /** Parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryTexts;
  /** Lower-case name -> value; repeated ones joined as node does. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty when there was none. The handler may give it away. */
  readonly body: Uint8Array;
  /** Address of the client. */
  readonly client: string;
}

/** What is sent back. */
export interface HttpAnswer {
  readonly status: number;
  /** A string or bytes are sent as they are; a stream of strings piece by piece. */
  readonly body: string | Uint8Array | AsyncIterable<string>;
  /** Default: application/json. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `open` always; `read` needs the token when reads are guarded; `write` needs it whenever there is one. */
export type Access = 'open' | 'read' | 'write';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for a part of the path that is taken as it comes. */
  readonly path: string;
  readonly access: Access;
  /** One line for the reader of the OpenAPI document. */
  readonly summary: string;
  readonly query: QuerySpec;
  /** Bound of the body in bytes; 0: none is read. */
  readonly bodyBytesMax: number;
  /** Left out of the OpenAPI document: a second path of a route that is in it. */
  readonly isHidden: boolean;
  /** Headers of its own that it reads: name -> what they are for. */
  readonly headers: Readonly<Record<string, string>>;
  /** What it may answer, apart from what follows from its input and from who calls. */
  readonly statuses: readonly number[];
  /** The body it takes, when it takes one. */
  readonly takes: Schema | undefined;
  /** What it answers when it did what it was asked. */
  readonly result: Schema;
  /** In which media types. */
  readonly resultTypes: readonly string[];
  /** Its answer carries the header Troupe-Position. */
  readonly givesPosition: boolean;
  answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
}

/** What a route says of itself for the document; what is left out is as most routes have it. */
export interface RouteNotes {
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: 200. */
  readonly statuses?: readonly number[];
  readonly takes?: Schema;
  /** Default: `{"detail": text}`. */
  readonly result?: Schema;
  /** Default: JSON. */
  readonly resultTypes?: readonly string[];
  /** Default false. */
  readonly givesPosition?: boolean;
}

/** A route whose handler gets its query read and typed; a query with faults is answered 422 before it is called. */
export function route<S extends QuerySpec>(definition: {
  readonly method: Route['method'];
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly query?: S;
  readonly bodyBytesMax?: number;
  readonly isHidden?: boolean;
  readonly notes?: RouteNotes;
  handle(request: HttpRequest, query: QueryOf<S>): HttpAnswer | Promise<HttpAnswer>;
}): Route {
  const spec = definition.query ?? ({} as S);
  const { notes = {} } = definition;
  return {
    method: definition.method,
    path: definition.path,
    access: definition.access,
    summary: definition.summary,
    query: spec,
    bodyBytesMax: definition.bodyBytesMax ?? 0,
    isHidden: definition.isHidden ?? false,
    headers: notes.headers ?? {},
    statuses: notes.statuses ?? [200],
    takes: notes.takes,
    result: notes.result ?? ANSWERS.detail,
    resultTypes: notes.resultTypes ?? ['application/json'],
    givesPosition: notes.givesPosition ?? false,
    answer: (request) => {
      const faults: InputFault[] = [];
      const query = readQuery(spec, request.query, faults);
      return faults.length > 0 ? refused(faults) : definition.handle(request, query);
    },
  };
}

/** 200 with a value as JSON; bigint allowed. */
export function ok(value: unknown, headers?: Readonly<Record<string, string>>): HttpAnswer {
  return { status: 200, body: printJson(value), ...(headers === undefined ? {} : { headers }) };
}

/** 422: what is wrong with the path, the query or the body, as DP³ lists it. */
export function refused(faults: readonly InputFault[]): HttpAnswer {
  return { status: 422, body: printJson({ detail: faults }) };
}

/** Any other refusal: `{"detail": text}`, with a stable code beside it where one helps a program. */
export function failed(
  status: number,
  detail: string,
  options: { code?: string; retryAfterMs?: number } = {},
): HttpAnswer {
  const { code, retryAfterMs } = options;
  return {
    status,
    body: printJson(code === undefined ? { detail } : { detail, code }),
    ...(retryAfterMs === undefined ? {} : { headers: retryAfter(retryAfterMs) }),
  };
}

/** The header of 429 and 503: whole seconds, at least one. */
export function retryAfter(retryAfterMs: number): Record<string, string> {
  return { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
}
