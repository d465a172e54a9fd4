/** When cells have their turns, under an executor and a clock that are moved by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActorCell } from '../../../core/actor/actor-cell.js';
import type { Executor } from '../../../core/executor.js';
import { ManualClock } from '../../../core/testkit/manual-clock.js';
import { PassLoop } from '../../../core/threads/pass-loop.js';

/** A loop with everything by hand; `turns` is who had a turn, in order. */
function scene(passMs = 1) {
  const clock = new ManualClock();
  const soon: (() => void)[] = [];
  const later: (() => void)[] = [];
  const executor: Executor = {
    soon: (fn) => soon.push(fn),
    later: (fn) => later.push(fn),
    afterMicrotasks: (fn) => soon.push(fn),
  };
  const turns: string[] = [];
  let passes = 0;
  const loop = new PassLoop(executor, clock, passMs, () => {
    passes++;
  });
  /** A cell whose turn handles that many messages of `messageMs` each, and comes again while some are left. */
  const cell = (name: string, messages: number, messageMs: number): ActorCell => {
    let left = messages;
    const one = {
      isQueued: false,
      turn(): void {
        turns.push(name);
        for (let n = 0; n < 64 && left > 0; n++) {
          left--;
          clock.advance(messageMs);
          if (loop.isOver()) break;
        }
        if (left > 0) loop.ready(one as unknown as ActorCell);
      },
    };
    return one as unknown as ActorCell;
  };
  const microtasks = (): void => {
    for (let fn = soon.shift(); fn !== undefined; fn = soon.shift()) fn();
  };
  const nextRound = (): void => {
    for (const fn of later.splice(0)) fn();
    microtasks();
  };
  return { clock, loop, cell, turns, soon, later, microtasks, nextRound, passes: () => passes };
}

test('cells have their turns in a microtask, in the order they became ready, each once', () => {
  const { loop, cell, turns, soon, microtasks, passes } = scene();
  const [a, b, c] = [cell('a', 1, 0), cell('b', 1, 0), cell('c', 1, 0)];
  for (const one of [a, b, a, c, b]) loop.ready(one);
  assert.deepEqual(turns, []);
  assert.equal(soon.length, 1);
  assert.equal(loop.length, 3);
  microtasks();
  assert.deepEqual(turns, ['a', 'b', 'c']);
  assert.deepEqual([passes(), loop.length, loop.isPassing], [1, 0, false]);
});

test('turns take turns: a cell with many messages comes again behind the others', () => {
  const { loop, cell, turns, microtasks } = scene();
  for (const one of [cell('flood', 150, 0), cell('quiet', 1, 0)]) loop.ready(one);
  microtasks();
  assert.deepEqual(turns, ['flood', 'quiet', 'flood', 'flood']);
});

test('when the time of a round is used up, the rest waits for the next round of the event loop', () => {
  const { loop, cell, turns, microtasks, nextRound, later } = scene(1);
  for (const one of [cell('a', 1_000, 0.6), cell('b', 1_000, 0.6)]) loop.ready(one);
  microtasks();
  assert.deepEqual(turns, ['a'], 'two messages of 0.6 ms are more than 1 ms');
  assert.equal(later.length, 1);
  microtasks();
  assert.deepEqual(turns, ['a']);
  nextRound();
  assert.deepEqual(turns, ['a', 'b']);
  nextRound();
  assert.deepEqual(turns, ['a', 'b', 'a']);
});

test('the time counts from the last return to the event loop, across passes', () => {
  const { clock, loop, cell, turns, microtasks, nextRound } = scene(1);
  for (let n = 0; n < 10; n++) {
    loop.ready(cell(`${n}`, 1, 0));
    microtasks();
    clock.advance(0.3);
  }
  assert.deepEqual(turns, ['0', '1', '2', '3', '4'], 'the clock is looked at behind a message');
  nextRound();
  assert.deepEqual(turns, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

test('short messages are not looked at one by one, long ones are soon seen again', () => {
  const { clock, loop, cell, microtasks, nextRound } = scene(1);
  let looks = 0;
  const now = clock.now.bind(clock);
  clock.now = () => {
    looks++;
    return now();
  };
  loop.ready(cell('short', 10_000, 0.0001));
  microtasks();
  while (loop.length > 0) nextRound();
  assert.ok(looks < 10_000 / 16, `${looks} looks at the clock for 10 000 messages`);
  const startMs = now();
  loop.ready(cell('long', 64, 0.5));
  nextRound();
  microtasks();
  // The first look may come 64 messages late; from then on each is seen.
  assert.ok(now() - startMs <= 32);
  const secondMs = now();
  loop.ready(cell('long again', 64, 0.5));
  for (let n = 0; n < 12; n++) nextRound();
  assert.ok(now() - secondMs <= 64);
});

test('with no time at all, each round handles one message', () => {
  const { loop, cell, turns, microtasks, nextRound } = scene(0);
  loop.ready(cell('a', 3, 0));
  loop.ready(cell('b', 2, 0));
  microtasks();
  assert.deepEqual(turns, ['a']);
  for (let n = 0; n < 4; n++) nextRound();
  assert.deepEqual(turns, ['a', 'b', 'a', 'b', 'a']);
});

test('a turn that throws does not end the loop', () => {
  const { loop, cell, turns, microtasks, nextRound } = scene();
  const broken = { isQueued: false, turn: () => assert.fail('broken') } as unknown as ActorCell;
  loop.ready(broken);
  loop.ready(cell('b', 1, 0));
  assert.throws(microtasks, /broken/);
  assert.equal(loop.isPassing, false);
  nextRound();
  assert.deepEqual(turns, ['b']);
});
