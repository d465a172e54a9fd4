/**
 * The hook steps of one task, as the partition takes them: all hooks of a slot in their order, one after the other. Each
 * step gives its result at once while hooks are synchronous, and a promise from the first one that is not.
 * Runs on: any.
 */
import { type Clock, TimerWheel } from '../../core/internal.js';
import type { Attribute, EntityType, Task } from '../../stores/internal.js';
import type { HookFault, HookPoint, HookScope } from './hook.js';
import { type ResultSchema, readHookResult } from './hook-result.js';
import type { HookList, HookTable, RegisteredHook } from './hook-table.js';
import {
  FAILED,
  type HookSetting,
  type HookSubject,
  type HookWait,
  recordFault,
  runHook,
  type Waiting,
} from './run-hook.js';

/** What one hook derived from one task: at least one task, in its order. */
export interface HookOutput {
  readonly hook: RegisteredHook;
  /** The configuration of its module that it ran under. */
  readonly generation: number;
  readonly tasks: readonly Task[];
}

export interface HookRunnerOptions {
  readonly table: HookTable;
  readonly schema: ResultSchema;
  readonly clock: Clock;
  /** Hears of every fault, with the very thing that was thrown, if something was. */
  readonly record: (fault: HookFault, thrown?: unknown) => void;
}

export class HookRunner {
  readonly #table: HookTable;
  readonly #schema: ResultSchema;
  readonly #setting: HookSetting;

  constructor({ table, schema, clock, record }: HookRunnerOptions) {
    this.#table = table;
    this.#schema = schema;
    const wheel = new TimerWheel<HookWait>(clock, (wait) => wait.expire());
    this.#setting = { clock, wheel, record, limits: table.limits };
  }

  /** Before anything else is done with a task. */
  taskStart(scope: HookScope): Waiting<void> {
    const hooks = this.#table.taskStart;
    // The task in a hook's words is made when it is asked for.
    if (hooks.length > 0) return this.#each(hooks, scope, scope.task, ignore);
  }

  /** Whether the entity may come to be: the first hook that denies ends the asking; one that fails allows. */
  allows(entity: EntityType, scope: HookScope): Waiting<boolean> {
    const hooks = this.#table.allow(entity);
    return hooks.length === 0 ? true : this.#allows(hooks, 0, scope);
  }

  /** The entity comes to be: adds to `outputs` what its hooks derive. */
  created(entity: EntityType, scope: HookScope, outputs: HookOutput[]): Waiting<void> {
    const hooks = this.#table.creation(entity);
    if (hooks.length > 0) return this.#derive(hooks, scope, scope.task, outputs);
  }

  /** The data-point is in the record: adds to `outputs` what its hooks derive. */
  arrived(
    slot: { readonly entity: EntityType; readonly attribute: Attribute },
    point: HookPoint,
    scope: HookScope,
    outputs: HookOutput[],
  ): Waiting<void> {
    return this.#derive(this.#table.newAttr(slot.entity, slot.attribute), scope, point, outputs);
  }

  /** The entity is about to go: adds to `outputs` what its hooks derive. */
  deleted(entity: EntityType, scope: HookScope, outputs: HookOutput[]): Waiting<void> {
    const hooks = this.#table.deletion(entity);
    if (hooks.length > 0) return this.#derive(hooks, scope, scope.task, outputs);
  }

  /** Forgets its timer. Hooks still waited for are never given up; for when their thread ends. */
  stop(): void {
    this.#setting.wheel.stop();
  }

  #allows(hooks: HookList, from: number, scope: HookScope): Waiting<boolean> {
    for (let index = from; index < hooks.length; index++) {
      const hook = hooks[index]!;
      const returned = runHook(hook, scope.task, scope, this.#setting);
      if (returned instanceof Promise)
        return returned.then((value) =>
          decide(hook, value) ? this.#allows(hooks, index + 1, scope) : false,
        );
      if (!decide(hook, returned)) return false;
    }
    return true;
  }

  #derive(
    hooks: HookList,
    scope: HookScope,
    subject: HookSubject,
    outputs: HookOutput[],
  ): Waiting<void> {
    if (hooks.length === 0) return;
    return this.#each(hooks, scope, subject, (hook, generation, returned) => {
      const { tasks, faults } = readHookResult(
        returned,
        this.#schema,
        this.#table.limits.hookTasksMax,
      );
      if (faults.length > 0) this.#recordResult(hook, scope, faults);
      hook.counters.createdTasks += tasks.length;
      if (tasks.length > 0) outputs.push({ hook, generation, tasks });
    });
  }

  #each(
    hooks: HookList,
    scope: HookScope,
    subject: HookSubject,
    take: (hook: RegisteredHook, generation: number, returned: unknown) => void,
    from = 0,
  ): Waiting<void> {
    for (let index = from; index < hooks.length; index++) {
      const hook = hooks[index]!;
      const { generation } = hook.module;
      const returned = runHook(hook, subject, scope, this.#setting);
      if (returned instanceof Promise)
        return returned.then((value) => {
          if (value !== FAILED) take(hook, generation, value);
          return this.#each(hooks, scope, subject, take, index + 1);
        });
      if (returned !== FAILED) take(hook, generation, returned);
    }
  }

  #recordResult(hook: RegisteredHook, scope: HookScope, faults: readonly string[]): void {
    const { hookResultFaultsMax: namedMax } = this.#table.limits;
    const more = faults.length - namedMax;
    const named = faults.slice(0, namedMax).join('; ');
    const message = more > 0 ? `${named}; and ${more} more` : named;
    recordFault(hook, scope, this.#setting, { code: 'HOOK_RESULT_INVALID', message });
  }
}

function ignore(): void {}

function decide({ counters }: RegisteredHook, returned: unknown): boolean {
  if (returned === FAILED) return true;
  if (returned) counters.allowed++;
  else counters.denied++;
  return Boolean(returned);
}
