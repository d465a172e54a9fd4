/** Threads that stay with one message too long, under a clock that is moved by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HandlerOverrun } from '../../../core/index.js';
import { LIMITS } from '../../../core/limits.js';
import { SlotTable } from '../../../core/slot-table.js';
import { Watchdog } from '../../../core/system/watchdog.js';
import { ManualClock } from '../../../core/testkit/manual-clock.js';
import { ThreadTable, Word } from '../../../core/thread-table.js';

const LIMIT_MS = 1_000;

function scene(limitMs = LIMIT_MS) {
  const clock = new ManualClock();
  const table = new SlotTable(SlotTable.allocate(64));
  const threads = new ThreadTable(ThreadTable.allocate());
  const overruns: HandlerOverrun[] = [];
  const watchdog = new Watchdog({
    clock,
    table,
    threads,
    limitMs,
    serving: () => [1, 2],
    handlerName: (thread, number) => `handler ${thread}.${number}`,
    overran: (overrun) => overruns.push(overrun),
  });
  const run = (thread: number, slot: number | undefined): void => {
    threads.store(thread, Word.running, slot === undefined ? 0 : slot + 1);
    threads.store(thread, Word.handler, 4);
    threads.store(thread, Word.begun, threads.load(thread, Word.begun) + 1);
  };
  watchdog.start();
  return { clock, table, overruns, run, watchdog };
}

test('a thread that stays with one message is reported once, by actor and handler', () => {
  const { clock, table, overruns, run } = scene();
  const generation = table.let(7, 1, 10);
  run(1, 7);
  clock.advance(LIMIT_MS);
  assert.equal(overruns.length, 0);
  clock.advance(LIMITS.watchdogMs * 2);
  assert.equal(overruns.length, 1);
  const [overrun] = overruns;
  assert.deepEqual(
    [overrun?.thread, overrun?.handler, overrun?.limitMs],
    [1, 'handler 1.4', LIMIT_MS],
  );
  assert.deepEqual([overrun?.actor?.slot, overrun?.actor?.generation], [7, generation]);
  assert.ok((overrun?.ranMs ?? 0) >= LIMIT_MS);
  clock.advance(LIMIT_MS * 10);
  assert.equal(overruns.length, 1);
});

test('a thread that moves from message to message is not, however busy it is', () => {
  const { clock, overruns, run } = scene();
  for (let n = 0; n < 50; n++) {
    run(1, 7);
    clock.advance(LIMIT_MS / 2);
  }
  assert.equal(overruns.length, 0);
});

test('an idle thread is not', () => {
  const { clock, overruns, run } = scene();
  run(2, undefined);
  clock.advance(LIMIT_MS * 20);
  assert.equal(overruns.length, 0);
});

test('after one report the next message that stays is reported too, and each thread by itself', () => {
  const { clock, overruns, run } = scene();
  run(1, 7);
  run(2, 8);
  clock.advance(LIMIT_MS * 2);
  run(1, 7);
  clock.advance(LIMIT_MS * 2);
  assert.deepEqual(
    overruns.map(({ thread }) => thread),
    [1, 2, 1],
  );
});

test('with a limit of Infinity nobody looks; a watchdog that was stopped looks no more', () => {
  const never = scene(Infinity);
  assert.equal(never.clock.size, 0);
  const { clock, overruns, run, watchdog } = scene();
  run(1, 7);
  watchdog.stop();
  clock.advance(LIMIT_MS * 5);
  assert.deepEqual([overruns.length, clock.size], [0, 0]);
});
