/** Who waits for room in whom: order, quotas, the waiter bit, giving up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Room, type RoomEntry } from '../../../core/mailbox/room.js';
import { SlotTable } from '../../../core/slot-table.js';

const THREAD = 3;
const BIT = 1 << THREAD;

/** A table with one actor of that capacity, and what has been admitted to it in order. */
function scene(capacity: number) {
  const table = new SlotTable(SlotTable.allocate(16));
  const slot = 0;
  table.let(slot, 1, capacity);
  const room = new Room(table, THREAD);
  const admitted: string[] = [];
  const accounts = new Float64Array(16);
  let settled = 0;
  const entry = (label: string): RoomEntry => ({
    isOver: false,
    attempt(): boolean {
      if (!table.admitLocal(slot, settled, capacity, accounts)) return false;
      admitted.push(label);
      return true;
    },
  });
  const settle = (count: number): void => {
    settled += count;
    table.storeSettled(slot, settled);
  };
  return { table, slot, room, admitted, entry, settle };
}

test('who finds room on the second look does not wait', () => {
  const { room, slot, admitted, entry } = scene(1);
  room.wait(slot, entry('a'));
  assert.deepEqual(admitted, ['a']);
  assert.equal(room.has(slot), false);
  assert.equal(room.size, 0);
});

test('who finds none sets the waiter bit and waits, the others behind it in order', () => {
  const { table, room, slot, admitted, entry, settle } = scene(1);
  for (const label of ['a', 'b', 'c', 'd']) room.wait(slot, entry(label));
  assert.deepEqual(admitted, ['a']);
  assert.equal(room.has(slot), true);
  assert.equal(table.waiters(slot), BIT);
  table.takeWaiters(slot);
  settle(1);
  room.wake(slot, 1);
  assert.deepEqual(admitted, ['a', 'b']);
  assert.equal(table.waiters(slot), BIT, 'c still waits');
  settle(1);
  room.wake(slot, 1);
  settle(1);
  room.wake(slot, 1);
  assert.deepEqual(admitted, ['a', 'b', 'c', 'd']);
  assert.equal(room.has(slot), false);
  assert.equal(room.size, 0);
});

test('a wake lets as many try as its quota says, and more while there is room', () => {
  const { room, slot, admitted, entry, settle } = scene(4);
  for (let n = 0; n < 10; n++) room.wait(slot, entry(`${n}`));
  assert.equal(admitted.length, 4);
  settle(4);
  room.wake(slot, 1);
  assert.equal(admitted.length, 8, 'room that is there is used, so that nobody sleeps beside it');
});

test('one that was given up keeps no place', () => {
  const { room, slot, admitted, entry, settle } = scene(1);
  const [a, b, c] = [entry('a'), entry('b'), entry('c')];
  for (const one of [a, b, c]) room.wait(slot, one);
  b.isOver = true;
  room.leave(slot, b);
  settle(1);
  room.wake(slot, 1);
  assert.deepEqual(admitted, ['a', 'c']);
  const d = entry('d');
  room.wait(slot, d);
  room.leave(slot, d);
  assert.equal(room.size, 0);
  room.leave(slot, d);
});

test('an entry that ends itself while others are woken does not stop them', () => {
  const { room, slot, admitted, entry, settle } = scene(1);
  room.wait(slot, entry('a'));
  const over = entry('never');
  room.wait(slot, over);
  room.wait(slot, entry('b'));
  over.isOver = true;
  settle(1);
  room.wake(slot, 2);
  assert.deepEqual(admitted, ['a', 'b']);
});

test('wakeAll lets the concerned try again, and only them', () => {
  const one = scene(1);
  for (const label of ['a', 'b']) one.room.wait(one.slot, one.entry(label));
  one.settle(1);
  one.room.wakeAll(() => false);
  assert.deepEqual(one.admitted, ['a']);
  one.room.wakeAll((slot) => slot === one.slot);
  assert.deepEqual(one.admitted, ['a', 'b']);
  one.room.wake(99, 5);
});
