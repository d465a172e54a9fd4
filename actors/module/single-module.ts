/**
 * A module with one instance for all threads, at the place where it lives: its hooks as forms that the threads register,
 * and the calls that come for them.
 * Runs on: any.
 */
import { type Clock, errorToWire, TimerWheel, type WireError } from '../../core/internal.js';
import type { EntityId } from '../../stores/index.js';
import type {
  HookFault,
  HookPoint,
  HookScope,
  HookTask,
  HookType,
  RecordView,
} from '../entity/hook.js';
import type { HookTable, RegisteredHook } from '../entity/hook-table.js';
import {
  FAILED,
  type HookSubject,
  type HookWait,
  runHook,
  type Waiting,
} from '../entity/run-hook.js';
import type { ModuleLife } from './module-life.js';

/** A hook of the instance, as the threads register it. */
export interface HookForm {
  readonly type: HookType;
  readonly etype: string | undefined;
  readonly attr: string | undefined;
  /** Unique in its slot. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Undefined when the hook is not refreshed. */
  readonly mayChange: readonly (readonly string[])[] | undefined;
}

/** The hooks of an instance, and the configuration they belong to. */
export interface SingleForm {
  readonly generation: number;
  readonly hooks: readonly HookForm[];
}

/** One call of such a hook. */
export interface HookOrder {
  /** `hookKey` of the hook. */
  readonly key: string;
  readonly subject: HookSubject;
  readonly taskId: string;
  readonly now: number;
  readonly receivedAt: number;
  readonly depth: number;
}

/** What came of it. `gone`: there is no such hook any more, or not yet. */
export type HookAnswer =
  | { readonly type: 'returned'; readonly value: unknown }
  | { readonly type: 'thrown'; readonly error: WireError }
  | { readonly type: 'gone' };

/** The hooks' way to stored entities, at the place where the instance lives. */
export type ReadEntity = (etype: string, eid: EntityId, now: number) => RecordView | undefined;

/** The name of a hook among those of its module. */
export function hookKey({
  type,
  etype,
  attr,
  name,
}: Omit<HookForm, 'timeoutMs' | 'mayChange'>): string {
  return [type, etype ?? '', attr ?? '', name].join(' ');
}

export class SingleModule {
  readonly life: ModuleLife;
  readonly #clock: Clock;
  readonly #read: ReadEntity;
  readonly #wheel: TimerWheel<HookWait>;
  readonly #table: HookTable;

  /** A module that is set up. It puts its hooks in the table, which is its own. */
  constructor(life: ModuleLife, table: HookTable, read: ReadEntity, clock: Clock) {
    this.life = life;
    this.#clock = clock;
    this.#read = read;
    this.#wheel = new TimerWheel<HookWait>(clock, (wait) => wait.expire());
    this.#table = table;
    life.install(this.#table, 0);
  }

  /** What the threads register. */
  form(): SingleForm {
    const hooks = [...this.#table].map((hook): HookForm => {
      const { type, etype, attr, name, timeoutMs } = hook;
      const paths = hook.mayChange.map(({ path }) => path);
      const mayChange = hook.refresh === undefined ? undefined : paths;
      return { type, etype, attr, name, timeoutMs, mayChange };
    });
    return { generation: this.life.generation, hooks };
  }

  /** Runs a hook. Neither throws nor rejects. */
  call(order: HookOrder): Waiting<HookAnswer> {
    const hook = this.#find(order.key);
    if (hook === undefined) return { type: 'gone' };
    let fault: HookFault | undefined;
    const setting = {
      clock: this.#clock,
      wheel: this.#wheel,
      record: (recorded: HookFault): void => {
        fault = recorded;
      },
      limits: this.#table.limits,
    };
    const answer = (value: unknown): HookAnswer => {
      if (value !== FAILED) return { type: 'returned', value };
      return { type: 'thrown', error: fault?.error ?? errorToWire(new Error(fault?.message)) };
    };
    const returned = runHook(hook, order.subject, this.#scopeOf(order), setting);
    return returned instanceof Promise ? returned.then(answer) : answer(returned);
  }

  async stop(): Promise<void> {
    await this.life.stop();
    this.#wheel.stop();
  }

  #find(key: string): RegisteredHook | undefined {
    for (const hook of this.#table) if (hookKey(hook) === key) return hook;
    return undefined;
  }

  /** The entity in hand is read as last committed: what its partition holds in memory does not travel. */
  #scopeOf({ subject, taskId, now, receivedAt, depth }: HookOrder): HookScope {
    const task = 'attr' in subject ? taskOf(subject) : subject;
    return {
      task,
      taskId,
      now,
      receivedAt,
      depth,
      record: () => this.#read(task.etype, task.eid, now),
      read: (etype, eid) => this.#read(etype, eid, now),
      // Its partition has noted it.
      hookBegins: () => {},
    };
  }
}

function taskOf(point: HookPoint): HookTask {
  const { etype, eid } = point;
  return {
    etype,
    eid,
    dataPoints: [point],
    ttlTokens: undefined,
    isDelete: false,
    isRefresh: false,
  };
}
