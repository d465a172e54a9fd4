import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomFault, roomNeeded } from '../../stores/disk-room.js';
import { STORE_LIMITS } from '../../stores/limits.js';
import { TemporaryTree } from '../support/temporary-tree.js';

const { diskReserveBytes, diskReserveDivisor, diskRowBytes } = STORE_LIMITS;
const NOTHING = { rows: 0, bytes: 0 };

test('a commit needs room for its values, for what its rows add, and for the reserve', () => {
  const needed = roomNeeded({ rows: 3, bytes: 500 }, 1e12);
  assert.equal(needed, diskReserveBytes + 3 * diskRowBytes + 500);
});

test('the reserve of a small disk is a part of it', () => {
  const small = diskReserveBytes;
  assert.equal(roomNeeded(NOTHING, small), Math.floor(small / diskReserveDivisor));
  assert.equal(roomNeeded(NOTHING, diskReserveBytes * diskReserveDivisor), diskReserveBytes);
});

test('a commit that is larger than what is free is refused by code, with what is there and what is needed', () => {
  const tree = new TemporaryTree();
  try {
    const fault = roomFault(tree.root, { rows: 1, bytes: Number.MAX_SAFE_INTEGER });
    assert.equal(fault?.code, 'STORE_FULL');
    assert.match(fault.message, /^expected room for a commit, \d+ bytes, got \d+ where .+ is$/);
  } finally {
    tree.remove();
  }
});

test('where nobody can tell there is room', () => {
  assert.equal(roomFault('/nowhere/at/all', { rows: 1, bytes: 1e15 }), undefined);
});
