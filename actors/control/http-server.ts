/**
 * The HTTP surface: fastify, told about routes here and nowhere else. What a client sends may be refused, told to come
 * again, or cut off; it cannot stop the process, hold memory beyond the limits, or reach a file.
 *
 *   head ── rewrite (/api, ROOT_PATH) ── host ── route ── token ── admission ── body ── handler ── answer
 *                400, 421 ◄────────────────┘   401, 403 ◄┘    429, 503 ◄┘    413 ◄┘   422, 4xx, 5xx ◄┘
 *
 * Runs on: main.
 */
import { Readable } from 'node:stream';
import cors from '@fastify/cors';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { printJson } from '../../stores/internal.js';
import { HTTP_LIMITS } from '../limits.js';
import { Admission, type Admitted } from './admission.js';
import { BrokenConnections } from './broken-connections.js';
import { FeedRoom } from './feed-room.js';
import { type HostGuard, hasTwoHosts, hostGuard, requestTarget } from './host-guard.js';
import { answerForError } from './http-errors.js';
import { type HttpOptions, type HttpSettings, httpSettings } from './http-options.js';
import { httpRoutes } from './http-routes/all-routes.js';
import { Metrics } from './metrics.js';
import { documentHead, documentRoute } from './openapi.js';
import type { PlatformPort } from './platform-port.js';
import { PointLog } from './point-log.js';
import { type BodyFault, requestBody } from './request-body.js';
import { failed, type HttpAnswer, type HttpRequest, type Route, route } from './route.js';
import { ANSWERS } from './route-schemas.js';
import { RouteTable } from './route-table.js';
import { type TokenGuard, tokenGuard } from './token-guard.js';

/** A server that listens. */
export interface HttpServer {
  /** Where it is reached, without a slash at the end: `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no new connection, finishes what is in hand until the deadline (default 10 s), then cuts the rest. A second
   * stop is the same promise.
   */
  stop(options?: { deadlineMs?: number }): Promise<void>;
}

/** Listens. Rejects with what listening rejects with (EADDRINUSE …), CONFIG_INVALID or POINT_LOG_UNFIT. */
export async function startHttpServer(
  platform: PlatformPort,
  options: HttpOptions = {},
): Promise<HttpServer> {
  const settings = httpSettings(options);
  const { logger, goodFile, badFile } = settings;
  const pointLog = new PointLog({ goodFile, badFile, logger });
  const metrics = new Metrics(platform);
  const surface = new Surface(settings, metrics);
  const feeds = new FeedRoom(settings.limits.feedsMax);
  try {
    await surface.build(httpRoutes({ platform, settings, metrics, pointLog, feeds }));
    await surface.app.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    await surface.app.close();
    await pointLog.stop();
    throw error;
  }
  const port = (surface.app.server.address() as { port: number }).port;
  let stopping: Promise<void> | undefined;
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    stop: ({ deadlineMs = HTTP_LIMITS.stopMs } = {}) => {
      feeds.end();
      stopping ??= surface.stop(deadlineMs).then(() => pointLog.stop());
      return stopping;
    },
  };
}

/** What a request holds while it is worked on. */
interface Held {
  readonly admitted: Admitted;
  readonly bodyBytesMax: number;
  /** Both have to end: the connection may go first while the handler still has the body. */
  isHandling: boolean;
  isClosed: boolean;
}

class Surface {
  readonly app: FastifyInstance;
  readonly #settings: HttpSettings;
  readonly #metrics: Metrics;
  readonly #admission: Admission;
  readonly #guard: TokenGuard;
  readonly #held = new WeakMap<FastifyRequest, Held>();
  readonly #broken = new BrokenConnections();
  #hosts: HostGuard | undefined;

