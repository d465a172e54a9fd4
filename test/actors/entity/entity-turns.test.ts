import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EntityTurns } from '../../../actors/entity/entity-turns.js';

interface Task {
  readonly key: string;
  readonly number: number;
}

const tasks = (keys: string): Task[] => [...keys].map((key, number) => ({ key, number }));

describe('turns of entities', () => {
  it('go in order while nobody waits', () => {
    const waiting = tasks('abab');
    const turns = new EntityTurns<Task>(10);
    const seen: number[] = [];
    for (;;) {
      const task = turns.next(() => waiting.shift(), 16);
      if (task === undefined) break;
      seen.push(task.number);
      turns.end(task, false);
    }
    assert.deepEqual(seen, [0, 1, 2, 3]);
  });

  it('pass over an entity whose hooks are waited for, and come back to it in order', () => {
    const waiting = tasks('aabac');
    const turns = new EntityTurns<Task>(10);
    const take = (): Task | undefined => waiting.shift();
    const first = turns.next(take, 16)!;
    turns.hold(first);
    assert.equal(turns.next(take, 16)?.number, 2);
    assert.equal(turns.next(take, 16)?.number, 4);
    assert.equal(turns.next(take, 16), undefined);
    assert.equal(turns.waiting, 2);
    turns.end(first, true);
    const second = turns.next(take, 16)!;
    assert.equal(second.number, 1);
    turns.hold(second);
    assert.equal(turns.next(take, 16), undefined);
    turns.end(second, true);
    assert.equal(turns.next(take, 16)?.number, 3);
  });

  it('are no more at once than allowed, and set no more aside than allowed', () => {
    const waiting = tasks('aaaaaaaab');
    const turns = new EntityTurns<Task>(3);
    const take = (): Task | undefined => waiting.shift();
    turns.hold(turns.next(take, 1)!);
    assert.equal(turns.next(take, 1), undefined);
    assert.equal(turns.next(take, 2), undefined);
    assert.equal(turns.waiting, 3);
    assert.equal(waiting.length, 5);
  });

  it('keep the order of each entity, and lose none, however long hooks take', () => {
    const runs = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean(), fc.nat(5)));
    fc.assert(
      fc.property(runs, (plan) => {
        const waiting = plan.map(([key], number) => ({ key, number }));
        const turns = new EntityTurns<Task>(4);
        const held: { task: Task; left: number }[] = [];
        const done = new Map<string, number[]>();
        const end = (task: Task, wasHeld: boolean): void => {
          done.set(task.key, [...(done.get(task.key) ?? []), task.number]);
          turns.end(task, wasHeld);
        };
        for (let step = 0; step < 20 * plan.length + 20; step++) {
          const task = turns.next(() => waiting.shift(), 2);
          if (task !== undefined) {
            const [, isAsync, left] = plan[task.number]!;
            if (!isAsync) end(task, false);
            else {
              turns.hold(task);
              held.push({ task, left });
            }
          }
          const over = held.findIndex((one) => one.left-- <= 0);
          if (over >= 0) end(held.splice(over, 1)[0]!.task, true);
        }
        const all = [...done.values()].flat();
        assert.equal(all.length, plan.length);
        for (const numbers of done.values())
          assert.deepEqual(
            numbers,
            [...numbers].sort((a, b) => a - b),
          );
      }),
      { numRuns: 200 },
    );
  });
});
