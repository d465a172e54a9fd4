/**
 * How long an entity lives: for ever, until its time-to-live tokens have all passed, or while something links to it.
 * A token is a named instant; writing one again can only move it later.
 * Runs on: any.
 */
import { STORE_LIMITS } from '../limits.js';
import type { Attribute } from './attribute.js';

/** The lifetime of an entity type. */
export type Lifetime =
  | { readonly type: 'immortal' }
  | {
      readonly type: 'ttl';
      /** A new entity lives at least so long. */
      readonly onCreateMs: number;
      /** Data keeps its entity for as long as it is kept itself (`max_age`). */
      readonly mirrorData: boolean;
    }
  | { readonly type: 'weak' };

/** Token name -> epoch ms. */
export type TtlTokens = Readonly<Record<string, number>>;

/** The token that every new entity of a ttl lifetime gets; undefined for other lifetimes. */
export function creationTokens(lifetime: Lifetime, createdAt: number): TtlTokens | undefined {
  return lifetime.type === 'ttl' ? { base: createdAt + lifetime.onCreateMs } : undefined;
}

/**
 * The token that one data-point brings its entity, or undefined where it brings none. What has validity counts from
 * its t2; a plain value counts from `now`, and only with a ttl of its own.
 */
export function ttlTokensOf(
  lifetime: Lifetime,
  attribute: Attribute,
  point: { readonly t2: number },
  now: number,
): TtlTokens | undefined {
  if (lifetime.type !== 'ttl') return undefined;
  if (attribute.kind === 'plain') {
    return attribute.ttlMs > 0 ? { data: now + attribute.ttlMs } : undefined;
  }
  const kept = lifetime.mirrorData ? (attribute.history.maxAgeMs ?? 0) : 0;
  return { data: point.t2 + Math.max(attribute.ttlMs, kept) };
}

/** Both sets of tokens, the later instant of each name. `stored` itself where nothing moves. */
export function mergeTokens(
  stored: TtlTokens | undefined,
  added: TtlTokens | undefined,
): TtlTokens | undefined {
  if (added === undefined) return stored;
  const later = Object.entries(added).filter(([name, at]) => !(at <= tokenOf(stored, name)));
  if (later.length === 0) return stored;
  const all = new Map([...Object.entries(stored ?? {}), ...later]);
  if (all.size <= STORE_LIMITS.ttlTokensMax) return Object.fromEntries(all);
  const longest = [...all].sort(([, a], [, b]) => b - a).slice(0, STORE_LIMITS.ttlTokensMax);
  return Object.fromEntries(longest);
}

function tokenOf(tokens: TtlTokens | undefined, name: string): number {
  return tokens !== undefined && Object.hasOwn(tokens, name) ? tokens[name]! : -Infinity;
}
