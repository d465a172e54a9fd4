/**
 * The answers to an ingest request, as DP³ words them where it has words, and as JSON bytes. Pure.
 * Runs on: any.
 */
import { type InputFault, printJson } from '../../stores/internal.js';
import type { IngestAnswer } from './entity-engine.js';
import type { Position } from './position.js';

/** Faults that an answer carries to its caller beside the body. */
const FAULTS_CARRIED = 100;

/** What became of the items of a request that were stored, or not. */
export interface Outcome {
  readonly positions: readonly Position[];
  readonly accepted: number;
  readonly faults: readonly InputFault[];
  /** Indexes of items at fault. */
  readonly rejected: readonly number[];
  /** Indexes of items that were fine, and for which there was no room. */
  readonly retry: readonly number[];
  /** Those of `retry` that may be stored all the same: their partition went down over them. */
  readonly unknown?: readonly number[];
  readonly retryAfterMs: number;
}

/** Everything is stored; of a partial request what could be. */
export function storedAnswer(
  outcome: Outcome,
  options: { readonly isPartial: boolean; readonly isApplied: boolean; readonly faultsMax: number },
): IngestAnswer {
  const { accepted, faults, rejected, retry, unknown = [], retryAfterMs, positions } = outcome;
  const detail = options.isApplied ? 'OK' : 'Stored, and not applied in time';
  const status = options.isApplied ? 200 : 202;
  const body = options.isPartial
    ? {
        detail,
        accepted,
        rejected: listed(faults, options.faultsMax),
        rejected_indexes: rejected,
        retry,
        unknown,
      }
    : { detail };
  return {
    ...answer(status, body, { positions, accepted, rejected: rejected.length, faults }),
    ...(retry.length > 0 ? { retryAfterMs } : {}),
  };
}

/** Nothing is stored: the request is at fault. */
export function faultyAnswer(
  faults: readonly InputFault[],
  rejected: number,
  faultsMax: number,
): IngestAnswer {
  return answer(422, { detail: listed(faults, faultsMax) }, { rejected, faults });
}

/** The key was used for another body. */
export function conflictAnswer(): IngestAnswer {
  return answer(409, { detail: 'This Idempotency-Key was used with another body' }, {});
}

/** No room now: nothing is stored, and the request may come again as it is. */
export function busyAnswer(detail: string, retryAfterMs: number): IngestAnswer {
  return { ...answer(503, { detail, stored: 'none' }, {}), retryAfterMs };
}

/** The disk takes nothing: nothing is stored, and the request may come again as it is. */
export function fullAnswer(retryAfterMs: number): IngestAnswer {
  const body = { detail: 'The disk takes nothing: it is full', code: 'STORE_FULL', stored: 'none' };
  return { ...answer(503, body, {}), retryAfterMs };
}

/**
 * Not taken whole. With a key the same request stores what is missing and nothing twice; without one nobody can tell what a
 * repetition would store again, and the answer says so.
 */
export function lostAnswer(lost: {
  /** A part went down with its partition, or with the actor that had the request in hand. */
  readonly isUnknown: boolean;
  readonly isKeyed: boolean;
  readonly retryAfterMs: number;
  /** Of what is stored for certain. */
  readonly positions?: readonly Position[];
}): IngestAnswer {
  const { isUnknown, isKeyed, retryAfterMs, positions = [] } = lost;
  if (!isUnknown && positions.length === 0)
    return busyAnswer('The request could not be stored', retryAfterMs);
  const what = isUnknown
    ? 'It is not known whether all of this request was stored'
    : 'A part of this request was stored';
  const next = isKeyed
    ? 'send it again with the same Idempotency-Key, which stores what is missing'
    : 'sent again, that counts twice; requests with an Idempotency-Key can be repeated safely';
  const stored = isUnknown ? 'unknown' : 'part';
  return { ...answer(503, { detail: `${what}: ${next}`, stored }, { positions }), retryAfterMs };
}

function answer(
  status: IngestAnswer['status'],
  body: unknown,
  rest: Partial<Pick<IngestAnswer, 'positions' | 'accepted' | 'rejected' | 'faults'>>,
): IngestAnswer {
  return {
    status,
    body: Buffer.from(printJson(body)),
    positions: rest.positions ?? [],
    accepted: rest.accepted ?? 0,
    rejected: rest.rejected ?? 0,
    faults: (rest.faults ?? []).slice(0, FAULTS_CARRIED).map(withoutInput),
  };
}

/** Inputs stay in the body: one may be of any size, or, as an object with the key `__proto__`, unfit to cross threads. */
function withoutInput({ loc, msg, type }: InputFault): InputFault {
  return { loc, msg, type };
}

/** The first so many faults; a last one counts the others. */
function listed(faults: readonly InputFault[], max: number): readonly InputFault[] {
  if (faults.length <= max) return faults;
  const more: InputFault = {
    loc: ['body'],
    msg: `${faults.length - max} more faults are not listed`,
    type: 'too_many_faults',
  };
  return [...faults.slice(0, max), more];
}
