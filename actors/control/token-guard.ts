/**
 * Who may: one secret, `Authorization: Bearer <token>`. It guards what changes anything, and reads too where that is
 * asked for. Compared in a time that tells nothing of how much was right.
 * Runs on: main.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Access, failed, type HttpAnswer } from './route.js';

export interface TokenGuardOptions {
  /** Undefined: everybody may everything. */
  readonly token: string | undefined;
  readonly isReadGuarded: boolean;
}

/** Answers undefined for who may, else the 401 to send. */
export type TokenGuard = (
  access: Access,
  authorization: string | undefined,
) => HttpAnswer | undefined;

export function tokenGuard({ token, isReadGuarded }: TokenGuardOptions): TokenGuard {
  if (token === undefined) return () => undefined;
  const expected = digest(token);
  return (access, authorization) => {
    if (access === 'open' || (access === 'read' && !isReadGuarded)) return;
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
    return {
      ...failed(401, given === undefined ? 'Not authenticated' : 'Invalid token'),
      headers: { 'www-authenticate': 'Bearer' },
    };
  };
}

/** Digests are equally long, which the comparison asks for, and hide the length of the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
