/**
 * Which file systems a data folder may be on: by the numbers of statfs(2), and for FUSE by the name of the mount.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import {
  mountedAs,
  networkFileSystem,
  networkFileSystemOf,
  networkFuse,
} from '../../stores/file-system.js';

/** Types from statfs(2), linux/magic.h and the list of stat(1). */
const REFUSED: readonly (readonly [number, string])[] = [
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
  [0x01161970, 'GFS 2'],
  [0x0bd00bd0, 'Lustre'],
  [0x19830326, 'BeeGFS'],
  [0x47504653, 'GPFS'],
  [0xaad7aaea, 'PanFS'],
  [0x786f4256, 'a VirtualBox share'],
  [0xbacbacbc, 'a VMware share'],
  [0x7c7c6673, 'a Parallels share'],
];

const TAKEN = {
  'ext2, ext3 and ext4': 0xef53,
  tmpfs: 0x01021994,
  overlayfs: 0x794c7630,
  xfs: 0x58465342,
  btrfs: 0x9123683e,
  zfs: 0x2fc12fc1,
  f2fs: 0xf2f52010,
  jfs: 0x3153464a,
  ramfs: 0x858458f6,
  bcachefs: 0xca451a4e,
  'FUSE, of which the mount tells more': 0x65735546,
  'a number nobody knows': 0x12345678,
  nothing: 0,
};

for (const [type, name] of REFUSED) {
  test(`a folder on ${name} (0x${type.toString(16)}) is refused by name, whatever the sign of the number`, () => {
    assert.equal(networkFileSystem(type), name);
    assert.equal(networkFileSystem(type | 0), name);
  });
}

for (const [name, type] of Object.entries(TAKEN)) {
  test(`a folder on ${name} (0x${type.toString(16)}) is taken`, () => {
    assert.equal(networkFileSystem(type), undefined);
    assert.equal(networkFileSystem(type | 0), undefined);
  });
}

const MOUNTS = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/root rw,errors=remount-ro
61 27 0:58 / /mnt/far rw,nosuid shared:9 master:3 - fuse.sshfs host:/ rw,user_id=0
62 27 0:59 / /mnt/disk rw - fuseblk /dev/sdb1 rw
63 27 0:70000 / /mnt/host rw - virtiofs share rw
64 27 5000:3 / /mnt/many rw - xfs /dev/xvda rw
`;
/** As gnu_dev_makedev puts a device number together. */
const device = (major: number, minor: number) =>
  (minor & 0xff) + (major & 0xfff) * 2 ** 8 + (minor >>> 8) * 2 ** 20 + (major >>> 12) * 2 ** 44;

test('a mount is found by the device of its files', () => {
  const types = [
    [0, 21],
    [259, 2],
    [0, 58],
    [0, 59],
    [0, 70_000],
    [5_000, 3],
    [0, 60],
  ].map(([major = 0, minor = 0]) => mountedAs(MOUNTS, device(major, minor)));
  const expected = ['proc', 'ext4', 'fuse.sshfs', 'fuseblk', 'virtiofs', 'xfs', undefined];
  assert.deepEqual(types, expected);
  assert.equal(mountedAs('', device(0, 21)), undefined);
});

test('of FUSE what reaches another machine or the host is refused by name, what is local is taken', () => {
  for (const type of ['fuse.sshfs', 'fuse.s3fs', 'fuse.glusterfs', 'fuse.rclone', 'virtiofs'])
    assert.equal(networkFuse(type), type);
  for (const type of ['fuseblk', 'fuse.ntfs-3g', 'fuse.mergerfs', 'fuse', undefined])
    assert.equal(networkFuse(type), undefined);
});

test('the mounts of this machine are read, and the temporary folder will do', () => {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  assert.equal(mountedAs(mounts, statSync('/proc').dev), 'proc');
  assert.equal(networkFileSystemOf(tmpdir()), undefined);
});
