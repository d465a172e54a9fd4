/**
 * What an answer to a body of data-points says of each item. The answers of old and new APIs alike: a list of faults with
 * their places, or with --partial what was accepted and what was not.
 * Runs on: any.
 */
import { CodedError } from '../../../core/index.js';
import { parsed } from './answer.js';
import type { TargetAnswer } from './target.js';

/** One fault of one item. */
export interface Rejected {
  /** Of the item in its body. */
  readonly index: number;
  /** Where in the item, dotted; empty for all of it. */
  readonly loc: string;
  readonly reason: string;
}

/** What became of the items of a body. */
export interface Taken {
  readonly accepted: number;
  readonly rejected: readonly Rejected[];
  /** Indexes of items that were in order, and for which there was no room. */
  readonly retry: readonly number[];
}

/** Throws REQUEST_REFUSED for an answer that is about the whole body. */
export function readAnswer(answer: TargetAnswer, items: number): Taken {
  const { status } = answer;
  const body = parsed(answer);
  const faults = (body as { rejected?: unknown } | null)?.rejected ?? detailOf(body);
  const rejected = Array.isArray(faults) ? faults.flatMap(readFault) : [];
  if (status === 200 || status === 202) {
    const { accepted, retry } = (body ?? {}) as { accepted?: unknown; retry?: unknown };
    return {
      accepted: typeof accepted === 'number' ? accepted : items,
      rejected,
      retry: Array.isArray(retry) ? retry.filter((index) => Number.isInteger(index)) : [],
    };
  }
  if (status === 422 && rejected.length > 0) return { accepted: 0, rejected, retry: [] };
  throw new CodedError('REQUEST_REFUSED', `expected 200, got ${status}: ${textOf(body)}`, {
    details: { status },
  });
}

/** FastAPI's shape: `{"detail": [{"loc": ["body", 3, "v"], "msg": "…", "type": "…"}]}`. */
function readFault(fault: unknown): Rejected[] {
  const { loc, msg, index } = (fault ?? {}) as { loc?: unknown; msg?: unknown; index?: unknown };
  const path = Array.isArray(loc) ? (loc as readonly unknown[]) : [];
  const inBody = path[0] === 'body' ? path.slice(1) : path;
  const at = typeof index === 'number' ? index : inBody[0];
  if (typeof at !== 'number') return [];
  const rest = typeof inBody[0] === 'number' ? inBody.slice(1) : inBody;
  return [{ index: at, loc: rest.join('.'), reason: String(msg) }];
}

function detailOf(body: unknown): unknown {
  return (body as { detail?: unknown } | null)?.detail;
}

function textOf(body: unknown): string {
  const detail = detailOf(body);
  return typeof detail === 'string' ? detail : (JSON.stringify(detail ?? body) ?? 'nothing');
}
