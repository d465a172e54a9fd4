/**
 * A dead letter as bytes: why a task could not be done, and the task itself in a log entry of its own, so that it can be
 * taken in again.
 *
 *   u32 size of the head | head: JSON {reason, message, at, seq} | entry with the one task
 *
 * Pure.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import { decodeEntry, encodeEntry, type LogEntry } from './entry-codec.js';
import type { StoreErrorCode } from './errors.js';

/**
 * Why a task is one: a thread died at it twice, or the process three times; our own code failed at it; derivation went too
 * deep, or had too many descendants; the model no longer has what it is about.
 */
export type DeadLetterReason = 'poison' | 'failed' | 'depth' | 'budget' | 'unknown';

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  readonly message: string;
  /** Epoch ms. */
  readonly at: number;
  /** The task of this partition that it is, or that derived it: log number * 2 + lane. */
  readonly seq: number;
  /** With the one task. */
  readonly entry: LogEntry;
}

const REASONS: Readonly<Record<DeadLetterReason, true>> = {
  poison: true,
  failed: true,
  depth: true,
  budget: true,
  unknown: true,
};
const SIZE_BYTES = 4;

/** Throws VALUE_NOT_STORABLE. */
export function encodeDeadLetter({ entry, ...head }: DeadLetter): Uint8Array {
  const text = Buffer.from(JSON.stringify(head));
  const body = encodeEntry(entry);
  const bytes = Buffer.alloc(SIZE_BYTES + text.length + body.length);
  bytes.writeUInt32LE(text.length, 0);
  text.copy(bytes, SIZE_BYTES);
  bytes.set(body, SIZE_BYTES + text.length);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Other bytes are STORED_BYTES_INVALID. */
export function decodeDeadLetter(bytes: Uint8Array): DeadLetter {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length < SIZE_BYTES ? Infinity : SIZE_BYTES + buffer.readUInt32LE(0);
  const head = end > bytes.length ? undefined : headOf(buffer.toString('utf8', SIZE_BYTES, end));
  if (head === undefined)
    throw new CodedError<StoreErrorCode>(
      'STORED_BYTES_INVALID',
      `expected a dead letter, got ${bytes.length} bytes that are none`,
    );
  const entry = decodeEntry(bytes.subarray(end));
  if (entry.tasks.length === 1) return { ...head, entry };
  throw new CodedError<StoreErrorCode>(
    'STORED_BYTES_INVALID',
    `expected a dead letter with one task, got one with ${entry.tasks.length}`,
  );
}

function headOf(text: string): Omit<DeadLetter, 'entry'> | undefined {
  const head = parsed(text) as Partial<DeadLetter> | null | undefined;
  if (typeof head !== 'object' || head === null) return undefined;
  const { reason, message, at, seq } = head;
  const isNumbers = Number.isSafeInteger(seq) && Number.isFinite(at);
  if (!isNumbers || typeof message !== 'string' || !Object.hasOwn(REASONS, reason ?? ''))
    return undefined;
  return { reason: reason!, message, at: at!, seq: seq! };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
