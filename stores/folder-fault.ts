/**
 * The ways a data folder can be unusable, each a coded error that names the folder.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import type { StoreErrorCode } from './errors.js';

/** `expected … , got …` about the folder `dir`. */
export function folderFault(
  code: StoreErrorCode,
  dir: string,
  sentence: string,
  cause?: unknown,
): CodedError<StoreErrorCode> {
  return new CodedError(code, `data folder ${dir}: ${sentence}`, { details: { dir }, cause });
}

/** What the system refused, as an error of ours; one of ours stays as it is. */
export function asFolderFault(dir: string, thrown: unknown): CodedError<string> {
  if (thrown instanceof CodedError) return thrown;
  const cause = thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const { code } = (thrown ?? {}) as { code?: unknown };
  const name = typeof code === 'string' ? code : '';
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(name) || /no space left|MDB_MAP_FULL/i.test(text))
    return folderFault('STORE_FULL', dir, `expected room to open it, got: ${text}`, cause);
  if (
    /MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PAGE_NOTFOUND|BAD)|not an LMDB file|Invalid argument/i.test(
      text,
    )
  )
    return folderFault('FOLDER_FOREIGN', dir, `expected environments of ours, got: ${text}`, cause);
  return folderFault('FOLDER_UNFIT', dir, `expected to read and write in it, got: ${text}`, cause);
}
