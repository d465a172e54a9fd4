/**
 * modules/<name>.yml: whatever a module is configured with, handed to it as it is. A folder of that name is a mapping of
 * its files.
 * Runs on: main.
 */
import { foundText, isMapping } from '../../stores/internal.js';
import { type ConfigFault, configFault } from './config-fault.js';
import type { OpenTree } from './open-files.js';

type Config = Readonly<Record<string, unknown>>;

/** Module name -> its configuration; what is no mapping becomes a fault. */
export function readModuleConfigs(
  tree: OpenTree | undefined,
  faults: ConfigFault[],
): ReadonlyMap<string, Config> {
  const configs = new Map<string, Config>();
  if (tree === undefined) return configs;
  for (const [name, { value, shown }] of tree.files) {
    if (isMapping(value)) configs.set(name, value);
    else {
      const got = foundText(value);
      faults.push(
        configFault(shown, { at: [], expected: 'a mapping', got }, { line: 1, column: 1 }),
      );
    }
  }
  for (const [name, folder] of tree.folders)
    configs.set(name, { ...configs.get(name), ...nested(folder) });
  return configs;
}

function nested({ files, folders }: OpenTree): Config {
  return Object.fromEntries([
    ...[...files].map(([name, { value }]) => [name, value] as const),
    ...[...folders].map(([name, folder]) => [name, nested(folder)] as const),
  ]);
}
