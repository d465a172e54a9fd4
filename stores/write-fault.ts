/**
 * What lmdb threw -> a coded error that says what it means for who wrote or read.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import type { StoreErrorCode } from './errors.js';

/** EIO counts: a full disk shows as it when the pages of a commit could be written and their names could not. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);
const NO_ROOM_NUMBERS = new Set([28, 122, 27, 5, -30792 /* MDB_MAP_FULL */]);
const NO_ROOM_TEXT = /no space|quota|too large|input\/output|i\/o error|MDB_MAP_FULL|mapsize/i;

/** STORE_FULL or STORE_FAILED for a rejected write. Never rejects. */
export async function writeFault(thrown: unknown): Promise<CodedError<StoreErrorCode>> {
  const cause = await rootCause(thrown);
  const why = cause instanceof Error ? cause.message : String(cause);
  return hasNoRoom(cause)
    ? new CodedError('STORE_FULL', `expected room for a commit, got: ${why}`, { cause })
    : new CodedError('STORE_FAILED', `expected a commit to be written, got: ${why}`, { cause });
}

/** For a read that lmdb could not do: the file is not what it was. */
export function readFault(table: string, thrown: unknown): unknown {
  if (thrown instanceof CodedError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  if (!/MDB_|LMDB|corrupt|page/i.test(why)) return thrown;
  return new CodedError<StoreErrorCode>(
    'FOLDER_FOREIGN',
    `expected the rows of ${table} to be readable, got: ${why}`,
    { cause: thrown },
  );
}

function hasNoRoom(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string' && NO_ROOM.has(code)) return true;
  if (typeof code === 'number' && NO_ROOM_NUMBERS.has(code)) return true;
  return NO_ROOM_TEXT.test(cause.message);
}

/** lmdb rejects with a note that the reason is in another promise. */
async function rootCause(thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof Error) || !('commitError' in thrown)) return thrown;
  try {
    await thrown.commitError;
    return thrown;
  } catch (cause) {
    return cause;
  }
}
