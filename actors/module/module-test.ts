/**
 * Testing one module by itself: a model, entities and data-points as given, time that moves only when told, and what the
 * hooks derive as plain tasks. No server, no threads, no files; steps and rules are the platform's own. What a hook throws
 * is thrown by the test.
 *
 * ```ts
 * const geo = await createModuleTest(geoModule, { entities: [host], config: { table: 'small' } });
 * const { tasks } = await geo.run({ etype: 'host', eid: '192.0.2.1', dataPoints: [{ attr: 'ip', v: '192.0.2.1' }] });
 * assertTasks(tasks, [{ dataPoints: [{ attr: 'country', v: 'CZ' }] }]);
 * ```
 * Runs on: any.
 */
import { CodedError, type Logger, silentLogger } from '../../core/index.js';
import { ManualClock } from '../../core/internal.js';
import {
  assignNumbers,
  createModel,
  type EntityId,
  type LogEntry,
  type Model,
  ModelNumbers,
  modelFaultText,
  NO_NUMBERS,
  type Task,
} from '../../stores/internal.js';
import type { HookFault, HookScope, PointInput, RecordView, TaskInput } from '../entity/hook.js';
import { readHookResult } from '../entity/hook-result.js';
import { HookRunner } from '../entity/hook-runner.js';
import { HookTable } from '../entity/hook-table.js';
import { hookTaskOf } from '../entity/hook-task.js';
import { linkTasks } from '../entity/link-tasks.js';
import { runTask, type TaskInHand, type TaskResult, type TaskRun } from '../entity/task-run.js';
import { PLATFORM_LIMITS } from '../limits.js';
import type { Module } from './module.js';
import { ModuleLife } from './module-life.js';
import { ModuleTestStore } from './module-test-store.js';

/** What a test starts from. */
export interface ModuleTestOptions {
  /** Entity types: results of defineEntity, or what entity files hold. */
  readonly entities: readonly object[];
  /** As in `modules/<name>.yml`. Default `{}`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Epoch ms at which the test begins. Default: the first instant of 2026, UTC. */
  readonly now?: number;
  /** Hears what the module logs. Default: nobody. */
  readonly logger?: Logger;
}

/** A task that a hook derived, checked by the model: ids and values in the form they are stored in. */
export interface DerivedTask extends TaskInput<string, EntityId> {
  /** `module.callback` that derived it. */
  readonly hook: string;
}

/** What a task came to. */
export interface ModuleTestRun {
  readonly effect: TaskResult['effect'];
  /** In the order in which hooks derived them. They are not run: give them to `run` to see what follows. */
  readonly tasks: readonly DerivedTask[];
}

/** A hook that the module registered. */
export interface RegisteredCall {
  readonly type: string;
  readonly name: string;
  readonly etype: string | undefined;
  readonly attr: string | undefined;
}

/**
 * Sets the module up and starts it. Rejects MODEL_INVALID for a faulty model and MODULE_FAILED for a faulty module, a hook
 * that is refused or a configuration that its schema refuses.
 */
export async function createModuleTest(
  module: Module,
  options: ModuleTestOptions,
): Promise<ModuleTest> {
  const specs = options.entities.map((entity) => ('spec' in entity ? entity.spec : entity));
  const model = createModel(specs);
  if (Array.isArray(model))
    throw new CodedError('MODEL_INVALID', model.map(modelFaultText).join('\n'));
  const clock = new ManualClock(options.now === undefined ? {} : { wallMs: options.now });
  const life = await ModuleLife.open({
    choice: { name: module.name, url: 'test', config: options.config ?? {} },
    written: module,
    home: { model, clock, thread: 0, log: options.logger ?? silentLogger },
    given: { config: options.config ?? {}, generation: 1 },
  });
  const test = new ModuleTest(life, model, clock);
  await life.start();
  return test;
}

/** Made by {@link createModuleTest}. */
export class ModuleTest {
  readonly model: Model;
  readonly #life: ModuleLife;
  readonly #clock: ManualClock;
  /** With the module's hooks, and without any. */
  readonly #kit: TaskInHand['kit'];
  readonly #bareKit: TaskInHand['kit'];
  readonly #numbers: ModelNumbers;
  readonly #store: ModuleTestStore;
  /** What the task in hand did wrong first. */
  #fault: { readonly error: unknown } | undefined;
  #tasks = 0;

