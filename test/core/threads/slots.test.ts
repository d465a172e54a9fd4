/** The slots of one thread: claimed in blocks, freed when nothing is on its way, given back when there are many. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../core/limits.js';
import { SlotState, SlotTable } from '../../../core/slot-table.js';
import { Slots } from '../../../core/threads/slots.js';

const BLOCK = LIMITS.slotBlock;

function ended(table: SlotTable, slot: number, thread: number): void {
  const generation = table.let(slot, thread, 10);
  table.setState(slot, generation, SlotState.stopped);
}

test('no two threads claim the same slot', () => {
  const table = new SlotTable(SlotTable.allocate(BLOCK * 8));
  const [one, two] = [new Slots(table, 1), new Slots(table, 2)];
  const claimed = Array.from({ length: BLOCK * 3 }, (_, n) => (n % 3 === 0 ? two : one).claim());
  assert.equal(new Set(claimed).size, claimed.length);
  for (const [n, slot] of claimed.entries()) assert.equal(table.owner(slot), n % 3 === 0 ? 2 : 1);
});

test('a slot is freed at once when it is empty, and let again', () => {
  const table = new SlotTable(SlotTable.allocate(BLOCK));
  const slots = new Slots(table, 1);
  const slot = slots.claim();
  ended(table, slot, 1);
  assert.equal(slots.retire(slot), true);
  assert.equal(table.state(slot), SlotState.free);
  assert.equal(slots.claim(), slot);
});

test('a slot with messages on their way is freed when they have been settled, and not before', () => {
  const table = new SlotTable(SlotTable.allocate(BLOCK));
  const slots = new Slots(table, 1);
  const slot = slots.claim();
  ended(table, slot, 1);
  table.admitHeld(slot);
  assert.equal(slots.retire(slot), false);
  assert.equal(table.state(slot), SlotState.stopped);
  assert.equal(slots.retire(slot), false);
  table.storeSettled(slot, 1);
  assert.equal(slots.retire(slot), true);
});

test('a thread that has many free slots gives a block to the others', () => {
  const table = new SlotTable(SlotTable.allocate(BLOCK * 2));
  const [one, two] = [new Slots(table, 1), new Slots(table, 2)];
  const all = Array.from({ length: BLOCK * 2 }, () => one.claim());
  assert.throws(() => two.claim(), { code: 'SLOTS_EXHAUSTED' });
  for (const slot of all) {
    ended(table, slot, 1);
    one.retire(slot);
  }
  const theirs = Array.from({ length: BLOCK }, () => two.claim());
  const mine = Array.from({ length: BLOCK }, () => one.claim());
  assert.equal(new Set([...theirs, ...mine]).size, BLOCK * 2);
  assert.throws(() => two.claim(), { code: 'SLOTS_EXHAUSTED' });
});
