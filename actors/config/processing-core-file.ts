/**
 * processing_core.yml: where modules are and which are in use. Its other keys said how DP³ spreads over processes and
 * where its message broker is.
 * Runs on: main.
 */
import { leaf, listOf, or, orNull, text } from '../../stores/internal.js';
import { CONFIG_LIMITS } from '../limits.js';
import { type FileNotes, readSettings } from './config-shape.js';

/** What processing_core.yml says. */
export interface ProcessingCoreConfig {
  /** As written: relative to the configuration folder. Null where none is named. */
  readonly modulesDir: string | null;
  readonly enabledModules: readonly string[];
}

const NAME = /^(?:@[A-Za-z0-9_-]+\/)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

const moduleName = leaf('the name of a module: letters, digits, _, - and dots between', (input) => {
  if (typeof input !== 'string' || input.length > CONFIG_LIMITS.moduleNameCharsMax)
    return undefined;
  return NAME.test(input) && input !== '__proto__' ? input : undefined;
});

const settings = {
  modules_dir: orNull(text('the path of a folder')),
  enabled_modules: or(listOf(moduleName), []),
};

const SERVER_KEYS = [
  'msg_broker',
  'worker_processes',
  'worker_threads',
  'max_inline_generated_tasks',
];

/** The settings of the parsed file; undefined gives those of an absent one: no modules. */
export function readProcessingCoreFile(input: unknown, notes: FileNotes): ProcessingCoreConfig {
  const read = readSettings(input, settings, SERVER_KEYS, notes);
  const { modules_dir: modulesDir, enabled_modules: enabledModules } = read;
  const repeated = enabledModules.findIndex((name, index) => {
    return enabledModules.indexOf(name) !== index;
  });
  if (repeated >= 0) {
    const at = ['enabled_modules', repeated];
    notes.faults.push({ at, expected: 'each module once', got: enabledModules[repeated]! });
  }
  const isDirFaulty = notes.faults.some(({ at }) => at[0] === 'modules_dir');
  if (enabledModules.length > 0 && modulesDir === null && !isDirFaulty) {
    const expected = 'the folder of the enabled modules';
    notes.faults.push({ at: ['modules_dir'], expected, got: 'nothing' });
  }
  return { modulesDir, enabledModules };
}
