import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LaneProgress } from '../../../actors/entity/lane-progress.js';
import { LaneQueue, type LaneRow } from '../../../actors/entity/lane-queue.js';
import { encodeEntry } from '../../../stores/internal.js';

const entry = (eids: readonly string[]): Uint8Array =>
  encodeEntry({
    receivedAt: 1,
    schema: 1,
    origin: { by: 'api' },
    cause: undefined,
    depth: 0,
    budget: 0,
    tasks: eids.map((eid) => ({ etype: 0, eid, points: [] })),
  });

/** A log that holds what was appended, flushed or not. */
class TestLog {
  readonly rows: LaneRow[] = [];
  next = 1;
  reads = 0;

  append(tasks: number): { number: number; tasks: number; bytes: Uint8Array } {
    const number = this.next;
    const eids = Array.from({ length: tasks }, (_, n) => `${number + n}`);
    const row = { number, bytes: entry(eids) };
    this.rows.push(row);
    this.next += tasks;
    return { ...row, tasks };
  }

  queue(low: number, options: { bytesMax?: number; finished?: number[]; end?: number } = {}) {
    const { bytesMax = 1_000_000, finished = [], end = this.next } = options;
    const progress = new LaneProgress({ low, finished });
    const read = (from: number): LaneRow[] => {
      this.reads++;
      const first = this.rows.findLastIndex((row) => row.number <= from);
      return this.rows.slice(Math.max(0, first), Math.max(0, first) + 2);
    };
    return new LaneQueue({ lane: 1, progress, end, bytesMax, read });
  }
}

function takeAll(queue: LaneQueue): number[] {
  const numbers: number[] = [];
  for (let task = queue.take(); task !== undefined; task = queue.take()) {
    assert.equal(task.task.eid, String(task.number));
    numbers.push(task.number);
  }
  return numbers;
}

describe('the progress of a lane', () => {
  it('passes what was finished early when its turn comes', () => {
    const progress = new LaneProgress({ low: 4, finished: [6] });
    progress.finish(5);
    assert.deepEqual(progress.cursor(), { low: 4, finished: [5, 6] });
    progress.finish(4);
    assert.deepEqual(progress.cursor(), { low: 7, finished: [] });
  });

  it('takes no task twice', () => {
    const progress = new LaneProgress({ low: 4, finished: [6] });
    assert.throws(() => progress.finish(6), { code: 'ASSERTION_FAILED' });
    assert.throws(() => progress.finish(3), { code: 'ASSERTION_FAILED' });
  });
});

describe('the queue of a lane', () => {
  it('goes on in the middle of an entry, without what is done', () => {
    const log = new TestLog();
    log.append(4);
    log.append(2);
    assert.deepEqual(takeAll(log.queue(2, { finished: [4] })), [2, 3, 5, 6]);
  });

  it('gives what was just appended from memory', () => {
    const log = new TestLog();
    const queue = log.queue(1);
    for (const { number, tasks, bytes } of [log.append(2), log.append(1)])
      queue.durable(number, tasks, bytes);
    assert.deepEqual(takeAll(queue), [1, 2, 3]);
    assert.equal(log.reads, 0);
  });

  it('gives nothing that is not flushed, whatever the log shows', () => {
    const log = new TestLog();
    log.append(1);
    const queue = log.queue(1);
    const late = log.append(2);
    assert.deepEqual(takeAll(queue), [1]);
    queue.durable(late.number, late.tasks, late.bytes);
    assert.deepEqual(takeAll(queue), [2, 3]);
  });

  it('gives every task once and in order, however flushes, takes and memory fall together', () => {
    const steps = fc.array(
      fc.oneof(
        fc.constant('take' as const),
        fc.constant('flush' as const),
        fc.integer({ min: 1, max: 3 }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 300 }), (plan, bytesMax) => {
        const log = new TestLog();
        const queue = log.queue(1, { bytesMax });
        const flying: ReturnType<TestLog['append']>[] = [];
        const taken: number[] = [];
        const flush = (): void => {
          const one = flying.shift();
          if (one !== undefined) queue.durable(one.number, one.tasks, one.bytes);
        };
        for (const step of plan) {
          if (step === 'flush') flush();
          else if (step === 'take')
            taken.push(...[queue.take()?.number].filter((n) => n !== undefined));
          else flying.push(log.append(step));
        }
        while (flying.length > 0) flush();
        taken.push(...takeAll(queue));
        assert.deepEqual(
          taken,
          Array.from({ length: log.next - 1 }, (_, n) => n + 1),
        );
      }),
      { numRuns: 200 },
    );
  });
});
