/**
 * A module as the host of a thread handles it: one that lives on this thread, or the near end of one that lives elsewhere.
 * Runs on: any.
 */
import type { HookTable } from '../entity/hook-table.js';
import type { ModuleConfig } from './module-stage.js';

export interface HostedModule {
  readonly name: string;
  /** Number of the configuration in force. */
  readonly generation: number;
  /** Puts its hooks in the table; all or none. Throws MODULE_FAILED. */
  install(table: HookTable, rank: number): void;
  /** Rejects MODULE_FAILED. */
  start(): Promise<void>;
  /** Makes ready for another configuration without using it. Rejects MODULE_FAILED; then nothing has changed. */
  prepare(given: ModuleConfig): Promise<void>;
  /** Gives up what was prepared, if anything. */
  discard(): Promise<void>;
  /** Puts what was prepared in force. Rejects MODULE_FAILED; then the old configuration is in force. */
  commit(): Promise<void>;
  /** Takes its hooks out of the table and ends it; never rejects. */
  stop(): Promise<void>;
}
