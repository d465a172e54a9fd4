/**
 * The pool-shaped door: run a handler on whichever replica is free. And what pools of functions cannot do: each worker
 * keeps state, all can be spoken to, a given one too, sessions stay with theirs, a time limit counts from the start of the
 * run and frees the pool even from an endless loop.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, defineActor, silentLogger } from '../core/index.js';

const solver = defineActor(import.meta.url, 'solver', (ctx) => {
  const sessions = new Map<string, number>();
  let precision = 2; // set up once for each replica: connections, tables, models
  return {
    pi(terms: number) {
      let sum = 0;
      for (let k = 0; k < terms; k++) sum += (k % 2 === 0 ? 4 : -4) / (2 * k + 1);
      return { pi: sum.toFixed(precision), thread: ctx.thread };
    },
    configure(digits: number) {
      precision = digits;
    },
    visit(session: string) {
      sessions.set(session, (sessions.get(session) ?? 0) + 1);
      return sessions.get(session);
    },
    stuck() {
      for (;;);
    },
  };
});

const system = await createSystem({ threads: 2, logger: silentLogger });
const pool = system.pool(solver(), { size: 2, replaceOnTimeout: true });

// Work spreads over the free replicas; more than they can take waits in order.
const results = await Promise.all(Array.from({ length: 8 }, () => pool.run('pi', 200_000)));
assert.ok(results.every(({ pi }) => pi === '3.14'));
assert.deepEqual(new Set(results.map(({ thread }) => thread)), new Set([1, 2]));

// Speak to every replica, or to the one that owns a key.
assert.equal(pool.broadcast('configure', 4), 2);
assert.equal((await pool.run('pi', 200_000)).pi, '3.1416');
assert.equal(await pool.to('ada').run('visit', 'ada'), 1);
assert.equal(await pool.to('ada').run('visit', 'ada'), 2);

// A caller may give up at any time; what still waits is taken out.
const leaving = new AbortController();
const busy = [pool.run('pi', 3_000_000), pool.run('pi', 3_000_000)];
const given = pool.with({ signal: leaving.signal }).run('pi', 1);
leaving.abort();
await assert.rejects(given, { code: 'ASK_ABORTED' });
await Promise.all(busy);

// An endless loop: the caller hears at the limit, the thread is replaced, the pool goes on.
const replaced = system.events.once('threadReplaced');
await assert.rejects(pool.with({ timeoutMs: 100 }).run('stuck'), { code: 'ASK_TIMEOUT' });
assert.equal((await pool.run('pi', 200_000)).pi.slice(0, 4), '3.14');
await replaced;

await pool.resize(3);
await pool.drain();
const { size, done, timedOut, aborted } = pool.stats();
assert.deepEqual({ size, timedOut, aborted }, { size: 3, timedOut: 1, aborted: 1 });
console.log(`${done} runs on ${size} replicas, one given up, one over its limit`);
await system.stop();
