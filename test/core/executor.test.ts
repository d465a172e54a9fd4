import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemExecutor } from '../../core/executor.js';

describe('the system executor', () => {
  it('runs soon() before any I/O, afterMicrotasks() when all microtasks have drained, later() in another turn', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      queueMicrotask(() => {
        systemExecutor.later(() => {
          order.push('later');
          resolve();
        });
        systemExecutor.afterMicrotasks(() => order.push('after microtasks'));
        systemExecutor.soon(() => {
          order.push('soon');
          systemExecutor.soon(() => order.push('soon, asked for by soon'));
        });
        order.push('now');
      });
    });
    assert.deepEqual(order, [
      'now',
      'soon',
      'soon, asked for by soon',
      'after microtasks',
      'later',
    ]);
  });

  it('keeps the order of asking within each kind', async () => {
    const order: number[] = [];
    await new Promise<void>((resolve) => {
      for (const n of [1, 2, 3]) systemExecutor.later(() => order.push(n + 6));
      for (const n of [1, 2, 3]) systemExecutor.soon(() => order.push(n + 3));
      for (const n of [1, 2, 3]) systemExecutor.afterMicrotasks(() => order.push(n));
      systemExecutor.later(resolve);
    });
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    for (const first of [1, 4, 7]) {
      const kind = order.filter((n) => n >= first && n < first + 3);
      assert.deepEqual(kind, [first, first + 1, first + 2]);
    }
  });
});
