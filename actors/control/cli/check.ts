/**
 * `troupe check DIR`: every fault of a configuration folder at once, each with its file and line, and what would be passed
 * over with a notice. Nothing is started or written; with --data, what it would change in a data folder is told beside.
 * Runs on: main.
 */
import type { Model } from '../../../stores/internal.js';
import { type ConfigFault, compareFaults } from '../../config/config-fault.js';
import { configFaultText, readConfigFolder } from '../../config/config-folder.js';
import { findConfigModules } from '../../config/config-modules.js';
import { type ConfigNotice, isPassedOver } from '../../config/config-notice.js';
import type { CommandScope } from '../cli.js';
import { dataChange, dataChangeLines } from './data-change.js';
import { EXIT } from './exit-codes.js';
import { printable } from './printable.js';
import { counted } from './show.js';

/** What there is to say of a folder. */
interface Findings {
  readonly faults: readonly ConfigFault[];
  readonly notices: readonly ConfigNotice[];
  /** Undefined with faults. */
  readonly model: Model | undefined;
  /** What it holds; empty where that cannot be told. */
  readonly summary: readonly string[];
}

/**
 * The words: the folder. Exit 1 with faults; with --strict, 2 when something would be passed over, and 1 when something
 * stored would be lost.
 */
export async function check(
  { terminal }: CommandScope,
  [dir = '.']: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { faults, notices, model, summary } = await lookAt(dir);
  const { data, strict } = options;
  const isAsked = model !== undefined && faults.length === 0 && typeof data === 'string';
  const change = isAsked ? await dataChange(data, model) : undefined;
  const { red, yellow, green } = terminal.colours;
  terminal.result({ faults, notices, ...(change && { change }) }, () =>
    [
      ...faults.map((fault) => `${red('fault')} ${printable(configFaultText(fault))}`),
      ...notices.map(({ text }) => `${yellow('notice')} ${printable(text)}`),
      faults.length > 0
        ? counted(faults.length, 'fault')
        : `${green('in order')}: ${summary.join(', ')}`,
      ...(change === undefined ? [] : dataChangeLines(change)),
    ].join('\n'),
  );
  if (faults.length > 0) return EXIT.failed;
  if (strict !== true) return EXIT.ok;
  if (notices.some(isPassedOver)) return EXIT.usage;
  return change?.isBreaking === true ? EXIT.failed : EXIT.ok;
}

async function lookAt(dir: string): Promise<Findings> {
  const reading = await readConfigFolder(dir);
  const modules = findConfigModules(reading);
  const types = reading.folder?.model.list;
  return {
    faults: [...reading.faults, ...modules.faults].sort(compareFaults),
    notices: [...reading.notices, ...modules.notices],
    model: reading.folder?.model,
    summary:
      types === undefined
        ? []
        : [
            counted(types.length, 'entity type'),
            counted(
              types.reduce((sum, { list }) => sum + list.length, 0),
              'attribute',
            ),
            counted(modules.choices.length, 'module'),
          ],
  };
}