  constructor(settings: HttpSettings, metrics: Metrics) {
    this.#settings = settings;
    this.#metrics = metrics;
    this.#admission = new Admission(settings.limits);
    this.#guard = tokenGuard(settings);
    this.app = fastifyFor(settings, this.#broken);
    this.app.server.maxConnections = settings.limits.connectionsMax;
    // Heads are bounded in bytes; a header that is passed over in silence could be the second Host.
    this.app.server.maxHeadersCount = 0;
  }

  async build(routes: readonly Route[]): Promise<void> {
    const { app } = this;
    const { token, version, rootPath, allowOrigins } = this.#settings;
    const hasToken = token !== undefined;
    // What routes say of themselves is for the document; they check their input on their own.
    app.setValidatorCompiler(() => () => true);
    app.setSerializerCompiler(() => JSON.stringify);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) =>
      this.#body(request, payload),
    );
    app.addHook('onRequest', (request, reply, next) => {
      this.#broken.answering(request.raw, reply.raw);
      // A body is JSON whatever its label says; a label that is no media type would be a 415.
      request.raw.headers['content-type'] = 'application/json';
      const refusal = this.#checkHost(request);
      if (refusal === undefined) return next();
      send(reply, refusal);
    });
    const table = new RouteTable(routes);
    app.setNotFoundHandler(({ url }, reply) => send(reply, table.unfit(url.split('?', 1)[0]!)));
    app.setErrorHandler((error, request, reply) => this.#failed(error, request, reply));
    await app.register(cors, {
      origin: allowOrigins.includes('*') ? '*' : [...allowOrigins],
      methods: ['GET', 'POST', 'DELETE'],
      exposedHeaders: ['Troupe-Position', 'Retry-After'],
      // A plain OPTIONS is answered as one.
      strictPreflight: false,
    });
    await app.register(swagger, {
      openapi: documentHead({ version, hasToken, prefix: rootPath }),
    });
    for (const route of routes) this.#add(route);
    this.#add(documentOf(() => app.swagger()));
    await app.ready();
  }

  #add(route: Route): void {
    const needsToken = this.#guard(route.access, {}) !== undefined;
    this.app.route({
      method: route.method,
      url: route.path,
      // Those who only look whether it lives ask so. HEAD on a control action would act.
      exposeHeadRoute: route.access === 'open',
      schema: documentRoute(route, needsToken),
      onRequest: (request, reply, next) => {
        const refusal = this.#enter(route, request, reply);
        if (refusal === undefined) return next();
        send(reply, refusal);
      },
      onResponse: (request, reply, next) => {
        const { statusCode: status, elapsedTime } = reply;
        this.#metrics.request(request.method, route.path, { status, seconds: elapsedTime / 1_000 });
        next();
      },
      handler: (request, reply) => this.#handle(route, request, reply),
    });
  }

  /** Undefined when the request is for a name that is served. */
  #checkHost(request: FastifyRequest): HttpAnswer | undefined {
    if (hasTwoHosts(request.raw.rawHeaders)) return failed(400, 'Expected one Host, got more');
    // Which address a name to listen at became is known only now.
    this.#hosts ??= hostGuard({ ...this.#settings, address: addressOf(this.app, this.#settings) });
    return this.#hosts(authorityOf(request));
  }

  /** Undefined when the request may go on. */
  #enter(route: Route, request: FastifyRequest, reply: FastifyReply): HttpAnswer | undefined {
    const { authorization, origin } = request.headers;
    const refusal = this.#guard(route.access, {
      authorization,
      origin,
      host: authorityOf(request),
    });
    if (refusal !== undefined || route.access === 'open') return refusal;
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (route.bodyBytesMax > 0 && encoding.toLowerCase() !== 'identity') return encoded(encoding);
    const admitted = this.#admission.enter(request.ip);
    if (admitted === 'busy') return tooBusy();
    if (admitted === 'greedy') return tooGreedy();
    const held: Held = {
      admitted,
      bodyBytesMax: route.bodyBytesMax,
      isHandling: false,
      isClosed: false,
    };
    this.#held.set(request, held);
    reply.raw.once('close', () => {
      held.isClosed = true;
      if (!held.isHandling) held.admitted.leave();
    });
    return;
  }

  /** What the content-type parser gives: bytes, or why there are none. */
  #body(request: FastifyRequest, payload: Readable): Promise<Uint8Array | BodyFault> {
    const held = this.#held.get(request);
    if (held === undefined || held.bodyBytesMax === 0) return Promise.resolve(new Uint8Array(0));
    if (Number(request.headers['content-length']) > held.bodyBytesMax) {
      payload.resume();
      return Promise.resolve('too-large');
    }
    return requestBody(payload, held.admitted, held.bodyBytesMax);
  }

  async #handle(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = request.body as Uint8Array | BodyFault | undefined;
    if (typeof body === 'string') return send(reply, unread(body));
    const held = this.#held.get(request);
    if (held !== undefined) held.isHandling = true;
    try {
      return send(reply, await inTime(route.answer(requestOf(request, body))));
    } finally {
      if (held !== undefined) {
        held.isHandling = false;
        if (held.isClosed) held.admitted.leave();
      }
    }
  }

  #failed(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { answer, isExpected } = answerForError(error);
    if (!isExpected) {
      const route = request.routeOptions.url ?? 'none';
      this.#settings.logger.error('a request failed', { method: request.method, route, error });
    }
    return send(reply, answer);
  }

  async stop(deadlineMs: number): Promise<void> {
    const cut = setTimeout(() => this.app.server.closeAllConnections(), deadlineMs);
    try {
      await this.app.close();
    } finally {
      clearTimeout(cut);
    }
  }
}

