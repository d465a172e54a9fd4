/**
 * All modules of one thread, in the order they are enabled: loaded, set up, started, then hooked in together, so that no
 * hook of one runs before the others are there.
 *
 *   load + set up each --> start each --> all hooks into the table, in one step --> partitions may begin
 *
 * Runs on: any.
 */
import type { HookTable } from '../entity/hook-table.js';
import type { ModuleChoice } from '../entity/kit-init.js';
import type { HostedModule } from './hosted-module.js';
import type { Module } from './module.js';
import { ModuleLife } from './module-life.js';
import { loadModule, moduleFailed } from './module-loader.js';
import type { ModuleConfig, ModuleHome } from './module-stage.js';

export interface ModuleHostOptions {
  readonly choices: readonly ModuleChoice[];
  readonly home: ModuleHome;
  readonly table: HookTable;
  /** Configurations in force, by name; one that is not named is as chosen. */
  readonly configs: ReadonlyMap<string, ModuleConfig>;
  /** The near end of a module that has one instance for all threads. Rejects MODULE_FAILED. */
  readonly openRemote: (choice: ModuleChoice) => Promise<HostedModule>;
}

export class ModuleHost {
  readonly #options: ModuleHostOptions;
  readonly #modules: HostedModule[] = [];

  constructor(options: ModuleHostOptions) {
    this.#options = options;
  }

  /** Sets up and starts all. Rejects MODULE_FAILED with the first that fails; then all are stopped again. */
  async start(): Promise<void> {
    try {
      for (const choice of this.#options.choices) this.#modules.push(await this.#open(choice));
      for (const module of this.#modules) await module.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Puts all hooks in the table. Throws MODULE_FAILED; then none of them is there. */
  install(): void {
    const { table } = this.#options;
    for (const [rank, module] of this.#modules.entries()) {
      try {
        module.install(table, rank);
      } catch (error) {
        table.remove((hook) => hook.rank >= 0);
        throw error;
      }
    }
    for (const sentence of table.doubleWriters())
      this.#options.home.log.warn(`${sentence}: the last one in their order counts`);
  }

  /** The module of that name. Throws MODULE_FAILED when the run has none. */
  module(name: string): HostedModule {
    const found = this.#modules.find((module) => module.name === name);
    if (found === undefined)
      throw moduleFailed(name, 'not enabled', 'expected the name of an enabled module');
    return found;
  }

  /** Name -> number of the configuration in force. */
  generations(): Record<string, number> {
    return Object.fromEntries(this.#modules.map(({ name, generation }) => [name, generation]));
  }

  /** Ends all, the last one first. Never rejects. */
  async stop(): Promise<void> {
    for (const module of this.#modules.splice(0).reverse()) await module.stop();
  }

  async #open(choice: ModuleChoice): Promise<HostedModule> {
    const written = await loadModule(choice);
    if (isSingle(written)) return this.#options.openRemote(choice);
    const given = this.#options.configs.get(choice.name) ?? {
      config: choice.config,
      generation: 1,
    };
    return ModuleLife.open({ choice, written, home: this.#options.home, given });
  }
}

/** True for a module that has one instance for all threads. */
export function isSingle(written: Module): boolean {
  return written.instances === 1;
}
