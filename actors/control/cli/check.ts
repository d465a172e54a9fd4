/**
 * `troupe check DIR`: every fault of a configuration folder at once, each with its file and line, and what would be passed
 * over with a notice. Nothing is opened, started or written.
 * Runs on: main.
 */
import { resolve } from 'node:path';
import {
  type ConfigFault,
  type ConfigFolder,
  configFaultText,
  readConfigFolder,
} from '../../config/config-folder.js';
import { findModules } from '../../module/module-loader.js';
import type { CommandScope } from '../cli.js';
import { EXIT } from './exit-codes.js';

/** What there is to say of a folder. */
interface Findings {
  readonly faults: readonly string[];
  readonly notices: readonly string[];
  readonly summary: Readonly<Record<string, number>> | undefined;
}

/** The words: the folder. Exit 1 with faults; with --strict, 2 when something would be passed over. */
export async function check(
  { terminal }: CommandScope,
  [dir = '.']: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const found = await readConfigFolder(resolve(dir));
  const { faults, notices, summary } = findingsOf(found);
  const { red, yellow, green } = terminal.colours;
  terminal.result({ faults: isFaults(found) ? found : faults, notices }, () =>
    [
      ...faults.map((fault) => `${red('fault')} ${fault}`),
      ...notices.map((notice) => `${yellow('notice')} ${notice}`),
      faults.length > 0
        ? `${faults.length} faults`
        : `${green('in order')}: ${Object.entries(summary ?? {})
            .map(([what, count]) => `${count} ${what}`)
            .join(', ')}`,
    ].join('\n'),
  );
  if (faults.length > 0) return EXIT.failed;
  return options.strict === true && notices.length > 0 ? EXIT.usage : EXIT.ok;
}

function findingsOf(found: ConfigFolder | ConfigFault[]): Findings {
  if (isFaults(found))
    return { faults: found.map(configFaultText), notices: [], summary: undefined };
  const { dir, enabled, config } = found.modules;
  const modules = findModules({ dir, enabled, config });
  const python = modules.python.map((name) => `module "${name}" is written in Python: not run`);
  const attributes = found.model.list.reduce((sum, { list }) => sum + list.length, 0);
  return {
    faults: modules.faults,
    notices: [...found.notices, ...python],
    summary: { 'entity types': found.model.list.length, attributes, modules: enabled.length },
  };
}

function isFaults(found: ConfigFolder | ConfigFault[]): found is ConfigFault[] {
  return Array.isArray(found);
}
