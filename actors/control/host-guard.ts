/**
 * Under which names a server answers. A page of another site may let its own name resolve to this machine (DNS rebinding):
 * for the browser it then is the same site as the server, and may do all that a client without a token may. The name still
 * stands in what the browser sends, so one that is not ours is answered 421.
 * Runs on: any.
 */
import { BlockList, isIP } from 'node:net';
import { failed, type HttpAnswer } from './route.js';

export interface HostGuardOptions {
  /** The address to listen at, as it was given. */
  readonly host: string;
  /** The address it became. */
  readonly address: string;
  readonly token: string | undefined;
  /** Names that a proxy passes on, each with or without a port; `*` is any. Undefined: none were named. */
  readonly allowedHosts: readonly string[] | undefined;
}

/** Where a request is for: its Host, or what its target names. */
export interface RequestTarget {
  /** With the port, as it was sent; undefined when the request names none (HTTP/1.0). */
  readonly authority: string | undefined;
  /** Begins with a slash. */
  readonly path: string;
}

/** Answers undefined for a name that is served, else the 421 to send. */
export type HostGuard = (authority: string | undefined) => HttpAnswer | undefined;

/**
 * Looks at names when somebody on this machine could be used to do what nobody outside may: no token, and a loopback
 * address; and whenever names were given. This machine's own names and the address listened at are always served, at any
 * port, since a tunnel has one of its own. So is a request without a name: no browser sends one.
 */
export function hostGuard({ host, address, token, allowedHosts }: HostGuardOptions): HostGuard {
  const isNeeded = allowedHosts !== undefined || (token === undefined && isLoopback(address));
  if (!isNeeded || allowedHosts?.includes('*')) return () => undefined;
  const allowed = new Set([host, ...(allowedHosts ?? [])].map(named));
  return (authority) => {
    if (authority === undefined) return undefined;
    const [name, port] = split(authority) ?? [];
    if (name === undefined) return unknown(authority);
    if (name === 'localhost' || isLoopback(name)) return undefined;
    return allowed.has(name) || allowed.has(`${name}:${port}`) ? undefined : unknown(authority);
  };
}

/** True for what may stand in `allowedHosts`: a name or an address, with or without a port, or `*`. */
export function isHostName(text: string): boolean {
  return text === '*' || isIP(text) !== 0 || split(text) !== undefined;
}

/** The target of a request line with its Host: what an absolute one names counts, whatever Host says. Pure. */
export function requestTarget(url: string, host: string | undefined): RequestTarget {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url);
  if (absolute === null) return { authority: host, path: url };
  const [, authority = '', path = ''] = absolute;
  return { authority, path: path.startsWith('/') ? path : `/${path}` };
}

/** More than one Host: two servers in a row might each believe another. `rawHeaders`: names and values in turn. */
export function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts > 1;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Name and port of `name:port`, the name as names compare; the port is empty when there is none. */
function split(authority: string): readonly [name: string, port: string] | undefined {
  const parts = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{0,5}))?$/i.exec(authority);
  const name = (parts?.[1] ?? parts?.[2])?.toLowerCase().replace(/\.$/, '');
  return name === undefined || name === '' ? undefined : [name, parts?.[3] ?? ''];
}

/** An entry as it is looked up. */
function named(entry: string): string {
  const [name, port] =
    isIP(entry) === 6 ? [entry.toLowerCase(), ''] : (split(entry) ?? [entry, '']);
  return port === '' ? name : `${name}:${port}`;
}

function unknown(authority: string): HttpAnswer {
  const named = JSON.stringify(authority.slice(0, 100));
  return failed(
    421,
    `This server has no name ${named}: start it with a token, or allow that host by name`,
    {
      code: 'HOST_UNKNOWN',
    },
  );
}
