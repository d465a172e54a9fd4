/**
 * Where the socket of a data folder is reached. The name of a Unix socket has room for about a hundred bytes, and what does
 * not fit is cut off in silence: a folder with a longer path is gone through by its descriptor.
 * Runs on: main.
 */
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { folderFault } from './folder-fault.js';

/** Of a Unix socket's name, in bytes, with the end. */
const NAME_BYTES_MAX = 104;
/** The longest name that one of our sockets has, with a slash. */
const OWN_BYTES_MAX = 32;

/** The socket that the process which has the folder open answers at, there or not. */
export const DOOR_SOCKET = 'door.sock';

/** A path to connect to the process that has `dir` open. Throws FOLDER_UNFIT when the folder is not there. */
export function socketPathOf(dir: string): string {
  return join(shortFolder(dir), DOOR_SOCKET);
}

const descriptors = new Map<string, number>();

/** The folder under a name that leaves room for that of a socket. Kept for as long as the process lives. */
export function shortFolder(dir: string): string {
  if (Buffer.byteLength(dir) + OWN_BYTES_MAX <= NAME_BYTES_MAX) return dir;
  if (process.platform !== 'linux') {
    const text = `expected a path of at most ${NAME_BYTES_MAX - OWN_BYTES_MAX} bytes, for its socket`;
    throw folderFault('FOLDER_UNFIT', dir, text);
  }
  let descriptor = descriptors.get(dir);
  if (descriptor === undefined) {
    try {
      descriptor = openSync(dir, 'r');
    } catch (cause) {
      throw folderFault('FOLDER_UNFIT', dir, 'expected it to be there', cause);
    }
    descriptors.set(dir, descriptor);
  }
  return `/proc/self/fd/${descriptor}`;
}
