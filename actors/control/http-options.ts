/**
 * What the HTTP surface may be told, checked at once, with defaults that are safe on a machine others can reach.
 * Runs on: any.
 */
import { CodedError, type Logger, silentLogger } from '../../core/index.js';
import { HTTP_LIMITS } from '../limits.js';
import { isHostName } from './host-guard.js';

/** Limits of the surface as numbers, so that a server, or a test, may have others. */
export type HttpLimits = { readonly [K in keyof typeof HTTP_LIMITS]: number } & {
  /** Body of one ingest request, in bytes. */
  readonly bodyBytesMax: number;
};

export interface HttpOptions {
  /** Address to listen at. Default 127.0.0.1: only this machine. */
  readonly host?: string;
  /** 0: any that is free. Default 5000, DP³'s. */
  readonly port?: number;
  /** Secret that writes and control actions must show: `Authorization: Bearer …`. Default: none is asked for. */
  readonly token?: string;
  /** Reads, metrics and the OpenAPI document ask for the token too. Default false. */
  readonly isReadGuarded?: boolean;
  /** Path that a proxy puts in front, DP³'s ROOT_PATH: `/dp3`. Default none. `/api` is always taken off as well. */
  readonly rootPath?: string;
  /** Origins whose pages may call; `*` is all. Default `['*']`, as in DP³. */
  readonly allowOrigins?: readonly string[];
  /**
   * Names under which it is served, as a proxy passes them on in Host: `troupe.example`, `troupe.example:8080`; `*` is any.
   * Given, any other name is 421. Default: without a token at a loopback address only names of this machine are served,
   * else any.
   */
  readonly allowedHosts?: readonly string[];
  /** Files for accepted and for rejected data-points, one JSON line each. Default none. */
  readonly goodFile?: string;
  readonly badFile?: string;
  /** Proxies whose word on the client's address counts, as addresses or CIDR ranges. Default none. */
  readonly trustProxy?: readonly string[];
  /** Shown in the OpenAPI document. Default `unknown`. */
  readonly version?: string;
  readonly limits?: Partial<HttpLimits>;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Epoch ms. Default Date.now. */
  readonly wallNow?: () => number;
}

/** The options, complete. */
export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly isReadGuarded: boolean;
  readonly rootPath: string;
  readonly allowOrigins: readonly string[];
  readonly allowedHosts: readonly string[] | undefined;
  readonly goodFile: string | undefined;
  readonly badFile: string | undefined;
  readonly trustProxy: readonly string[];
  readonly version: string;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly wallNow: () => number;
}

const BODY_BYTES_MAX = 32 * 1024 * 1024;

/** Throws CONFIG_INVALID naming every fault. */
export function httpSettings(options: HttpOptions): HttpSettings {
  const settings: HttpSettings = {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 5_000,
    token: options.token,
    isReadGuarded: options.isReadGuarded ?? false,
    rootPath: (options.rootPath ?? '').replace(/\/+$/, ''),
    allowOrigins: options.allowOrigins ?? ['*'],
    allowedHosts: options.allowedHosts,
    goodFile: options.goodFile,
    badFile: options.badFile,
    trustProxy: options.trustProxy ?? [],
    version: options.version ?? 'unknown',
    limits: { ...HTTP_LIMITS, bodyBytesMax: BODY_BYTES_MAX, ...options.limits },
    logger: options.logger ?? silentLogger,
    wallNow: options.wallNow ?? Date.now,
  };
  const faults = faultsOf(settings);
  if (faults.length > 0) {
    throw new CodedError('CONFIG_INVALID', `http: ${faults.join('; ')}`, { details: { faults } });
  }
  return settings;
}

function faultsOf(settings: HttpSettings): string[] {
  const { port, token, isReadGuarded, rootPath, allowedHosts, limits } = settings;
  const faults: string[] = [];
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    faults.push(`port: expected a whole number from 0 to 65535, got ${port}`);
  }
  if (token !== undefined && !/^\S+$/.test(token)) {
    faults.push('token: expected text without spaces, got an empty one or one with spaces');
  }
  if (isReadGuarded && token === undefined) {
    faults.push('isReadGuarded: expected a token to guard reads with, got none');
  }
  if (rootPath !== '' && !rootPath.startsWith('/')) {
    faults.push(`rootPath: expected a path that begins with a slash, got ${rootPath}`);
  }
  for (const name of allowedHosts ?? []) {
    if (!isHostName(name)) faults.push(`allowedHosts: expected names of hosts, got ${name}`);
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) faults.push(`limits.${name}: expected a number above 0, got ${value}`);
  }
  return faults;
}
