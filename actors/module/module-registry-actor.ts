/**
 * The configurations of modules that reloads have put in force: a replica that starts again after its thread has died
 * asks here, since what it was started with is older.
 * Runs on: main.
 */
import { defineActor, type ProtocolOf } from '../../core/index.js';
import type { ModuleConfig } from './module-stage.js';

export const moduleRegistryActor = defineActor(import.meta.url, 'troupe.module-registry', () => {
  const configs = new Map<string, ModuleConfig>();
  return {
    /** In force from now on. */
    put(name: string, given: ModuleConfig): void {
      configs.set(name, given);
    },
    /** Those that were reloaded, by name. */
    all: (): Record<string, ModuleConfig> => Object.fromEntries(configs),
  };
});

export type ModuleRegistryProtocol = ProtocolOf<typeof moduleRegistryActor>;
