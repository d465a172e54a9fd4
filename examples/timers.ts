/**
 * Time in an actor: once, again and again, by a cron line, and when nothing came for a while. What a timer runs is a
 * message of the actor like any other, so nothing runs beside a handler; all timers end with the incarnation.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, type Deferred, defineActor } from '../core/index.js';

const clockwork = defineActor(import.meta.url, 'clockwork', (ctx) => {
  const waiting = new Map<string, Deferred<number>>();
  let beats = 0;
  const ring = (name: string, value: number): void => {
    waiting.get(name)?.resolve(value);
    waiting.delete(name);
  };
  const wait = (name: string): Deferred<number> => {
    const reply = ctx.defer<number>();
    waiting.set(name, reply);
    return reply;
  };
  return {
    once(ms: number) {
      const startMs = performance.now();
      ctx.timers.after('once', ms, () => ring('once', performance.now() - startMs));
      return wait('once');
    },
    /** The key names the timer: set again it replaces the old one. */
    beat(ms: number, times: number) {
      ctx.timers.every('beat', ms, () => {
        if (++beats < times) return;
        ctx.timers.cancel('beat');
        ring('beat', beats);
      });
      return wait('beat');
    },
    /** Six fields have seconds first; the zone is UTC unless said otherwise. */
    nextSecond() {
      ctx.timers.cron('second', '* * * * * *', () => ring('second', Date.now()), {
        timeZone: 'Europe/Prague',
      });
      return wait('second');
    },
    idle(ms: number) {
      ctx.receiveTimeout(ms, () => {
        ctx.receiveTimeout(undefined); // else it comes again after the next message
        ring('idle', ms);
      });
      return wait('idle');
    },
    armed: () => ['once', 'beat', 'second'].filter((key) => ctx.timers.has(key)),
  };
});

const system = await createSystem({ threads: 1 });
const clock = system.spawn(clockwork());

assert.ok((await clock.ask('once', 20)) >= 18); // Node's timers may be a little early
assert.equal(await clock.ask('beat', 5, 3), 3);
const nextSecondMs = (Math.floor(Date.now() / 1000) + 1) * 1000;
assert.ok((await clock.ask('nextSecond')) >= nextSecondMs);
assert.equal(await clock.ask('idle', 30), 30);
assert.deepEqual(await clock.ask('armed'), ['second']);
console.log('once, three beats, a full second, a silence');
await system.stop();
