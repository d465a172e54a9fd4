/** The slot table seen from one thread; threads that race on one are in fuzz/slot-table.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../core/limits.js';
import { Admission, SlotState, SlotTable } from '../../core/slot-table.js';
import { Counter } from '../../core/thread-table.js';
import { ChannelMemory } from '../../core/transport/channel-memory.js';

const OWNER = 1;

function scene(capacity = 3) {
  const table = new SlotTable(SlotTable.allocate(2_048));
  const journal = new ChannelMemory(ChannelMemory.allocate());
  const accounts = new Float64Array(16);
  const generation = table.let(7, OWNER, capacity);
  const admit = (of = generation): Admission => table.admit(7, of, journal.words, accounts);
  return { table, journal, accounts, generation, admit };
}

test('a slot that was let has a new generation, an owner, no messages, and takes some', () => {
  const { table, generation, admit } = scene();
  assert.equal(table.state(7), SlotState.starting);
  assert.deepEqual([table.generation(7), table.owner(7), table.depth(7)], [generation, OWNER, 0]);
  assert.equal(table.isLive(7, generation), true);
  assert.equal(admit(), Admission.accepted);
  assert.equal(table.depth(7), 1);
});

test('admission stops at the capacity, and goes on when some were settled', () => {
  const { table, admit, accounts, journal } = scene(3);
  const answers = Array.from({ length: 5 }, () => admit());
  assert.deepEqual(answers, [0, 0, 0, 1, 1]);
  assert.equal(table.depth(7), 3);
  table.storeSettled(7, 2);
  assert.deepEqual([admit(), admit(), admit()], [0, 0, 1]);
  assert.equal(accounts[Counter.accepted], 5);
  assert.equal(journal.unposted(), 5);
});

test('only what starts, runs or is suspended takes messages', () => {
  const { table, generation, admit } = scene(100);
  const answers: Record<string, Admission> = {};
  for (const [name, state] of Object.entries(SlotState)) {
    table.setState(7, generation, state);
    answers[name] = admit();
  }
  const { accepted, stopped } = Admission;
  assert.deepEqual(answers, {
    free: stopped,
    starting: accepted,
    running: accepted,
    suspended: accepted,
    stopping: stopped,
    stopped,
  });
  assert.equal(table.depth(7), 3);
});

test('a message for an earlier or a later tenant is not admitted', () => {
  const { table, generation, admit } = scene();
  assert.equal(admit(generation - 1), Admission.stopped);
  assert.equal(admit(generation + 1), Admission.stopped);
  table.setState(7, generation, SlotState.stopped);
  table.free(7, OWNER);
  const next = table.let(7, OWNER, 5);
  assert.equal(next, generation + 1);
  assert.equal(admit(), Admission.stopped);
  assert.equal(admit(next), Admission.accepted);
  assert.equal(table.depth(7), 1);
});

test('the owner admits its own messages without a locked instruction, into the same depth', () => {
  const { table, accounts, admit } = scene(3);
  assert.equal(table.admitLocal(7, 0, 3, accounts), true);
  assert.equal(admit(), Admission.accepted);
  assert.equal(table.admitLocal(7, 0, 3, accounts), true);
  assert.equal(table.admitLocal(7, 0, 3, accounts), false);
  assert.equal(admit(), Admission.full);
  assert.equal(table.depth(7), 3);
  table.withdrawLocal(7, accounts);
  assert.equal(accounts[Counter.accepted], 2);
  assert.equal(table.depth(7), 2);
  table.withdraw(7);
  assert.equal(table.depth(7), 1);
  table.admitHeld(7);
  assert.equal(table.depth(7), 2);
  assert.equal(table.admittedTotal(7), 2);
});

test('a mailbox over its bytes is full whatever its depth, and keeps its count of stashed messages', () => {
  const { table, admit, accounts } = scene(100);
  table.setStashed(7, 12);
  table.setOverBytes(7, true);
  assert.equal(table.stashed(7), 12);
  assert.equal(admit(), Admission.full);
  assert.equal(table.admitLocal(7, 0, 100, accounts), false);
  table.setStashed(7, 3);
  assert.equal(admit(), Admission.full);
  table.setOverBytes(7, false);
  assert.equal(table.stashed(7), 3);
  assert.equal(admit(), Admission.accepted);
  table.setOverBytes(7, true);
  table.let(7, OWNER, 10);
  assert.deepEqual([table.stashed(7), table.capacity(7)], [0, 10]);
});

test('counters go on past the end of their words', () => {
  const { table, generation, journal, accounts } = scene(2);
  const start = 0x7fffffff;
  Atomics.store(table.admitted, 7, start);
  table.storeSettled(7, start);
  for (let n = 0; n < 10; n++) {
    assert.equal(table.admit(7, generation, journal.words, accounts), Admission.accepted);
    assert.equal(table.depth(7), 1);
    table.storeSettled(7, (start + n + 1) | 0);
    assert.equal(table.depth(7), 0);
  }
});

test('waiters are bits of threads, taken all at once', () => {
  const { table } = scene();
  for (const thread of [0, 5, 31]) table.addWaiter(7, thread);
  assert.equal(table.waiters(7) >>> 0, 1 + 32 + 2 ** 31);
  assert.equal(table.takeWaiters(7) >>> 0, 1 + 32 + 2 ** 31);
  assert.equal(table.waiters(7), 0);
});

test('blocks are handed out once each, come back, and run out with SLOTS_EXHAUSTED', () => {
  const table = new SlotTable(SlotTable.allocate(LIMITS.slotBlock * 2 + 100));
  const taken: number[] = [];
  for (let n = 0; n < 3; n++) table.claimBlock(n, taken);
  assert.equal(new Set(taken).size, LIMITS.slotBlock * 2 + 100);
  assert.deepEqual([Math.min(...taken), Math.max(...taken)], [0, table.slotsMax - 1]);
  for (let n = 0; n < 3; n++)
    assert.throws(() => table.claimBlock(1, []), { code: 'SLOTS_EXHAUSTED' });
  const [first, second] = [taken.slice(0, 10), taken.slice(10, 30)];
  table.returnBlock(first);
  table.returnBlock(second);
  table.returnBlock([]);
  const [again, more]: [number[], number[]] = [[], []];
  table.claimBlock(5, again);
  table.claimBlock(6, more);
  assert.deepEqual(again, second);
  assert.deepEqual(more, first);
  assert.ok(again.every((slot) => table.owner(slot) === 5));
  assert.throws(() => table.claimBlock(1, []), { code: 'SLOTS_EXHAUSTED' });
});
