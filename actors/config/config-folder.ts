/**
 * A configuration folder of DP³, as it is -> everything the platform takes from it, or every fault at once.
 *
 * ```
 *   db_entities/*.yml ──────────── model                      (the one thing that must be there)
 *   processing_core.yml, modules/  which modules run, and what each is configured with
 *   api control garbage_collector history_manager snapshots telemetry updater .yml    settings, with defaults
 *   database.yml event_logging.yml and some keys of the others     of DP³'s servers: taken, and named in a notice
 * ```
 * Runs on: main.
 */
import { resolve } from 'node:path';
import { type EntitySpec, type Model, type SpecFault, unknownName } from '../../stores/internal.js';
import type { ModulesWanted } from '../module/module-loader.js';
import { type ApiConfig, readApiFile } from './api-file.js';
import { type ConfigFault, compareFaults, configFault } from './config-fault.js';
import type { ConfigNotice } from './config-notice.js';
import type { FileNotes } from './config-shape.js';
import { type ControlConfig, readControlFile } from './control-file.js';
import { readEntityFiles } from './entity-files.js';
import { readFolderTree } from './folder-tree.js';
import { type GarbageCollectorConfig, readGarbageCollectorFile } from './garbage-collector-file.js';
import { type HistoryManagerConfig, readHistoryManagerFile } from './history-file.js';
import { readModuleConfigs } from './module-configs.js';
import { type OpenTree, openFiles } from './open-files.js';
import { readProcessingCoreFile } from './processing-core-file.js';
import { readSnapshotsFile, type SnapshotsConfig } from './snapshots-file.js';
import { readTelemetryFile, type TelemetryConfig } from './telemetry-file.js';
import { readUpdaterFile, type UpdaterConfig } from './updater-file.js';

export { type ConfigFault, configFaultText } from './config-fault.js';

/** A folder without faults. */
export interface ConfigFolder {
  /** Absolute. */
  readonly dir: string;
  /** Of the entity files, in the order of their names. */
  readonly specs: readonly EntitySpec[];
  readonly model: Model;
  readonly modules: {
    /** Absolute; where the code of modules is looked for. */
    readonly dir: string;
    /** In the order in which their hooks run. */
    readonly enabled: readonly string[];
    /** Name -> what its file or folder in `modules/` says; those not enabled too. */
    readonly config: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  };
  readonly api: ApiConfig;
  readonly control: ControlConfig;
  readonly garbageCollector: GarbageCollectorConfig;
  readonly historyManager: HistoryManagerConfig;
  readonly snapshots: SnapshotsConfig;
  readonly telemetry: TelemetryConfig;
  readonly updater: UpdaterConfig;
}

/** What reading a folder gave. */
export interface ConfigReading {
  /** Undefined where there are faults. */
  readonly folder: ConfigFolder | undefined;
  /** By file, line and column. */
  readonly faults: readonly ConfigFault[];
  /** With faults too; at most one of each kind. */
  readonly notices: readonly ConfigNotice[];
  /** The modules it enables, as far as that can be told, with faults too. */
  readonly wanted: (ModulesWanted & { faultAt(fault: SpecFault): ConfigFault }) | undefined;
}

/** Files that only said where DP³'s servers are. */
const SERVER_FILES = ['database', 'event_logging'];

/** Reads the folder. Only db_entities must be there; rejects nothing, whatever is in the folder. */
export async function readConfigFolder(path: string): Promise<ConfigReading> {
  const dir = resolve(path);
  const out: Outcome = { faults: [], servers: [], foreign: [] };
  const tree = await readFolderTree(dir, out.faults);
  out.foreign.push(...tree.others);
  if (!tree.isThere)
    return { folder: undefined, faults: out.faults, notices: [], wanted: undefined };
  const files = await openFiles(tree, out.faults);
  const entities = readEntityFiles(files.folders.get('db_entities'), out.faults);
  const { processing, ...families } = readFamilies(files, out);
  const { modulesDir, enabledModules } = processing;
  const modules = {
    dir: resolve(dir, modulesDir ?? '.'),
    enabled: enabledModules,
    config: readModuleConfigs(files.folders.get('modules'), out.faults),
  };
  const isSound = out.faults.length === 0 && entities !== undefined;
  return {
    folder: isSound ? Object.freeze({ dir, ...entities, modules, ...families }) : undefined,
    faults: out.faults.sort(compareFaults),
    notices: noticesOf(out),
    wanted:
      modulesDir === null ? undefined : { ...modules, faultAt: faultIn(files, 'processing_core') },
  };
}

