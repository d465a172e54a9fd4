/**
 * One module on one thread, from its configuration to its end.
 *
 *   open --> install (hooks in the table) --> start --> … --> stop
 *                            ^
 *     reload:  prepare (set up or checked, not in force) --> commit, or discard
 *
 * Runs on: any.
 */
import type { HookModule } from '../entity/hook.js';
import type { HookRegistration, HookTable } from '../entity/hook-table.js';
import type { ModuleChoice } from '../entity/kit-init.js';
import { isModuleClass, type Module } from './module.js';
import { moduleFailed } from './module-loader.js';
import {
  type ModuleConfig,
  type ModuleHome,
  type ModuleStage,
  parseConfig,
  setUpModule,
} from './module-stage.js';

/** Where the hooks of a module are: the table, and the module's place among the others. */
interface HookPlace {
  readonly table: HookTable;
  readonly rank: number;
}

export class ModuleLife {
  readonly name: string;
  readonly #choice: ModuleChoice;
  readonly #written: Module;
  readonly #home: ModuleHome;
  #stage: ModuleStage;
  #generation: number;
  #place: HookPlace | undefined;
  #prepared: { readonly given: ModuleConfig; readonly stage: ModuleStage | undefined } | undefined;
  #isStarted = false;

  private constructor(order: Parameters<typeof setUpModule>[0], stage: ModuleStage) {
    this.name = order.choice.name;
    this.#choice = order.choice;
    this.#written = order.written;
    this.#home = order.home;
    this.#generation = order.given.generation;
    this.#stage = stage;
  }

  /** Sets a module up. Rejects MODULE_FAILED: its configuration, its own fault, or a hook that was refused. */
  static async open(order: Parameters<typeof setUpModule>[0]): Promise<ModuleLife> {
    return new ModuleLife(order, await setUpModule(order));
  }

  /** Number of the configuration in force. */
  get generation(): number {
    return this.#generation;
  }

  /** The hooks of the configuration in force. */
  get registrations(): readonly HookRegistration[] {
    return this.#stage.registrations;
  }

  /** The module as its hooks know it. */
  get module(): HookModule {
    return this.#stage.module;
  }

  /** Puts its hooks in the table; all or none. Throws MODULE_FAILED. */
  install(table: HookTable, rank: number): void {
    const place = { table, rank };
    this.#hookIn(this.#stage, place);
    this.#place = place;
  }

  /** Rejects MODULE_FAILED. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.#stage.start();
  }

  /**
   * Makes ready for another configuration without using it. Rejects MODULE_FAILED; then nothing has changed. What was
   * prepared before and never committed is discarded.
   */
  async prepare(given: ModuleConfig): Promise<void> {
    await this.discard();
    const order = { choice: this.#choice, written: this.#written, home: this.#home, given };
    if (isModuleClass(this.#written)) {
      await parseConfig(order, given.config);
      this.#prepared = { given, stage: undefined };
      return;
    }
    const stage = await setUpModule(order);
    try {
      await stage.start();
    } catch (error) {
      await this.#end(stage);
      throw error;
    }
    this.#prepared = { given, stage };
  }

  /** Gives up what was prepared, if anything. */
  async discard(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared?.stage !== undefined) await this.#end(prepared.stage);
  }

  /**
   * Puts the prepared configuration in force: hooks that begin from now on run under it. Rejects MODULE_FAILED; then the
   * old one is in force. Without anything prepared, nothing changes.
   */
  async commit(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (prepared === undefined) return;
    const { given, stage } = prepared;
    if (stage === undefined) await this.#stage.loadConfig!(given);
    else await this.#replaceBy(stage);
    this.#generation = given.generation;
  }

  /** Takes its hooks out of the table and ends it. What its `stop` throws is logged. */
  async stop(): Promise<void> {
    await this.discard();
    this.#place?.table.remove((hook) => hook.module === this.#stage.module);
    this.#place = undefined;
    if (this.#isStarted) await this.#end(this.#stage);
  }

  /** Old hooks out and new ones in are one step, with no turn between for a task to run without any. */
  async #replaceBy(stage: ModuleStage): Promise<void> {
    const old = this.#stage;
    const place = this.#place;
    if (place !== undefined) {
      place.table.remove((hook) => hook.module === old.module);
      try {
        this.#hookIn(stage, place);
      } catch (error) {
        this.#hookIn(old, place);
        await this.#end(stage);
        throw error;
      }
    }
    this.#stage = stage;
    await this.#end(old);
  }

  #hookIn({ module, registrations }: ModuleStage, { table, rank }: HookPlace): void {
    try {
      for (const registration of registrations) table.register(module, rank, registration);
    } catch (cause) {
      table.remove((hook) => hook.module === module);
      const text = cause instanceof Error ? cause.message : String(cause);
      throw moduleFailed(this.name, this.#choice.url, text, cause);
    }
  }

  /** An end that fails changes nothing any more, so it is said and no more. */
  async #end(stage: ModuleStage): Promise<void> {
    await stage.stop().catch((error: unknown) => {
      stage.module.log.error(`module "${this.name}" did not stop well`, { error });
    });
  }
}
