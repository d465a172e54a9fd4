/**
 * The wheel under a clock driven by hand. The fuzz test holds it against the plainest model: a list of deadlines.
 * SEED=n repeats one run of it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cancel, Clock } from '../../core/clock.js';
import { LIMITS } from '../../core/limits.js';
import { type Random, seededRandom } from '../../core/random.js';
import { TimerWheel, WheelEntry } from '../../core/timer-wheel.js';

const TICK_MS = LIMITS.wheelTickMs;

class HandClock implements Clock {
  time: number;
  reads = 0;
  asked = 0;
  readonly pending: { at: number; fn: () => void }[] = [];

  constructor(time = 0) {
    this.time = time;
  }

  now(): number {
    this.reads++;
    return this.time;
  }

  wallNow(): number {
    return this.time;
  }

  after(ms: number, fn: () => void): Cancel {
    this.asked++;
    const timer = { at: this.time + ms, fn };
    this.pending.push(timer);
    return () => {
      const index = this.pending.indexOf(timer);
      if (index >= 0) this.pending.splice(index, 1);
    };
  }

  /** Lets time pass with the thread free: every timer runs when it is due. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.time = Math.max(this.time, next.at);
      this.#run(next);
    }
    this.time = end;
  }

  /** Lets time pass with the thread busy: what was due runs only at the end. */
  stall(ms: number): void {
    this.time += ms;
    for (let next = this.#next(); next !== undefined && next.at <= this.time; next = this.#next())
      this.#run(next);
  }

  #next() {
    return [...this.pending].sort((a, b) => a.at - b.at)[0];
  }

  #run(timer: { at: number; fn: () => void }): void {
    this.pending.splice(this.pending.indexOf(timer), 1);
    timer.fn();
  }
}

class Entry extends WheelEntry {
  constructor(readonly name: string) {
    super();
  }
}

function setUp(time = 0) {
  const clock = new HandClock(time);
  const fired: { name: string; at: number }[] = [];
  const wheel = new TimerWheel<Entry>(clock, (entry) => {
    fired.push({ name: entry.name, at: clock.time });
  });
  return { clock, wheel, fired, names: () => fired.map(({ name }) => name) };
}