/** Makes faults of one file that was read. */
function faultIn(tree: OpenTree, name: string): (fault: SpecFault) => ConfigFault {
  const file = tree.files.get(name);
  return (fault) => configFault(file?.shown ?? `${name}.yml`, fault, file?.placeOf(fault.at));
}

/** What is found on the way besides settings. */
interface Outcome {
  readonly faults: ConfigFault[];
  /** Keys and files of DP³'s servers. */
  readonly servers: string[];
  /** Keys and files of nobody we know. */
  readonly foreign: string[];
}

function readFamilies(tree: OpenTree, out: Outcome) {
  const known = [...SERVER_FILES];
  const family = <T>(name: string, read: (input: unknown, notes: FileNotes) => T): T => {
    known.push(name);
    const file = tree.files.get(name);
    const notes: FileNotes = { faults: [], serverKeys: [], foreignKeys: [] };
    const value = read(file?.value, notes);
    if (file === undefined) return value;
    for (const fault of notes.faults)
      out.faults.push(configFault(file.shown, fault, file.placeOf(fault.at)));
    if (notes.serverKeys.length > 0)
      out.servers.push(`${notes.serverKeys.join(', ')} in ${file.shown}`);
    if (notes.foreignKeys.length > 0)
      out.foreign.push(`${notes.foreignKeys.join(', ')} in ${file.shown}`);
    return value;
  };
  const families = {
    processing: family('processing_core', readProcessingCoreFile),
    api: family('api', readApiFile),
    control: family('control', readControlFile),
    garbageCollector: family('garbage_collector', readGarbageCollectorFile),
    historyManager: family('history_manager', readHistoryManagerFile),
    snapshots: family('snapshots', readSnapshotsFile),
    telemetry: family('telemetry', readTelemetryFile),
    updater: family('updater', readUpdaterFile),
  };
  for (const name of SERVER_FILES) {
    const file = tree.files.get(name);
    if (file !== undefined) out.servers.push(file.shown);
  }
  readForeign(tree, known, out);
  return families;
}

const FOLDERS = ['db_entities', 'modules'];

/** A name that nearly is one of ours which is not there is a slip; any other is nobody's business. */
function readForeign(tree: OpenTree, known: readonly string[], out: Outcome): void {
  for (const [name, { shown }] of tree.files)
    if (!known.includes(name)) addForeign(shown, name, [known, [...tree.files.keys()]], out);
  for (const name of tree.folders.keys())
    if (!FOLDERS.includes(name))
      addForeign(`${name}/`, name, [FOLDERS, [...tree.folders.keys()]], out);
}

function addForeign(
  shown: string,
  name: string,
  [known, present]: readonly [known: readonly string[], present: readonly string[]],
  out: Outcome,
): void {
  const free = known.filter((one) => !present.includes(one));
  const fault = unknownName([], name, free, 'a name that is read');
  if (fault.suggestion === undefined) out.foreign.push(shown);
  else out.faults.push(configFault(shown, fault));
}

function noticesOf({ servers, foreign }: Outcome): ConfigNotice[] {
  const notices: ConfigNotice[] = [];
  const add = (kind: ConfigNotice['kind'], text: string, what: readonly string[]): void => {
    if (what.length > 0) notices.push({ kind, text: `${text}: ${what.join(', ')}` });
  };
  add('servers', 'accepted, but only of use to the servers of DP³', servers);
  add('passed-over', 'not read, since nothing here is called so', foreign);
  return notices;
}
