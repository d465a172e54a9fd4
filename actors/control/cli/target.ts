/**
 * Where a command goes: a platform that runs on a data folder (through its socket), one at a URL, or a folder at rest, which
 * is opened for reading only. All three take the requests of the HTTP API, so that a command does not ask which it is.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';

/** A request of the HTTP API. */
export interface TargetRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Escaped, without what stands before the API. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface TargetAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Target {
  /** For people: the folder or the URL. */
  readonly place: string;
  /** Rejects NODE_UNREACHABLE: then it is not known whether the request was taken. */
  request(request: TargetRequest): Promise<TargetAnswer>;
  close(): Promise<void>;
}

type Options = Readonly<Record<string, unknown>>;

/**
 * What --data, --url and --token, or TROUPE_DATA, TROUPE_URL and TROUPE_TOKEN, name. Rejects CONFIG_INVALID when they name
 * none or two, and what opening the folder or connecting rejects with.
 */
export async function openTarget(options: Options): Promise<Target> {
  const { data, url } = placeOf(options);
  if (url !== undefined) {
    const { UrlTarget } = await import('./url-target.js');
    return new UrlTarget(url, textOr(options.token));
  }
  const { openFolderTarget } = await import('./folder-target.js');
  const running = await openFolderTarget(data!);
  if (running !== undefined) return running;
  const { openRestingTarget } = await import('./resting-target.js');
  return openRestingTarget(data!);
}

/** One that takes what is sent: with --config, a platform of this process when none runs on the folder. */
export async function openWritingTarget(options: Options): Promise<Target> {
  const { config } = options;
  if (typeof config !== 'string') return openTarget(options);
  const { openOwnTarget } = await import('./own-target.js');
  return openOwnTarget(options, config);
}

/** What `use` answers; the target is closed whatever happens. */
export async function withTarget(
  options: Options,
  use: (target: Target) => Promise<number>,
): Promise<number> {
  const target = await openTarget(options);
  try {
    return await use(target);
  } finally {
    await target.close();
  }
}

/** One of the two; what was typed counts before the environment. */
export function placeOf(options: Options): { data: string | undefined; url: string | undefined } {
  const typed = { data: textOr(options.data), url: textOr(options.url) };
  const env = { data: textOr(process.env.TROUPE_DATA), url: textOr(process.env.TROUPE_URL) };
  const place = typed.data === undefined && typed.url === undefined ? env : typed;
  if ((place.data === undefined) === (place.url === undefined)) {
    const got = place.data === undefined ? 'neither' : 'both';
    throw new CodedError('CONFIG_INVALID', `expected --data DIR or --url URL, got ${got}`);
  }
  return place;
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
