/**
 * Who may: one secret, `Authorization: Bearer <token>`. It guards what changes anything, and reads too where that is
 * asked for. Compared in a time that tells nothing of how much was right.
 *
 * Without a secret everybody may, but for pages of other sites in a browser on this machine: they can reach a loopback
 * address, and need no permission to post. What a browser says of its page (Origin) must be this very host, or an origin
 * that was allowed by name.
 * Runs on: main.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Access, failed, type HttpAnswer } from './route.js';

export interface TokenGuardOptions {
  /** Undefined: everybody may everything, but for foreign pages. */
  readonly token: string | undefined;
  readonly isReadGuarded: boolean;
  /** Origins allowed by name; `*` names none. */
  readonly allowOrigins: readonly string[];
}

/** What of a request's head tells who asks. */
export interface Asking {
  readonly authorization?: string | undefined;
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

/** Answers undefined for who may, else the 401 or 403 to send. */
export type TokenGuard = (access: Access, asking: Asking) => HttpAnswer | undefined;

export function tokenGuard(options: TokenGuardOptions): TokenGuard {
  const { token, isReadGuarded, allowOrigins } = options;
  if (token === undefined) return (access, asking) => originGuard(access, asking, allowOrigins);
  const expected = digest(token);
  return (access, { authorization }) => {
    if (access === 'open' || (access === 'read' && !isReadGuarded)) return;
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
    return {
      ...failed(401, given === undefined ? 'Not authenticated' : 'Invalid token'),
      headers: { 'www-authenticate': 'Bearer' },
    };
  };
}

function originGuard(
  access: Access,
  { origin, host }: Asking,
  allowOrigins: readonly string[],
): HttpAnswer | undefined {
  if (access !== 'write' || origin === undefined || allowOrigins.includes(origin)) return undefined;
  if (origin === `http://${host}` || origin === `https://${host}`) return undefined;
  const text = `Pages of ${origin} may not write here: start with a token, or allow that origin by name`;
  return failed(403, text);
}

/** Digests are equally long, which the comparison asks for, and hide the length of the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
