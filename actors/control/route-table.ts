/**
 * Routes without a server: a request by method and path finds its route and is answered. This is how the command line
 * is served, at the socket of a running platform and over a folder at rest, with the same routes as HTTP.
 * Runs on: main.
 */
import { CodedError } from '../../core/index.js';
import { PLATFORM_LIMITS } from '../limits.js';
import { failed, type HttpAnswer, type HttpRequest, type Route } from './route.js';

/** What a route needs to know of a request; `path` is escaped. */
export interface TableRequest extends Omit<HttpRequest, 'params'> {
  readonly method: string;
  readonly path: string;
}

interface Entry {
  readonly route: Route;
  readonly segments: readonly string[];
}

export class RouteTable {
  readonly #entries: readonly Entry[];

  /** Of two routes that fit, the one with the earlier fixed part wins, as in servers. */
  constructor(routes: readonly Route[]) {
    const entries = routes.map((route) => ({ route, segments: segmentsOf(route.path) }));
    this.#entries = entries.sort((a, b) => compareText(rankOf(a), rankOf(b)));
  }

  /** As {@link unfit} where no route takes it. */
  async answer(request: TableRequest): Promise<HttpAnswer> {
    const { method, path, ...rest } = request;
    const parts = decoded(path);
    const entry = parts && this.#fitting(parts).find(({ route }) => route.method === method);
    if (parts === undefined || entry === undefined) return this.unfit(path);
    return entry.route.answer({ ...rest, params: paramsOf(entry.segments, parts) });
  }

  /** 404 for a path that is no route's, 405 when it is one of other methods, 400 for one that is not escaped rightly. */
  unfit(path: string): HttpAnswer {
    const parts = decoded(path);
    if (parts === undefined) return failed(400, 'Bad Request');
    const methods = this.#fitting(parts).map(({ route }) => route.method);
    if (methods.length === 0) return failed(404, 'Not Found');
    const allow = [...new Set(methods)].sort().join(', ');
    return { ...failed(405, 'Method Not Allowed'), headers: { allow } };
  }

  #fitting(parts: readonly string[]): Entry[] {
    return this.#entries.filter(({ segments }) => fits(segments, parts));
  }
}

/** The body of an answer as bytes, a stream put together. Rejects DOOR_REFUSED when that is more than a frame may hold. */
export async function wholeBody({ body }: HttpAnswer): Promise<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    const chunk = Buffer.from(part);
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes > PLATFORM_LIMITS.doorFrameBytesMax)
      throw new CodedError('DOOR_REFUSED', 'expected an answer of less, got more: ask for pages');
  }
  return Buffer.concat(parts, bytes);
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1);
}

function decoded(path: string): string[] | undefined {
  try {
    return segmentsOf(path).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function fits(segments: readonly string[], parts: readonly string[]): boolean {
  if (segments.length !== parts.length) return false;
  return segments.every((segment, index) => {
    return segment.startsWith(':') ? parts[index] !== '' : segment === parts[index];
  });
}

function paramsOf(segments: readonly string[], parts: readonly string[]): Record<string, string> {
  const named = segments.flatMap((segment, index) =>
    segment.startsWith(':') ? [[segment.slice(1), parts[index]!] as const] : [],
  );
  return Object.fromEntries(named);
}

/** One letter a segment: fixed ones sort first. */
function rankOf({ segments }: Entry): string {
  return segments.map((segment) => (segment.startsWith(':') ? 'b' : 'a')).join('');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
