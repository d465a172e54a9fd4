/**
 * The configurations of modules that are in force: a replica that starts again asks here, since what it was started with is
 * older. A thread imports a file once, so they are kept by code: a replica that begins anew on a thread that still has the
 * former code gets what is in force with that.
 *
 *   code 1  { }             replicas of threads that loaded it first
 *   code 2  { geo: 2, … }   new code: threads that load from now on
 *
 * Runs on: main.
 */
import { defineActor, type ProtocolOf } from '../../core/index.js';
import type { ModuleConfig } from './module-stage.js';

/** What is in force with a code: configurations by name; of a module that is not named the one it was chosen with. */
export interface CodeConfigs {
  /** 1 at the start, one more with each new code. */
  readonly code: number;
  readonly configs: Readonly<Record<string, ModuleConfig>>;
}

export const moduleRegistryActor = defineActor(import.meta.url, 'troupe.module-registry', () => {
  let codes: readonly CodeConfigs[] = [{ code: 1, configs: {} }];
  const newest = (): CodeConfigs => codes.at(-1)!;
  return {
    /** In force from now on, with whichever code: a reload is one of all threads. */
    put(name: string, given: ModuleConfig): void {
      codes = codes.map(({ code, configs }) => ({ code, configs: { ...configs, [name]: given } }));
    },
    /** Threads that load modules from now on have new code, and these configurations. */
    putCode(configs: Readonly<Record<string, ModuleConfig>>): void {
      codes = [...codes, { code: newest().code + 1, configs }];
    },
    /** No thread has former code any more. */
    dropFormer(): void {
      codes = [newest()];
    },
    /** What is in force with that code; undefined, or one that is not known: with the newest. */
    inForce: (code: number | undefined): CodeConfigs =>
      codes.find((one) => one.code === code) ?? newest(),
  };
});

export type ModuleRegistryProtocol = ProtocolOf<typeof moduleRegistryActor>;
