/**
 * Runs one hook: in place and without a promise when it gives none, else with a limit on how long it may wait. Whatever
 * it does, it costs its own result only; what it did is counted and recorded.
 *
 *   call ──> value          counted; long over the limit: recorded, the value counts
 *        ──> throws         recorded, no value
 *        ──> promise ─┬──> settled in time       as above
 *                     └──> time over             recorded, signal aborted, context ended; what comes later is ignored
 *
 * Runs on: any.
 */
import { CodedError } from '../../core/index.js';
import {
  type Clock,
  errorToWire,
  type TimerWheel,
  textOf,
  WheelEntry,
} from '../../core/internal.js';
import { idText } from '../../stores/internal.js';
import type { HookFault, HookPoint, HookScope, HookTask } from './hook.js';
import { HookCall } from './hook-call.js';
import type { HookLimits, RegisteredHook } from './hook-table.js';

/** A value, or the promise of one: whoever gets it goes on at once when it can. */
export type Waiting<T> = T | Promise<T>;

/** In place of a hook's value: it gave none in time. */
export const FAILED: unique symbol = Symbol('hook failed');

/** What running a hook needs of its thread. */
export interface HookSetting {
  /** Monotonic for durations; its wall time dates faults. */
  readonly clock: Clock;
  /** One for all hooks of the thread; made by {@link createHookWheel}. */
  readonly wheel: TimerWheel<HookWait>;
  /** Hears of every fault, with the very thing that was thrown, if something was. */
  readonly record: (fault: HookFault, thrown?: unknown) => void;
  readonly limits: Pick<HookLimits, 'hookOverrunMs'>;
}

/** What a hook is about: the task, or the data-point of an attribute hook. */
export type HookSubject = HookTask | HookPoint;

/** Gives what the hook returned, or {@link FAILED}. Neither throws nor rejects. */
export function runHook(
  hook: RegisteredHook,
  subject: HookSubject,
  scope: HookScope,
  setting: HookSetting,
): Waiting<unknown> {
  const call = new HookCall(hook, scope);
  const { counters } = hook;
  const beganAt = setting.clock.now();
  counters.executions++;
  scope.hookBegins(hook.mark);
  let returned: unknown;
  try {
    returned = invoke(hook, subject, scope, call);
    if (isThenable(returned)) {
      const wait = new HookWait({ hook, scope, call, setting, beganAt });
      return wait.until(returned);
    }
  } catch (thrown) {
    call.end();
    counters.durationNs += (setting.clock.now() - beganAt) * 1e6;
    return failed(hook, scope, setting, thrown);
  }
  call.end();
  const tookMs = setting.clock.now() - beganAt;
  counters.durationNs += tookMs * 1e6;
  if (tookMs > setting.limits.hookOverrunMs) overran(hook, scope, setting, tookMs);
  return returned;
}

/** Records something a hook did wrong, and counts it. */
export function recordFault(
  hook: RegisteredHook,
  scope: HookScope,
  setting: HookSetting,
  fault: Pick<HookFault, 'code' | 'message'> & { readonly thrown?: unknown },
): void {
  const { task } = scope;
  hook.counters.failures++;
  const slot = hook.attr === undefined ? task.etype : `${task.etype}.${hook.attr}`;
  const recorded: HookFault = {
    code: fault.code,
    module: hook.module.name,
    hook: hook.name,
    type: hook.type,
    etype: task.etype,
    eid: idText(task.eid),
    attr: hook.attr,
    taskId: scope.taskId,
    at: setting.clock.wallNow(),
    message: `${hook.name} (${hook.type} of ${slot}) at ${idText(task.eid)}: ${fault.message}`,
    error: fault.thrown === undefined ? undefined : errorToWire(fault.thrown),
  };
  setting.record(recorded, fault.thrown);
}

/** An async hook that is waited for, and its place in the wheel. */
export class HookWait extends WheelEntry {
  readonly #on: HookInFlight;
  #resolve: ((value: unknown) => void) | undefined;

  constructor(on: HookInFlight) {
    super();
    this.#on = on;
  }

  until(returned: PromiseLike<unknown>): Promise<unknown> {
    const { hook, setting } = this.#on;
    setting.wheel.add(this, hook.timeoutMs);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      // A thenable of the user's may throw, call both or call twice: a promise of ours does not.
      Promise.resolve(returned).then(
        (value) => this.#settle(() => value),
        (thrown: unknown) => this.#settle(() => this.#fail(thrown)),
      );
    });
  }

  /** Called by the wheel when the time is over. */
  expire(): void {
    const { hook, scope, setting } = this.#on;
    const message = `expected an end within ${hook.timeoutMs} ms, got none`;
    const reason = new CodedError('HOOK_TIMEOUT', `${hook.name}: ${message}`, {
      details: { hook: hook.name, taskId: scope.taskId, timeoutMs: hook.timeoutMs },
    });
    this.#settle(() => {
      recordFault(hook, scope, setting, { code: 'HOOK_TIMEOUT', message });
      return FAILED;
    }, reason);
  }

  #settle(outcome: () => unknown, reason?: unknown): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#resolve = undefined;
    const { hook, setting, call, beganAt } = this.#on;
    setting.wheel.cancel(this);
    hook.counters.durationNs += (setting.clock.now() - beganAt) * 1e6;
    call.end(reason);
    resolve(outcome());
  }

  #fail(thrown: unknown): typeof FAILED {
    const { hook, scope, setting } = this.#on;
    return failed(hook, scope, setting, thrown);
  }
}

interface HookInFlight {
  readonly hook: RegisteredHook;
  readonly scope: HookScope;
  readonly call: HookCall;
  readonly setting: HookSetting;
  readonly beganAt: number;
}

type AnyHook = (this: unknown, ...args: unknown[]) => unknown;

function invoke(
  hook: RegisteredHook,
  subject: HookSubject,
  scope: HookScope,
  call: HookCall,
): unknown {
  const callback = hook.callback as AnyHook;
  if (hook.type === 'on_task_start') return callback.call(hook.owner, subject, call);
  return callback.call(hook.owner, scope.task.eid, subject, call);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}

function failed(
  hook: RegisteredHook,
  scope: HookScope,
  setting: HookSetting,
  thrown: unknown,
): typeof FAILED {
  const text = thrown instanceof Error ? thrown.message : textOf(thrown);
  recordFault(hook, scope, setting, {
    code: 'HOOK_FAILED',
    message: `expected a result, got thrown: ${text}`,
    thrown: thrown ?? 'nothing',
  });
  return FAILED;
}

function overran(
  hook: RegisteredHook,
  scope: HookScope,
  setting: HookSetting,
  tookMs: number,
): void {
  recordFault(hook, scope, setting, {
    code: 'HOOK_OVERRUN',
    message: `expected the thread back within ${setting.limits.hookOverrunMs} ms, got it after ${Math.round(tookMs)} ms`,
  });
}
