/**
 * Whether a folder is on a file system that will do: LMDB maps its files, and what maps of a network file system show after
 * another machine has written is anyone's guess. Shares of a host are of the same kind: the lock does not reach across.
 *
 *     statfs ─ type ─▶ in the table: refused     FUSE, which says nothing: mountinfo ─ name ─▶ in the list: refused
 *
 * Numbers of Linux; elsewhere they match nothing and all is allowed.
 * Runs on: main.
 */
import { readFileSync, statfsSync, statSync } from 'node:fs';

/** What `statfs` calls them, and their name. From statfs(2) and linux/magic.h unless a group says otherwise. */
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x73757245, 'Coda'],
  [0x7461636f, 'OCFS 2'],
  [0x564c, 'NCP'],
  // From the list of stat(1), as they are not in the kernel, or not in that header.
  [0x01161970, 'GFS 2'],
  [0x0bd00bd0, 'Lustre'],
  [0x19830326, 'BeeGFS'],
  [0x47504653, 'GPFS'],
  [0xaad7aaea, 'PanFS'],
  [0x786f4256, 'a VirtualBox share'],
  [0xbacbacbc, 'a VMware share'],
  [0x7c7c6673, 'a Parallels share'],
]);

/** Of every file system that a process serves, local or not. */
const FUSE = 0x65735546;

/** Those of them that are on another machine or a host, as mountinfo calls them; others are taken. */
const NETWORK_FUSE: readonly string[] = [
  'virtiofs',
  'fuse.ceph',
  'fuse.ceph-fuse',
  'fuse.curlftpfs',
  'fuse.davfs',
  'fuse.gcsfuse',
  'fuse.glusterfs',
  'fuse.goofys',
  'fuse.hdfs',
  'fuse.juicefs',
  'fuse.mfs',
  'fuse.rclone',
  'fuse.s3fs',
  'fuse.sshfs',
];

/** The name of the network file system that a folder is on, or undefined when it is on none. */
export function networkFileSystemOf(dir: string): string | undefined {
  const { type } = statfsSync(dir);
  if (type >>> 0 !== FUSE) return networkFileSystem(type);
  return networkFuse(mountedAs(mountInfo(), statSync(dir).dev));
}

/** The name of the network file system of that type, as `statfs` numbers them. */
export function networkFileSystem(type: number): string | undefined {
  // Some are negative where the number is taken as signed.
  return NETWORK.get(type >>> 0);
}

/** The mount type itself where it is that of a network file system under FUSE. One that is not known is taken as local. */
export function networkFuse(mountType: string | undefined): string | undefined {
  return NETWORK_FUSE.find((one) => one === mountType);
}

/**
 * The type of the mount whose files have that device number (`st_dev`), by the text of /proc/self/mountinfo; undefined
 * when it is not there. See proc(5): `36 35 98:0 / /mnt rw - TYPE source rw`.
 */
export function mountedAs(mountInfoText: string, device: number): string | undefined {
  const [low, high] = [device % 2 ** 32, Math.floor(device / 2 ** 32)];
  // As gnu_dev_major and gnu_dev_minor take a device number apart.
  const major = ((low >>> 8) & 0xfff) + (high & 0xfffff000);
  const minor = (low & 0xff) + ((low >>> 12) & 0xfff00);
  for (const line of mountInfoText.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    if (mount.split(' ')[2] === `${major}:${minor}`) return source.split(' ')[0];
  }
  return undefined;
}

/** Empty where there is none. */
function mountInfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}