describe('the timer wheel', () => {
  for (const ms of [0, 0.5, 1, 7.9, 8, 8.1, 100, 5_000, 8_192, 60_000, 3_600_000, 86_400_000])
    it(`expires a deadline of ${ms} ms once: never early, at most two ticks late`, () => {
      for (const start of [0, 3.7, 1_000_000.25]) {
        const { clock, wheel, fired } = setUp(start);
        wheel.add(new Entry('a'), ms);
        clock.advance(ms + 10 * TICK_MS);
        assert.equal(fired.length, 1);
        const late = fired[0]!.at - start - ms;
        assert.ok(late >= 0 && late <= 2 * TICK_MS, `late by ${late}`);
        assert.equal(wheel.size, 0);
      }
    });

  it('never expires what was cancelled, and lets a cancel that comes too late do nothing', () => {
    const { clock, wheel, names } = setUp();
    const [a, b, c] = [new Entry('a'), new Entry('b'), new Entry('c')];
    for (const entry of [a, b, c]) wheel.add(entry, 50);
    wheel.cancel(b);
    wheel.cancel(b);
    assert.equal(wheel.size, 2);
    clock.advance(100);
    wheel.cancel(a);
    assert.equal(wheel.size, 0);
    assert.deepEqual(names(), ['a', 'c']);
  });

  it('gives an entry that is added again its new deadline', () => {
    const { clock, wheel, fired } = setUp();
    const entry = new Entry('a');
    wheel.add(entry, 20);
    wheel.add(entry, 500);
    clock.advance(499);
    assert.deepEqual(fired, []);
    clock.advance(20);
    assert.equal(fired.length, 1);
    wheel.add(entry, 10);
    clock.advance(30);
    assert.equal(fired.length, 2);
  });

  it('expires in order of deadlines, and those of one tick in order of adding', () => {
    const { clock, wheel, names } = setUp();
    for (const [name, ms] of [
      ['d', 900],
      ['b', 100],
      ['a', 20],
      ['c', 100],
    ] as const)
      wheel.add(new Entry(name), ms);
    clock.advance(1_000);
    assert.deepEqual(names(), ['a', 'b', 'c', 'd']);
  });

  it('keeps Infinity for ever, until it is cancelled', () => {
    const { clock, wheel, fired } = setUp();
    const entry = new Entry('a');
    wheel.add(entry, Infinity);
    clock.advance(100_000);
    assert.deepEqual(fired, []);
    assert.equal(wheel.size, 1);
    wheel.cancel(entry);
    assert.equal(wheel.size, 0);
  });

  it('reads the clock once per add, or, if told the time, only to set its timer', () => {
    const { clock, wheel } = setUp(100);
    wheel.add(new Entry('a'), 50);
    assert.equal(clock.reads, 1);
    wheel.add(new Entry('b'), 60, 100);
    assert.equal(clock.reads, 1);
    wheel.add(new Entry('c'), 10, 100);
    assert.equal(clock.reads, 2);
  });

  it('counts a deadline from the time it was told', () => {
    const { clock, wheel, fired } = setUp(100);
    wheel.add(new Entry('a'), 100, 60);
    clock.advance(100);
    assert.equal(fired.length, 1);
    assert.ok(fired[0]!.at >= 160 && fired[0]!.at <= 160 + 2 * TICK_MS);
  });

  it('has one timer out at most, and none a little after it has emptied', () => {
    const { clock, wheel } = setUp();
    const entries = Array.from({ length: 100 }, (_, i) => new Entry(`${i}`));
    for (const [i, entry] of entries.entries()) wheel.add(entry, 5_000 - i * 40);
    assert.equal(clock.pending.length, 1);
    for (const entry of entries) wheel.cancel(entry);
    clock.advance(LIMITS.wheelSleepMs);
    assert.equal(clock.pending.length, 0);
  });

  it('asks for no timer of its own for a lone ask that follows another', () => {
    const { clock, wheel } = setUp();
    for (let i = 0; i < 1_000; i++) {
      const entry = new Entry('ask');
      wheel.add(entry, 5_000);
      wheel.cancel(entry);
      clock.advance(0.01);
    }
    assert.equal(clock.asked, 1);
  });

  it('sets one timer for a deadline after a long idle time, and one for all that is added in an expiry', () => {
    const clock = new HandClock();
    const wheel = new TimerWheel<Entry>(clock, (entry) => {
      if (entry.name !== 'first') return;
      for (const ms of [90, 50, 10]) wheel.add(new Entry(`${ms}`), ms);
    });
    clock.advance(100_000);
    wheel.add(new Entry('first'), 40);
    clock.advance(50);
    assert.equal(wheel.size, 3);
    assert.equal(clock.asked, 2);
  });

  it('wakes rarely while only far deadlines wait', () => {
    const { clock, wheel } = setUp();
    wheel.add(new Entry('a'), 5_000);
    clock.advance(4_900);
    assert.ok(clock.asked <= 5_000 / LIMITS.wheelSleepMs + 1, `${clock.asked} timers`);
  });

  it('expires everything due after a stall, however long, and nothing else', () => {
    for (const stallMs of [100, 8_192, 8_200, 30_000, 10_000_000]) {
      const { clock, wheel, names } = setUp();
      for (const ms of [10, 90, 8_100, 8_191, 29_000, 9_999_000, 20_000_000])
        wheel.add(new Entry(`${ms}`), ms);
      clock.stall(stallMs);
      const due = [10, 90, 8_100, 8_191, 29_000, 9_999_000].filter((ms) => {
        return Math.ceil(ms / TICK_MS) * TICK_MS <= stallMs;
      });
      assert.deepEqual(
        names()
          .map(Number)
          .sort((a, b) => a - b),
        due,
      );
    }
  });

  it('takes what is added or cancelled while it expires', () => {
    const clock = new HandClock();
    const fired: string[] = [];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Entry(name)) as [
      Entry,
      Entry,
      Entry,
      Entry,
    ];
    const wheel = new TimerWheel<Entry>(clock, (entry) => {
      fired.push(entry.name);
      if (fired.length > 1) return;
      wheel.cancel(b); // due in the same wake
      wheel.add(d, 0);
      wheel.add(a, 40);
    });
    for (const entry of [a, b, c]) wheel.add(entry, 10);
    clock.advance(30);
    assert.deepEqual(fired, ['a', 'c', 'd']);
    assert.equal(clock.pending.length, 1);
    clock.advance(40);
    assert.deepEqual(fired, ['a', 'c', 'd', 'a']);
  });

  it('loses nobody when onExpire throws: the error goes to the clock, the rest expire next', () => {
    const clock = new HandClock();
    const fired: string[] = [];
    const wheel = new TimerWheel<Entry>(clock, (entry) => {
      fired.push(entry.name);
      if (entry.name === 'a') throw new Error('broken');
    });
    for (const name of ['a', 'b', 'c']) wheel.add(new Entry(name), 10);
    assert.throws(() => clock.advance(20), /broken/);
    clock.advance(20);
    assert.deepEqual(fired, ['a', 'b', 'c']);
    assert.equal(wheel.size, 0);
  });

  it('forgets all when stopped, at once, also from inside an expiry, and can be used again', () => {
    const clock = new HandClock();
    const fired: string[] = [];
    const wheel = new TimerWheel<Entry>(clock, (entry) => {
      fired.push(entry.name);
      if (entry.name === 'stop') wheel.stop();
    });
    const kept = new Entry('kept');
    for (const entry of [new Entry('stop'), new Entry('due too'), kept]) wheel.add(entry, 10);
    wheel.add(new Entry('later'), 9_000);
    clock.advance(20);
    assert.deepEqual(fired, ['stop']);
    assert.deepEqual([wheel.size, clock.pending.length], [0, 0]);
    wheel.cancel(kept);
    assert.equal(wheel.size, 0);
    wheel.add(kept, 10);
    wheel.stop();
    assert.equal(clock.pending.length, 0);
    wheel.add(kept, 10);
    clock.advance(20);
    assert.deepEqual(fired, ['stop', 'kept']);
  });

  it('refuses a deadline that is negative or no number', () => {
    const { wheel } = setUp();
    for (const ms of [-1, Number.NaN])
      assert.throws(() => wheel.add(new Entry('a'), ms), { code: 'ASSERTION_FAILED' });
    assert.equal(wheel.size, 0);
  });

  it('agrees with a plain list of deadlines through random adds, cancels, waits and stalls', () => {
    const given = process.env.SEED;
    const seeds = given === undefined ? Array.from({ length: 200 }, (_, i) => i) : [Number(given)];
    for (const seed of seeds) fuzz(seed, seededRandom(seed));
  });
});

