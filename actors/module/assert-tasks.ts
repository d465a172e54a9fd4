/**
 * Comparing the tasks that hooks derived with what a test expects: objects may have more than was expected, lists may not,
 * and the order of tasks and of data-points does not count.
 * Runs on: any.
 */
import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { PointInput, TaskInput } from '../entity/hook.js';

/** A task with only the parts that matter to a test. */
export interface ExpectedTask extends Partial<Omit<TaskInput, 'dataPoints'>> {
  readonly dataPoints?: readonly Partial<PointInput>[];
}

/** Throws an AssertionError that shows both, unless each task is expected by another one of `expected`. */
export function assertTasks(
  tasks: readonly TaskInput[],
  expected: readonly ExpectedTask[],
  message?: string,
): void {
  if (matchLists(tasks, expected, matchTask)) return;
  throw new AssertionError({
    message: message ?? `expected ${expected.length} tasks as given, got ${tasks.length} others`,
    actual: tasks,
    expected,
    operator: 'assertTasks',
    stackStartFn: assertTasks,
  });
}

function matchTask(task: TaskInput, { dataPoints, ...expected }: ExpectedTask): boolean {
  if (!matchObject(task, expected)) return false;
  return dataPoints === undefined || matchLists(task.dataPoints ?? [], dataPoints, matchObject);
}

/** Values are compared whole: what is partial is the task and the data-point, not what they say. */
function matchObject(got: object, expected: object): boolean {
  return Object.entries(expected).every(([key, value]) =>
    isDeepStrictEqual((got as Readonly<Record<string, unknown>>)[key], value),
  );
}

/** True when each of `got` can be given to another one of `expected` that it matches. */
function matchLists<G, E>(
  got: readonly G[],
  expected: readonly E[],
  matches: (one: G, wanted: E) => boolean,
): boolean {
  if (got.length !== expected.length) return false;
  const taker: number[] = [];
  // A way for one more of `expected`: free, or by moving the one that has it.
  const place = (wanted: number, seen: Set<number>): boolean => {
    for (const [index, one] of got.entries()) {
      if (seen.has(index) || !matches(one, expected[wanted] as E)) continue;
      seen.add(index);
      const holder = taker[index];
      if (holder !== undefined && !place(holder, seen)) continue;
      taker[index] = wanted;
      return true;
    }
    return false;
  };
  return expected.every((_, wanted) => place(wanted, new Set()));
}
