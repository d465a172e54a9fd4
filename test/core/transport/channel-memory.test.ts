/** The shared memory of a channel: credit, the journal of what was admitted and not posted, the marks of what has begun. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../core/limits.js';
import { SlotTable } from '../../../core/slot-table.js';
import {
  begunMark,
  ChannelMemory,
  FIRST_SEQUENCE,
  threadOfMark,
} from '../../../core/transport/channel-memory.js';

/** Both ends, as two threads see them. */
function ends(): { sender: ChannelMemory; receiver: ChannelMemory } {
  const memory = ChannelMemory.allocate();
  return { sender: new ChannelMemory(memory), receiver: new ChannelMemory(memory) };
}

test('credit is what was posted and not taken; one frame may pass the bound', () => {
  const { sender, receiver } = ends();
  assert.equal(sender.hasCredit(), true);
  sender.posted(1, LIMITS.creditBytes * 2);
  assert.equal(sender.hasCredit(), false);
  assert.equal(sender.inFlightBytes(), LIMITS.creditBytes * 2);
  receiver.take(LIMITS.creditBytes);
  assert.equal(sender.hasCredit(), false);
  receiver.take(1);
  assert.equal(sender.hasCredit(), true);
});

test('credit is counted on when the byte counters pass the end of their words', () => {
  const { sender, receiver } = ends();
  for (let n = 0; n < 40_000; n++) {
    sender.posted(1, LIMITS.creditBytes - 1);
    assert.ok(sender.hasCredit());
    receiver.take(LIMITS.creditBytes - 1);
  }
  assert.equal(sender.inFlightBytes(), 0);
  sender.posted(1, LIMITS.creditBytes);
  assert.equal(sender.hasCredit(), false);
});

test('a starved sender is told by the very take that gives credit, once', () => {
  const { sender, receiver } = ends();
  sender.posted(1, LIMITS.creditBytes);
  assert.equal(receiver.take(0), false, 'nobody waits yet');
  assert.equal(sender.starve(), false);
  assert.equal(receiver.take(LIMITS.creditBytes), true);
  assert.equal(receiver.take(0), false);
});

test('a sender whose credit came while it said that it starves goes on and is not told', () => {
  const { sender, receiver } = ends();
  sender.posted(1, LIMITS.creditBytes);
  receiver.take(LIMITS.creditBytes);
  assert.equal(sender.starve(), true);
  assert.equal(receiver.take(0), false);
});

test('whatever the interleaving of starving and taking, the sender sees credit or is told of it', () => {
  // Sender: starved := 1; credit? := taken.  Receiver: taken += n; told? := starved. All orders of the four steps.
  for (const order of ['SSRR', 'SRSR', 'SRRS', 'RSSR', 'RSRS', 'RRSS']) {
    let [starved, taken, seesCredit, isTold] = [false, false, false, false];
    let [sender, receiver] = [0, 0];
    for (const who of order) {
      if (who === 'S') {
        if (sender++ === 0) starved = true;
        else seesCredit = taken;
      } else if (receiver++ === 0) taken = true;
      else isTold = starved;
    }
    assert.ok(seesCredit || isTold, order);
  }
});

test('the journal names who was admitted and never posted, oldest first', () => {
  const { sender, receiver } = ends();
  const table = new SlotTable(SlotTable.allocate(512));
  const accounts = new Float64Array(16);
  const generations = [5, 6, 7].map((slot) => table.let(slot, 1, 10));
  for (const [index, slot] of [5, 6, 7].entries())
    table.admit(slot, generations[index] as number, sender.words, accounts);
  assert.equal(sender.unposted(), 3);
  assert.deepEqual(receiver.orphans(), [5, 6, 7]);
  sender.posted(2, 100);
  assert.deepEqual(receiver.orphans(), [7]);
  sender.journal(9);
  assert.deepEqual(receiver.orphans(), [7, 9]);
  sender.posted(2, 100);
  assert.deepEqual(receiver.orphans(), []);
  assert.equal(sender.unposted(), 0);
});

test('a message that came counts as posted, though its sender died before it had noted that', () => {
  const { sender, receiver } = ends();
  for (const slot of [5, 6, 7, 8]) sender.journal(slot);
  sender.posted(1, 100);
  sender.dropped();
  assert.deepEqual(receiver.orphans(1), [7, 8]);
  assert.deepEqual(receiver.orphans(2), [8], 'posted, not noted');
  sender.posted(1, 100);
  assert.deepEqual(receiver.orphans(2), [8]);
});

test('an admission that is refused is not journalled', () => {
  const { sender, receiver } = ends();
  const table = new SlotTable(SlotTable.allocate(512));
  const accounts = new Float64Array(16);
  const generation = table.let(5, 1, 1);
  table.admit(5, generation, sender.words, accounts);
  table.admit(5, generation, sender.words, accounts);
  table.admit(5, generation + 1, sender.words, accounts);
  assert.deepEqual(receiver.orphans(), [5]);
});

test('the journal holds all that a channel lets wait, round and round', () => {
  const { sender, receiver } = ends();
  let posted = 0;
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < LIMITS.outboxMessages; n++)
      sender.journal(round * LIMITS.outboxMessages + n);
    const orphans = receiver.orphans();
    assert.equal(orphans.length, LIMITS.outboxMessages);
    assert.equal(orphans[0], posted);
    assert.equal(orphans.at(-1), posted + LIMITS.outboxMessages - 1);
    sender.posted(LIMITS.outboxMessages, 0);
    posted += LIMITS.outboxMessages;
  }
});

test('a message has begun when its mark says so, and its neighbours have not', () => {
  const { sender, receiver } = ends();
  assert.equal(sender.hasBegun(FIRST_SEQUENCE), false);
  receiver.markBegun(begunMark(4, FIRST_SEQUENCE + 7));
  for (const offset of [6, 8]) assert.equal(sender.hasBegun(FIRST_SEQUENCE + offset), false);
  assert.equal(sender.hasBegun(FIRST_SEQUENCE + 7), true);
  assert.equal(threadOfMark(begunMark(4, FIRST_SEQUENCE)), 4);
  assert.equal(threadOfMark(begunMark(31, FIRST_SEQUENCE + 0x3fffff)), 31);
  assert.equal(threadOfMark(begunMark(0, 0)), 0);
});

test('a mark of an older lap neither begins a newer message nor hides that it has begun', () => {
  const { sender, receiver } = ends();
  const older = FIRST_SEQUENCE + 3;
  const newer = older + LIMITS.retainedMessages;
  receiver.markBegun(begunMark(1, older));
  assert.equal(sender.hasBegun(newer), false);
  receiver.markBegun(begunMark(1, newer));
  receiver.markBegun(begunMark(1, older));
  assert.equal(sender.hasBegun(newer), true);
});

test('laps go on past the byte of a mark and the bits of a sequence number', () => {
  const { sender, receiver } = ends();
  for (let lap = 1; lap < 1_000; lap++) {
    const sequence = lap * LIMITS.retainedMessages + 42;
    assert.equal(sender.hasBegun(sequence), false, `lap ${lap}`);
    receiver.markBegun(begunMark(2, sequence));
    assert.equal(sender.hasBegun(sequence), true, `lap ${lap}`);
  }
});
