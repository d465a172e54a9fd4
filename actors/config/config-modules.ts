/**
 * The modules that a configuration folder enables, looked for: also where the folder has other faults, so that all are
 * named at once. What is missing is a fault at its name in processing_core.yml.
 * Runs on: main.
 */
import type { ModuleChoice } from '../entity/kit-init.js';
import { findModules } from '../module/module-loader.js';
import type { ConfigFault } from './config-fault.js';
import type { ConfigReading } from './config-folder.js';
import type { ConfigNotice } from './config-notice.js';

/** What was found. */
export interface ConfigModules {
  readonly choices: readonly ModuleChoice[];
  readonly faults: readonly ConfigFault[];
  /** One for each module in Python. */
  readonly notices: readonly ConfigNotice[];
}

/** Looks for them; `configs` stand in place of `modules/<name>.yml`. Throws nothing. */
export function findConfigModules(
  { wanted }: ConfigReading,
  configs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): ConfigModules {
  if (wanted === undefined) return { choices: [], faults: [], notices: [] };
  const { dir, enabled, config, faultAt } = wanted;
  const given = new Map([...config, ...Object.entries(configs)]);
  const { choices, faults, python } = findModules({ dir, enabled, config: given });
  return {
    choices,
    faults: faults.map(faultAt),
    notices: python.map((name) => ({
      kind: 'passed-over',
      text: `module "${name}": it is written in Python and does not run here`,
    })),
  };
}
