/**
 * Modules tried out on a thread of no other use: what a thread does with them at its start, up to the hooks in a table
 * that no task comes to. Nothing is opened, no hook runs, no module is started or stopped.
 * Runs on: thread.
 */
import { defineActor } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import { modelOf } from '../../stores/internal.js';
import { HookTable } from '../entity/hook-table.js';
import type { KitInit, ModuleChoice } from '../entity/kit-init.js';
import { ModuleLife } from './module-life.js';
import { loadModule } from './module-loader.js';
import type { ModuleConfig } from './module-stage.js';
import { answered } from './single-modules-actor.js';

export const codeCheckActor = defineActor(
  import.meta.url,
  'troupe.code-check',
  (ctx, init: KitInit) => {
    const { isFormerModel, limits } = init;
    const model = modelOf(init.specs);
    const table = new HookTable(model, limits);
    const { thread, log } = ctx;
    const home = { model, clock: systemClock, thread, log, isFormerModel, limits };
    let rank = 0;
    return {
      /** Imports a module, sets it up, registers its hooks behind those checked before. Refuses with MODULE_FAILED. */
      check: (choice: ModuleChoice, given: ModuleConfig): Promise<void> =>
        answered(async () => {
          const written = await loadModule(choice);
          const life = await ModuleLife.open({ choice, written, home, given });
          life.install(table, rank++);
        }),
    };
  },
);
