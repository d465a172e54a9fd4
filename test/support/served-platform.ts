/**
 * A real platform with the HTTP API before it: hosts with an attribute of each kind, and users they link to, in a folder of
 * its own; the API listens at a free port of this machine.
 * Runs on: main.
 */
import { type HttpOptions, type HttpServer, serveHttp } from '../../actors/control/serve-http.js';
import { createPlatform } from '../../actors/platform.js';
import type { PlatformConfig } from '../../actors/platform-config.js';
import type { Platform } from '../../actors/platform-surface.js';
import { silentLogger } from '../../core/index.js';
import { defineEntity, link, observations, plain, set, timeseries } from '../../stores/index.js';
import { DeclaredAnswers } from './declared-answers.js';
import { TemporaryTree } from './temporary-tree.js';

const user = defineEntity('user', {
  id: 'int',
  attributes: { login: plain('string') },
});

const host = defineEntity('host', {
  id: 'string',
  lifetime: { ttl: '30d' },
  attributes: {
    name: plain('string'),
    size: plain('int64'),
    tags: plain(set('string')),
    notes: plain('json'),
    owner: plain(link(user, { mirror: 'hosts' })),
    ip: observations('ipv4', { history: { preValidity: '5m', postValidity: '10m' } }),
    ports: observations('int', { multiValue: true }),
    load: timeseries('regular', { timeStep: '1m', series: { cpu: 'float' } }),
    pings: timeseries('irregular', { series: { ms: 'int' } }),
  },
});

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined where the text is no JSON. */
  readonly json: unknown;
}

export class ServedPlatform {
  readonly platform: Platform;
  readonly server: HttpServer;
  readonly tree: TemporaryTree;
  readonly #declared: DeclaredAnswers;

  static async start(options: HttpOptions = {}, config: Partial<PlatformConfig> = {}) {
    const tree = new TemporaryTree();
    const platform = await createPlatform({
      data: tree.path('data'),
      entities: [user, host],
      threads: 1,
      partitions: 4,
      durability: 'os',
      logger: silentLogger,
      ...config,
    });
    return ServedPlatform.of(tree, platform, options);
  }

  /** Over a platform that runs; with this it is stopped and its files are removed. */
  static async of(tree: TemporaryTree, platform: Platform, options: HttpOptions = {}) {
    const server = await serveHttp(platform, { port: 0, ...options });
    const declared = await DeclaredAnswers.of(server.url, options.token);
    return new ServedPlatform(tree, platform, { server, declared });
  }

  private constructor(
    tree: TemporaryTree,
    platform: Platform,
    { server, declared }: { server: HttpServer; declared: DeclaredAnswers },
  ) {
    this.tree = tree;
    this.platform = platform;
    this.server = server;
    this.#declared = declared;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { headers });
  }

  /** A body that is no text or bytes is sent as JSON. */
  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const sent = isRaw ? body : JSON.stringify(body);
    return this.send('POST', path, { headers, ...(sent === undefined ? {} : { body: sent }) });
  }

  delete(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('DELETE', path, { headers });
  }

  /** Data-points that have had their effect when this resolves. */
  async write(points: readonly object[]): Promise<Answer> {
    const answer = await this.post('/datapoints?wait=applied', points);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    return answer;
  }

  async send(
    method: string,
    path: string,
    request: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
  ): Promise<Answer> {
    const answer = await fetch(this.server.url + path, { method, ...(request as RequestInit) });
    const text = await answer.text();
    const { status, headers } = answer;
    this.#declared.check(method, path, status);
    return { status, headers, text, json: parsed(text) };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.platform.stop();
    this.tree.remove();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
