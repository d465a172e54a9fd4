/**
 * Whether a folder is on a file system that will do: LMDB maps its files, and what maps of a network file system show after
 * another machine has written is anyone's guess.
 * Runs on: main.
 */
import { statfsSync } from 'node:fs';

/** What `statfs` calls them, and their name. */
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x73757245, 'Coda'],
  [0x19830326, 'BeeGFS'],
  [0x47504653, 'GPFS'],
  [0x7461636f, 'OCFS 2'],
  [0x564c, 'NCP'],
]);

/** The name of the network file system that a folder is on, or undefined when it is on none. */
export function networkFileSystemOf(dir: string): string | undefined {
  return networkFileSystem(statfsSync(dir).type);
}

/** The name of the network file system of that type, as `statfs` numbers them. */
export function networkFileSystem(type: number): string | undefined {
  // Some are negative where the number is taken as signed.
  return NETWORK.get(type >>> 0);
}
