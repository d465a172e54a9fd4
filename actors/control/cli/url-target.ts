/**
 * A platform at a URL, as a target of commands: plain fetch, the token as bearer.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { PLATFORM_LIMITS } from '../../limits.js';
import type { Target, TargetAnswer, TargetRequest } from './target.js';

export class UrlTarget implements Target {
  readonly place: string;
  readonly #base: URL;
  readonly #token: string | undefined;

  /** `url`: where the API begins, a path in front of it included. Throws CONFIG_INVALID for what is no URL of HTTP. */
  constructor(url: string, token: string | undefined) {
    this.#base = baseOf(url);
    this.#token = token;
    this.place = this.#base.href;
  }

  async request({ method, path, query = {}, headers, body }: TargetRequest): Promise<TargetAnswer> {
    const url = new URL(path.slice(1), this.#base);
    for (const [name, value] of Object.entries(query))
      for (const text of [value ?? []].flat()) url.searchParams.append(name, text);
    const bearer = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const response = await fetch(url, {
        method,
        headers: { ...json, ...bearer, ...headers },
        body: body === undefined ? null : Buffer.from(body),
        redirect: 'error',
        signal: AbortSignal.timeout(PLATFORM_LIMITS.doorCallMs),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: new Uint8Array(await response.arrayBuffer()),
      };
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause as NodeJS.ErrnoException | undefined;
      const got = cause?.code ?? cause?.message ?? (error as Error).name;
      throw new CodedError('NODE_UNREACHABLE', `expected an answer of ${this.place}, got ${got}`, {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {}
}

function baseOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new CodedError('CONFIG_INVALID', `--url: expected http://… or https://…, got ${text}`);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
