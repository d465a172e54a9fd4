/**
 * Asking a target and reading its answer: parsed without loss, or the error it stands for.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { parseJsonBody } from '../../../stores/internal.js';
import type { Target, TargetAnswer, TargetRequest } from './target.js';

/** The parsed answer to a request that was granted. Rejects REQUEST_REFUSED with what the answer says, NODE_UNREACHABLE. */
export async function ask(target: Target, request: TargetRequest): Promise<unknown> {
  const answer = await target.request(request);
  const body = parsed(answer);
  if (answer.status >= 200 && answer.status < 300) return body;
  const text = `${target.place}: ${reasonOf(body)} (${answer.status})`;
  if (answer.status === 429 || answer.status === 503)
    throw new CodedError('NODE_UNREACHABLE', text, { details: { status: answer.status } });
  throw new CodedError('REQUEST_REFUSED', text, { details: { status: answer.status } });
}

/** The body as JSON, 64-bit integers as bigint; text that is no JSON as it is; undefined when empty. */
export function parsed({ body }: TargetAnswer): unknown {
  if (body.length === 0) return undefined;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  try {
    return parseJsonBody(text, UNBOUNDED);
  } catch {
    return text;
  }
}

/** Distinct values, for one, are as many members of one object. */
const UNBOUNDED = { bytesMax: Infinity, nodesMax: Infinity, membersMax: Infinity };

/** A path of the API; each part is escaped. */
export function pathTo(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** What an answer says was wrong, for people: `detail` as text or, of a list of faults, each with its place. */
export function reasonOf(body: unknown): string {
  const detail = (body as { detail?: unknown } | null | undefined)?.detail ?? body;
  if (typeof detail === 'string') return detail;
  if (!Array.isArray(detail)) return JSON.stringify(detail) ?? 'no reason given';
  return detail.map(faultText).join('; ');
}

function faultText(fault: unknown): string {
  const { loc, msg } = (fault ?? {}) as { loc?: unknown; msg?: unknown };
  const place = Array.isArray(loc) ? loc.join('.') : '';
  return place === '' ? String(msg) : `${place}: ${String(msg)}`;
}