/** Each step does one thing to wheel and model alike, then compares. */
function fuzz(seed: number, random: Random): void {
  const message = (what: string) => `${what} (SEED=${seed})`;
  const clock = new HandClock(random.next() * 1e6);
  const model = new Map<Entry, number>();
  let hasStalled = false;
  const expire = (entry: Entry): void => {
    const deadline = model.get(entry);
    assert.ok(deadline !== undefined, message(`${entry.name} expired, but is not waiting`));
    assert.ok(clock.time >= deadline, message(`${entry.name} expired early`));
    if (!hasStalled)
      assert.ok(clock.time <= deadline + 2 * TICK_MS, message(`${entry.name} expired late`));
    model.delete(entry);
    if (random.int(4) === 0) add();
    if (random.int(4) === 0) cancel();
  };
  const wheel = new TimerWheel<Entry>(clock, expire);
  const spans = [1, 20, 200, 5_000, 9_000, 200_000];
  const entries = Array.from({ length: 40 }, (_, i) => new Entry(`entry ${i}`));
  const add = (): void => {
    const entry = random.pick(entries);
    const ms = random.next() * random.pick(spans);
    wheel.add(entry, ms);
    model.set(entry, clock.time + ms);
  };
  const cancel = (): void => {
    const entry = random.pick(entries);
    wheel.cancel(entry);
    model.delete(entry);
  };
  for (let step = 0; step < 300; step++) {
    const ms = random.next() * random.pick(spans);
    hasStalled = false;
    const dice = random.int(20);
    if (dice < 8) add();
    else if (dice < 13) cancel();
    else if (dice < 19) clock.advance(ms);
    else {
      hasStalled = true;
      clock.stall(ms);
    }
    assert.equal(wheel.size, model.size, message('size'));
    assert.ok(clock.pending.length <= 1, message('more than one timer'));
    for (const [entry, deadline] of model)
      assert.ok(deadline + 2 * TICK_MS >= clock.time, message(`${entry.name} was never expired`));
  }
  for (const entry of entries) wheel.cancel(entry);
  clock.advance(LIMITS.wheelSleepMs);
  assert.equal(clock.pending.length, 0, message('a timer is left'));
}