/** Every option of the library and of node's server that bounds what a client can do, given explicitly. */
function fastifyFor(
  { limits, rootPath, trustProxy }: HttpSettings,
  broken: BrokenConnections,
): FastifyInstance {
  return fastify({
    http: {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.connectionsCheckMs,
    },
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.handlerMs,
    keepAliveTimeout: limits.keepAliveMs,
    bodyLimit: limits.bodyBytesMax,
    exposeHeadRoutes: false,
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    logger: false,
    routerOptions: { maxParamLength: limits.headerBytesMax },
    clientErrorHandler: (error, socket) => broken.end(error, socket),
    rewriteUrl: (request) => pathBehind(rootPath, requestTarget(request.url ?? '/', '').path),
    frameworkErrors: (error, _, reply) => {
      send(reply as unknown as FastifyReply, answerForError(error).answer);
    },
  });
}

/** The document, made once: routes do not change while a server listens. */
function documentOf(document: () => unknown): Route {
  let body: string | undefined;
  return route({
    method: 'GET',
    path: '/openapi.json',
    access: 'read',
    summary: 'This document',
    notes: { result: ANSWERS.object },
    handle: () => {
      body ??= printJson(document());
      return { status: 200, body };
    },
  });
}

/** The path without ROOT_PATH and without `/api` before it: clients of either spelling are served. Pure. */
export function pathBehind(rootPath: string, url: string): string {
  return without('/api', without(rootPath, url));
}

function without(prefix: string, url: string): string {
  if (prefix === '' || !url.startsWith(prefix)) return url;
  const rest = url.slice(prefix.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}

function addressOf(app: FastifyInstance, { host }: HttpSettings): string {
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.address : host;
}

/** For whom the request is, before anything was rewritten. */
function authorityOf({ originalUrl, headers }: FastifyRequest): string | undefined {
  return requestTarget(originalUrl, headers.host).authority;
}

function requestOf(request: FastifyRequest, body: Uint8Array | undefined): HttpRequest {
  return {
    params: request.params as Record<string, string>,
    query: request.query as HttpRequest['query'],
    headers: request.headers,
    body: body ?? new Uint8Array(0),
    client: request.ip,
  };
}

function send(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  const { status, body, contentType = 'application/json', headers = {} } = answer;
  const payload =
    typeof body === 'string' || body instanceof Uint8Array ? body : Readable.from(body);
  return reply.code(status).headers(headers).type(contentType).send(payload);
}

/** The last resort against a handler that waits for what never comes. */
async function inTime(answer: HttpAnswer | Promise<HttpAnswer>): Promise<HttpAnswer> {
  if (!(answer instanceof Promise)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HttpAnswer>((resolve) => {
    const code = 'ASK_TIMEOUT';
    const retryAfterMs = HTTP_LIMITS.retryAfterMs;
    timer = setTimeout(
      () => resolve(failed(503, 'The platform did not answer in time', { code, retryAfterMs })),
      HTTP_LIMITS.handlerMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unread(fault: BodyFault): HttpAnswer {
  if (fault === 'too-large') return failed(413, 'Request body is too large');
  return fault === 'no-room' ? tooBusy() : failed(400, 'The request ended before its body did');
}

/** What is small on the way may be anything when it is unpacked: bodies are taken as they are. */
function encoded(encoding: string): HttpAnswer {
  const detail = `expected a body without Content-Encoding, got ${JSON.stringify(encoding)}`;
  return { ...failed(415, detail), headers: { 'accept-encoding': 'identity' } };
}

function tooBusy(): HttpAnswer {
  return failed(503, 'Too many requests are being worked on', {
    code: 'SERVER_BUSY',
    retryAfterMs: HTTP_LIMITS.retryAfterMs,
  });
}

function tooGreedy(): HttpAnswer {
  return failed(429, 'Too many requests of this client are being worked on', {
    code: 'CLIENT_BUSY',
    retryAfterMs: HTTP_LIMITS.retryAfterMs,
  });
}
