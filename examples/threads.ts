/**
 * Where actors live. Placed by number, beside another, on main, or on a thread of their own for work that blocks; a
 * dead thread is the failure of every actor on it, and its supervisors restart them on the replacement. Large binaries
 * are moved or shared instead of copied.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, defineActor, move, silentLogger } from '../core/index.js';

const worker = defineActor(import.meta.url, 'worker', (ctx) => ({
  where: () => ctx.thread,
  restarts: () => ctx.restarts,
  sum: (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0),
  mark(shared: SharedArrayBuffer) {
    Atomics.add(new Int32Array(shared), 0, 1);
  },
  /** Blocks its thread, which nobody else is on. */
  fibonacci: (n: number) => fibonacci(n),
}));

function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

const system = await createSystem({ threads: 2, logger: silentLogger });
const one = system.spawn(worker(), { thread: 1 });
const two = system.spawn(worker(), { thread: 2 });
const beside = system.spawn(worker(), { near: two });
const home = system.spawn(worker(), { thread: 'main' });
const alone = system.spawn(worker(), { thread: 'dedicated' });
const places = await Promise.all([one, two, beside, home, alone].map((ref) => ref.ask('where')));
assert.deepEqual(places, [1, 2, 2, 0, 3]);
assert.equal(await alone.ask('restarts'), 0);

// The others answer while one computes.
const heavy = alone.ask('fibonacci', 27);
assert.equal(await one.ask('where'), 1);
assert.equal(await heavy, 196_418);

// Copied, moved, shared.
const bytes = new Uint8Array(1 << 20).fill(1);
assert.equal(await one.ask('sum', bytes), 1 << 20);
assert.equal(bytes.byteLength, 1 << 20); // a copy went
assert.equal(await one.ask('sum', move(bytes)), 1 << 20);
assert.equal(bytes.byteLength, 0); // the memory itself went
const shared = new SharedArrayBuffer(4);
await Promise.all([one, two, home].map((ref) => ref.ask('mark', shared)));
assert.equal(new Int32Array(shared)[0], 3);

// A thread dies: its actor is restarted on the replacement, the ref stays good, the others never notice.
const replaced = system.events.once('threadReplaced');
assert.ok(system.killThread(1, 'to see what happens'));
assert.equal(await two.ask('restarts'), 0);
assert.equal((await replaced).thread, 1);
assert.equal(await one.ask('restarts'), 1);
assert.equal(await one.ask('where'), 1);
console.log(
  `threads ${system.threads.join(', ')}; thread 1 was replaced in ${(await replaced).tookMs.toFixed(0)} ms`,
);
await system.stop();
