/**
 * The errors of what is stored: one stable code each. SEMANTICS.md explains each, and a test holds the two together.
 * Runs on: any.
 */

/** Code -> what it means. A code, once published, keeps its meaning. */
export const STORE_ERROR_CODES = {
  BODY_INVALID: 'a body of data-points is not JSON, or larger or deeper than allowed',
  COMMIT_REFUSED:
    'a commit to the state was refused: its partition no longer stood where it thought',
  FOLDER_FOREIGN: 'the data folder, or a file in it, is none of ours or is damaged',
  FOLDER_IN_USE: 'another process has the data folder open',
  FOLDER_NEWER: 'the data folder was written in a newer format',
  FOLDER_OLDER: 'the data folder was written in an older format, which is read no more',
  FOLDER_UNFIT:
    'the data folder cannot be made, read or written, or is on a file system that does not do',
  MODEL_INVALID: 'the entity model has faults; all of them are listed',
  STORED_BYTES_INVALID: 'bytes read from a store are not what its codec writes: foreign or damaged',
  STORE_FAILED: 'a commit could not be written, for another reason than room',
  STORE_FULL: 'the disk or the quota of the data folder is full',
  VALUE_NOT_STORABLE:
    'a value is no plain data, nests too deep or is too large to be stored in one row',
} as const;

/** A stable error code of the stores. */
export type StoreErrorCode = keyof typeof STORE_ERROR_CODES;