  constructor(life: ModuleLife, model: Model, clock: ManualClock) {
    this.model = model;
    this.#life = life;
    this.#clock = clock;
    this.#numbers = ModelNumbers.of(assignNumbers(NO_NUMBERS, model), model);
    this.#store = new ModuleTestStore(this.#numbers);
    this.#kit = this.#createKit();
    this.#bareKit = this.#createKit();
    life.install(this.#kit.table, 0);
  }

  /** Epoch ms. */
  get now(): number {
    return this.#clock.wallNow();
  }

  /** What the module registered, slot by slot. */
  get hooks(): readonly RegisteredCall[] {
    return [...this.#kit.table].map(({ type, name, etype, attr }) => ({ type, name, etype, attr }));
  }

  /** Time goes on: hooks that wait too long are given up, values age. */
  advance(ms: number): void {
    this.#clock.advance(ms);
  }

  /**
   * Data-points that are there already: stored without running any hook. Throws HOOK_RESULT_INVALID for what the model
   * does not take.
   */
  given(etype: string, eid: unknown, dataPoints: readonly PointInput[]): void {
    const task = this.#parse({ etype, eid, dataPoints });
    this.#runBare(task);
  }

  /**
   * One task, as a request brings it: the hooks in their order, what it says stored, what they derived given back. Rejects
   * with what a hook threw, HOOK_TIMEOUT when the time for it passed, HOOK_RESULT_INVALID when it returned something the
   * model does not take. One at a time.
   */
  async run(input: TaskInput): Promise<ModuleTestRun> {
    const task = this.#parse(input);
    this.#fault = undefined;
    const run = this.#begin(task, this.#kit);
    let step = run.next();
    while (step.done !== true) step = run.next(await step.value);
    this.#throwFault();
    this.#take(task, step.value);
    const { effect, outputs } = step.value;
    const derived = outputs.flatMap(({ hook, tasks }) =>
      tasks.map((one) => this.#print(one, hook.name)),
    );
    return { effect, tasks: derived };
  }

  /** An entity as it stands. Undefined when it is not there. */
  read(etype: string, eid: EntityId): RecordView | undefined {
    return this.#view(etype, eid);
  }

  /** Another configuration, as a reload gives it. Rejects MODULE_FAILED; then the old one stays. */
  async reload(config: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#life.prepare({ config, generation: this.#life.generation + 1 });
    await this.#life.commit();
  }

  /** Ends the module. */
  async stop(): Promise<void> {
    await this.#life.stop();
    this.#kit.runner.stop();
  }

  #createKit(): TaskInHand['kit'] {
    const table = new HookTable(this.model);
    const numbers = this.#numbers;
    const runner = new HookRunner({
      table,
      schema: { model: this.model, numbers },
      clock: this.#clock,
      record: (fault, thrown) => {
        this.#fault ??= { error: thrown ?? errorOf(fault) };
      },
    });
    return { table, runner, numbers };
  }

  /** Without hooks nothing is waited for. */
  #runBare(task: Task): void {
    const ended = this.#begin(task, this.#bareKit).next();
    if (ended.done === true) this.#take(task, ended.value);
  }

  #begin(task: Task, kit: TaskInHand['kit']): TaskRun {
    const number = this.#tasks++;
    const entity = this.#numbers.entityOf(task.etype)!;
    const scope: HookScope = {
      task: hookTaskOf(entity, task, this.#numbers),
      taskId: `test-${number}`,
      now: this.now,
      receivedAt: this.now,
      depth: 0,
      record: () => this.#store.view(task.etype, task.eid, this.now, hand.current),
      read: (etype, eid) => this.#view(etype, eid),
      hookBegins: () => {},
    };
    const entry: LogEntry = {
      receivedAt: this.now,
      schema: this.#numbers.schema,
      origin: { by: 'api' },
      cause: undefined,
      depth: 0,
      budget: PLATFORM_LIMITS.derivedBudget,
      tasks: [task],
    };
    const hand: TaskInHand = {
      queued: { lane: 1, number, task, entry, key: '' },
      seq: number * 2 + 1,
      kit,
      reads: this.#store,
      scope,
      current: undefined,
    };
    return runTask(hand);
  }

  /** Stores what a task came to, and what it means for entities it links to. */
  #take(task: Task, result: TaskResult): void {
    this.#store.take(task, result);
    for (const linked of linkTasks(result.sendings)) this.#runBare(linked);
  }

  #view(etype: string, eid: EntityId): RecordView | undefined {
    const parsed = this.model.entities.get(etype)?.idType.parse(eid);
    if (parsed === undefined || typeof parsed === 'object')
      throw new CodedError('HOOK_INVALID', `expected an entity of the model, got ${etype} ${eid}`);
    return this.#store.view(this.#numbers.etypeNo(etype), parsed, this.now);
  }

  #parse(input: TaskInput): Task {
    const schema = { model: this.model, numbers: this.#numbers };
    const { tasks, faults } = readHookResult([input], schema);
    if (faults.length > 0 || tasks[0] === undefined)
      throw new CodedError('HOOK_RESULT_INVALID', `the given task: ${faults.join('; ')}`);
    return tasks[0];
  }

  #print(task: Task, hook: string): DerivedTask {
    const { etype, eid, dataPoints, ttlTokens, isDelete } = hookTaskOf(
      this.#numbers.entityOf(task.etype)!,
      task,
      this.#numbers,
    );
    return {
      hook,
      etype,
      eid,
      ...(dataPoints.length === 0 ? {} : { dataPoints: dataPoints.map(inputOf) }),
      ...(ttlTokens === undefined ? {} : { ttlTokens }),
      ...(isDelete ? { delete: true } : {}),
    };
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }
}

function inputOf(point: ReturnType<typeof hookTaskOf>['dataPoints'][number]): PointInput {
  const { attr, v, t1, t2, c, src } = point;
  return { attr, v, t1, t2, c, ...(src === undefined ? {} : { src }) };
}

function errorOf({ code, message, hook }: HookFault): CodedError<string> {
  return new CodedError<string>(code, message, { details: { hook } });
}
