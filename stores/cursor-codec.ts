/**
 * A partition's cursor as bytes: `outboxNext deadLetterNext`, then per lane `low count finished…`, then `changeNext`, which
 * rows from before there were changes end without; all doubles: there is one row per partition, and it is short but for the
 * tasks that run out of order.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import type { StoreErrorCode } from './errors.js';
import type { LaneCursor, PartitionCursor } from './lane.js';

const NUMBER_BYTES = 8;
const IS_LITTLE_ENDIAN = true;

export function encodeCursor(cursor: PartitionCursor): Uint8Array {
  const numbers = [cursor.outboxNext, cursor.deadLetterNext];
  for (const { low, finished } of cursor.lanes) numbers.push(low, finished.length, ...finished);
  numbers.push(cursor.changeNext);
  const view = new DataView(new ArrayBuffer(numbers.length * NUMBER_BYTES));
  for (const [i, number] of numbers.entries())
    view.setFloat64(i * NUMBER_BYTES, number, IS_LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

/** Other bytes are STORED_BYTES_INVALID. */
export function decodeCursor(bytes: Uint8Array): PartitionCursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const next = (): number => {
    const isThere = at + NUMBER_BYTES <= bytes.length;
    const number = isThere ? view.getFloat64(at, IS_LITTLE_ENDIAN) : undefined;
    at += NUMBER_BYTES;
    if (number !== undefined && Number.isSafeInteger(number) && number >= 0) return number;
    throw new CodedError<StoreErrorCode>(
      'STORED_BYTES_INVALID',
      `expected the cursor of a partition, got ${bytes.length} bytes that are none`,
    );
  };
  const lane = (): LaneCursor => {
    const low = next();
    return { low, finished: Array.from({ length: next() }, next) };
  };
  const [outboxNext, deadLetterNext] = [next(), next()];
  const lanes = [lane(), lane()] as const;
  return { outboxNext, deadLetterNext, lanes, changeNext: at < bytes.length ? next() : 1 };
}
