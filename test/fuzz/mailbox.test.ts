/** Mailboxes against a naive array, by seeded series of pushes, put-backs and takes over the edges of segments. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fifo, type Taken } from '../../core/mailbox/fifo.js';
import type { Mailbox } from '../../core/mailbox/mailbox.js';
import { PriorityMailbox } from '../../core/mailbox/priority-mailbox.js';
import { seededRandom } from '../../core/random.js';

interface Message {
  readonly name: string;
  readonly payload: number;
}

const PRIORITIES = { high: 2, low: -1 };
const priorityOf = (name: string): number => (PRIORITIES as Record<string, number>)[name] ?? 0;

/** The message to be taken next: the first of the highest priority; or to be given up: of the lowest. */
function nextOf(model: readonly Message[], isByPriority: boolean, sign: 1 | -1 = 1): number {
  let best = 0;
  if (!isByPriority) return best;
  for (const [index, { name }] of model.entries()) {
    if (sign * priorityOf(name) > sign * priorityOf((model[best] as Message).name)) best = index;
  }
  return best;
}

function play(mailbox: Mailbox, isByPriority: boolean, seed: number): void {
  const random = seededRandom(seed);
  const model: Message[] = [];
  const taken: Taken = { name: undefined, payload: undefined, meta: 0 };
  let next = 0;
  for (let step = 0; step < 60; step++) {
    // Runs long enough to pass the edges of small and large segments.
    const run = random.pick([1, 3, 31, 32, 33, 64, 500, 2_100]);
    const dice = random.int(10);
    for (let n = 0; n < run; n++) {
      const name = isByPriority ? random.pick(['high', 'plain', 'low']) : 'plain';
      if (dice < 4) {
        const message = { name, payload: next++ };
        mailbox.push(name, message.payload, 0);
        model.push(message);
      } else if (dice < 5) {
        const message = { name, payload: next++ };
        mailbox.unshift(name, message.payload, 0);
        model.unshift(message);
      } else {
        const isLeast = dice === 9;
        const index = nextOf(model, isByPriority, isLeast ? -1 : 1);
        const expected = model.length === 0 ? undefined : model.splice(index, 1)[0];
        const isTaken = isLeast ? mailbox.shiftLeast(taken) : mailbox.shift(taken);
        assert.equal(isTaken, expected !== undefined, `seed ${seed}`);
        if (expected !== undefined) assert.equal(taken.payload, expected.payload, `seed ${seed}`);
      }
      assert.equal(mailbox.size, model.length, `seed ${seed}`);
      if (isByPriority && model.length > 300) break;
    }
  }
  mailbox.size === 0 && mailbox.release();
}

test('a fifo does what an array does, for 60 seeds', () => {
  for (let seed = 1; seed <= 60; seed++) play(new Fifo(), false, seed);
});

test('a priority mailbox does what a search through an array does, for 60 seeds', () => {
  for (let seed = 1; seed <= 60; seed++) play(new PriorityMailbox(PRIORITIES), true, seed);
});
