/**
 * `troupe serve`: the platform and its HTTP API on a configuration folder, until a signal. The first signal drains: no
 * new request, what is stored is applied, then the end with exit code 0. The second ends the process as it stands; nothing
 * acknowledged is lost then either.
 * Runs on: main.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { CodedError, hasCode, jsonLogger } from '../../../core/index.js';
import { createPlatform } from '../../platform.js';
import type { Platform } from '../../platform-surface.js';
import type { CommandScope } from '../cli.js';
import { commandLineDoor } from '../folder-answers.js';
import { type HttpOptions, type HttpServer, serveHttp } from '../serve-http.js';
import { EXIT } from './exit-codes.js';
import { packageVersion } from './package-version.js';
import { printable } from './printable.js';

type Options = Readonly<Record<string, unknown>>;

/** Resolves when it has stopped. */
export async function serve(
  scope: CommandScope,
  _words: readonly string[],
  options: Options,
): Promise<number> {
  const { terminal, interruption } = scope;
  const { signal } = interruption;
  const logger = jsonLogger({ level: 'warn' });
  const http = httpOptionsOf(options);
  await assertFree(http);
  let platform: Platform;
  try {
    platform = await createPlatform({
      data: String(options.data),
      config: String(options.config),
      ...(options.threads === undefined ? {} : { threads: Number(options.threads) }),
      ...(options.durability === undefined
        ? {}
        : { durability: options.durability as 'fsync' | 'os' }),
      isStrict: options.strict === true,
      door: commandLineDoor,
      logger,
      signal,
    });
  } catch (error) {
    // Asked to stop before it had started: nothing was taken, and all is closed.
    if (signal.aborted && hasCode(error, 'PLATFORM_STOPPED')) return EXIT.ok;
    throw error;
  }
  try {
    const server = await listen(platform, http);
    const { bold } = terminal.colours;
    const { url, port } = server;
    terminal.result({ url, port, pid: process.pid, data: platform.dir }, () => {
      return `${bold(url)} serves ${printable(platform.dir)}`;
    });
    if (!signal.aborted) await once(signal, 'abort');
    terminal.note('draining; a second signal ends at once');
    await server.stop();
  } finally {
    const { left } = await platform.stop();
    if (left > 0) terminal.note(`${left} tasks are stored and wait for the next start`);
  }
  return EXIT.ok;
}

async function listen(platform: Platform, options: HttpOptions): Promise<HttpServer> {
  const version = await packageVersion();
  return serveHttp(platform, { ...options, version }).catch((error: NodeJS.ErrnoException) => {
    throw error instanceof CodedError ? error : notListening(options, error);
  });
}

/** Looked at before the data folder is: where nobody can listen, none is made. */
async function assertFree(options: HttpOptions): Promise<void> {
  const probe = createServer();
  try {
    probe.listen({ host: options.host, port: options.port });
    await once(probe, 'listening');
  } catch (error) {
    throw notListening(options, error as NodeJS.ErrnoException);
  } finally {
    probe.close();
  }
}

function notListening({ host, port }: HttpOptions, error: NodeJS.ErrnoException): CodedError {
  const text = `expected to listen on ${host}:${port}, got ${error.code}`;
  return new CodedError('CONFIG_INVALID', text, { cause: error });
}

/** What was typed. */
function httpOptionsOf(options: Options): HttpOptions {
  return {
    host: String(options.host),
    port: Number(options.port),
    isReadGuarded: options.guardReads === true,
    ...(typeof options.token === 'string' ? { token: options.token } : {}),
    ...(isNamed(options.allowedHosts) ? { allowedHosts: options.allowedHosts } : {}),
    ...(process.env.ROOT_PATH === undefined ? {} : { rootPath: process.env.ROOT_PATH }),
  };
}

/** An empty variable of the environment names nothing. */
function isNamed(hosts: unknown): hosts is readonly string[] {
  return Array.isArray(hosts) && hosts.length > 0;
}
