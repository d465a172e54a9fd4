/**
 * What a platform is made of: what a user may write, what the platform works with, and the one function between them.
 * Faults of the options, of the configuration folder, of the model and of the modules are named all at once.
 *
 *   { data, config: 'conf' } ──► folder: entity types, modules, their configuration ──┐
 *   { data, entities, modules } ─────────────────────────────────────────────────────┴──► PlatformSettings
 * Runs on: main.
 */
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ActorSystem, jsonLogger, type Logger } from '../core/index.js';
import { OptionReader, throwFaults } from '../core/internal.js';
import {
  createModel,
  type EntityDefinition,
  type Model,
  modelFaultText,
  STORE_LIMITS,
} from '../stores/internal.js';
import { compareFaults } from './config/config-fault.js';
import {
  type ConfigFault,
  type ConfigFolder,
  type ConfigReading,
  configFaultText,
  readConfigFolder,
} from './config/config-folder.js';
import { findConfigModules } from './config/config-modules.js';
import { type ConfigNotice, isPassedOver } from './config/config-notice.js';
import type { ModuleChoice, PlatformLimits } from './entity/kit-init.js';
import { PLATFORM_LIMITS } from './limits.js';
import {
  isModuleClass,
  isModuleDefinition,
  type ModuleClass,
  type ModuleDefinition,
} from './module/module.js';
import { choiceOf } from './module/module-loader.js';
import type { OwnClass } from './module/waiting-program.js';
import type { Platform } from './platform-surface.js';

/**
 * A module to run: a definition with its `url`, or a file that exports one. A program that holds a class itself names it
 * beside its own file, `import.meta.url`: threads that load the file get no further than to createPlatform.
 */
export type ModuleEntry =
  | ModuleDefinition
  | {
      /** Unique in a platform; names it in telemetry and in `refreshModuleConfig`. */
      readonly name: string;
      /** Path or file: URL of the file that exports it. */
      readonly file: string | URL;
      /** Default: what the file exports. */
      readonly class?: ModuleClass;
    };

/** Takes the connections to the socket of the data folder; see `commandLineDoor`. */
export type Door = (platform: Platform) => DoorKeeper;

/** What stands at an open door. */
export interface DoorKeeper {
  accept(socket: Socket): void;
  close(): void;
}

/** What `createPlatform()` takes. `data`, and `config` or `entities`, must be there. */
export interface PlatformConfig {
  /** The data folder; made when it is not there. One platform at a time has it open. */
  readonly data: string;
  /** A configuration folder, as DP³'s. What is named below comes in addition. */
  readonly config?: string;
  /** Entity types made with `defineEntity`. */
  readonly entities?: readonly EntityDefinition[];
  /** In the order in which their hooks run. */
  readonly modules?: readonly ModuleEntry[];
  /** Configuration of modules by name, in place of a folder's `modules/<name>.yml`. */
  readonly moduleConfigs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Threads beside main, of a system of its own. Default: the cores there are. */
  readonly threads?: number;
  /** A system to run in, which is not stopped with the platform. Default: one of its own. */
  readonly system?: ActorSystem;
  /** Partitions of a folder that is made; an existing one keeps its number. Default 64. */
  readonly partitions?: number;
  /** What is kept for readers of changes. */
  readonly changes?: {
    /** Changes in the folder, about, shared evenly by the partitions; 0: none. Default 1 000 000. */
    readonly keptMax?: number;
  };
  /** What an acknowledgement survives: `fsync` power loss, `os` a killed process. Default `fsync`. */
  readonly durability?: 'fsync' | 'os';
  /** Bounds other than those of PLATFORM_LIMITS. */
  readonly limits?: Partial<PlatformLimits>;
  /** Default: JSON lines from level 'warn' up, on stderr. */
  readonly logger?: Logger;
  /** Lets the command line in while the platform runs: `commandLineDoor`. Default: it is not let in. */
  readonly door?: Door;
  /** What would be passed over with a notice is a fault: modules in Python, names that nothing reads. Default false. */
  readonly isStrict?: boolean;
  /** Ends a start that is under way: what was opened is closed again, and the start rejects PLATFORM_STOPPED. */
  readonly signal?: AbortSignal;
}

/** The configuration, complete and checked. */
export interface PlatformSettings {
  readonly dataDir: string;
  readonly model: Model;
  /** Undefined without `config`. */
  readonly folder: ConfigFolder | undefined;
  readonly modules: readonly ModuleChoice[];
  /** Those that stand in place of files. */
  readonly moduleConfigs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly threads: number | undefined;
  readonly system: ActorSystem | undefined;
  readonly partitions: number | undefined;
  readonly changesKeptMax: number;
  readonly durability: 'fsync' | 'os';
  readonly limits: Partial<PlatformLimits>;
  readonly logger: Logger;
  readonly door: Door | undefined;
  readonly signal: AbortSignal | undefined;
  /** What of the folder does nothing here. */
  readonly notices: readonly ConfigNotice[];
}

const NO_FOLDER: ConfigReading = {
  folder: undefined,
  faults: [],
  notices: [],
  wanted: undefined,
};

const LOGGER_METHODS = ['debug', 'info', 'warn', 'error', 'child'] as const;

/**
 * The settings that a configuration means. Rejects CONFIG_INVALID with every fault, those of files as `file:line:column`;
 * nothing has been opened or written then.
 */
export async function parsePlatformConfig(input: PlatformConfig): Promise<PlatformSettings> {
  const faults: string[] = [];
  const read = new OptionReader('', input, faults);
  const options = readOptions(read);
  const written = readModules(read, faults);
  const entities = readEntities(read, faults);
  read.end();
  if (options.config === undefined && entities.length === 0)
    faults.push('config, entities: expected a configuration folder or entity types, got neither');
  const { config, isStrict, moduleConfigs = {}, ...rest } = options;
  const reading = config === undefined ? NO_FOLDER : await readConfigFolder(config);
  const { folder } = reading;
  const found = findConfigModules(reading, moduleConfigs);
  faults.push(...[...reading.faults, ...found.faults].sort(compareFaults).map(folderFaultText));
  const own = ownModules(written, options.moduleConfigs, faults);
  const model = modelOf(folder, entities, faults);
  const notices = [...reading.notices, ...found.notices];
  if (isStrict) faults.push(...notices.filter(isPassedOver).map(({ text }) => text));
  const modules = [...found.choices, ...own];
  faults.push(
    ...twice(modules.map(({ name }) => name)).map(
      (name) => `modules: expected each name once, got "${name}" twice`,
    ),
  );
  throwFaults('platform configuration', faults);
  return Object.freeze({ ...rest, model: model!, folder, modules, moduleConfigs, notices });
}

function readOptions(read: OptionReader) {
  return {
    dataDir: resolve(readPath(read, 'data', true) ?? '.'),
    config: readPath(read, 'config', false),
    moduleConfigs: read.value<Record<string, Record<string, unknown>>>(
      'moduleConfigs',
      'an object of objects, by module',
      (value) => isObject(value) && Object.values(value).every(isObject),
    ),
    threads: read.integer('threads', { min: 0, max: 256 }),
    system: read.implementation<ActorSystem>('system', ['spawn', 'stop', 'stats']),
    partitions: read.integer('partitions', { min: 1, max: STORE_LIMITS.partitionsMax }),
    changesKeptMax: readChanges(read.nested('changes')),
    durability: read.choice('durability', ['fsync', 'os']) ?? 'fsync',
    limits: readLimits(read.nested('limits')),
    logger: read.implementation<Logger>('logger', LOGGER_METHODS) ?? jsonLogger({ level: 'warn' }),
    door: read.value<Door>('door', 'a function', (value) => typeof value === 'function'),
    isStrict: read.flag('isStrict') ?? false,
    signal: read.value<AbortSignal>(
      'signal',
      'an AbortSignal',
      (value) => value instanceof AbortSignal,
    ),
  };
}

function readPath(
  read: OptionReader,
  key: 'data' | 'config',
  isNeeded: boolean,
): string | undefined {
  const path = read.value<string>(key, 'the path of a folder', (value) => {
    return typeof value === 'string' && value !== '' && !value.includes('\0');
  });
  if (path === undefined && isNeeded) read.fault(key, 'expected the path of a folder');
  return path;
}

function readChanges(read: OptionReader): number {
  const keptMax = read.integer('keptMax', { min: 0, max: Number.MAX_SAFE_INTEGER });
  read.end();
  return keptMax ?? STORE_LIMITS.changesKeptMax;
}

function readLimits(read: OptionReader): Partial<PlatformLimits> {
  const limits: Record<string, number> = {};
  for (const key of Object.keys(PLATFORM_LIMITS)) {
    const limit = read.number(key, { above: 0 });
    if (limit !== undefined) limits[key] = limit;
  }
  read.end();
  return Object.freeze(limits) as Partial<PlatformLimits>;
}

function readEntities(read: OptionReader, faults: string[]): unknown[] {
  const given = read.value<readonly EntityDefinition[]>('entities', 'a list', Array.isArray) ?? [];
  return given.flatMap((definition, index) => {
    if (isObject(definition) && isObject(definition.spec)) return [definition.spec];
    faults.push(`entities[${index}]: expected what defineEntity gave, got something else`);
    return [];
  });
}

function readModules(read: OptionReader, faults: string[]): ModuleEntry[] {
  const given = read.value<readonly ModuleEntry[]>('modules', 'a list', Array.isArray) ?? [];
  return given.filter((entry, index) => {
    const isEntry =
      isModuleDefinition(entry) ||
      (isObject(entry) &&
        typeof entry.name === 'string' &&
        entry.name !== '' &&
        'file' in entry &&
        (typeof entry.file === 'string' || entry.file instanceof URL) &&
        (!('class' in entry) || entry.class === undefined || isModuleClass(entry.class)));
    if (!isEntry) {
      const expected = 'what defineModule gave, { name, file }, or { name, file, class }';
      const got = isModuleClass(entry) ? 'a class alone' : 'something else';
      faults.push(`modules[${index}]: expected ${expected}, got ${got}`);
    }
    return isEntry;
  });
}

/** Modules of the options as choices; a file that is not there is a fault. */
function ownModules(
  entries: readonly ModuleEntry[],
  configs: PlatformConfig['moduleConfigs'],
  faults: string[],
): ModuleChoice[] {
  return entries.flatMap((entry) => {
    const config = configs?.[entry.name] ?? {};
    try {
      if (isModuleDefinition(entry)) return [choiceOf(entry, config)];
      const path = pathOf(entry.file);
      if (existsSync(path)) return [{ name: entry.name, url: pathToFileURL(path).href, config }];
      faults.push(`module "${entry.name}": expected the file ${path}, got none`);
    } catch (error) {
      faults.push((error as Error).message);
    }
    return [];
  });
}

/** Classes that stand in the options themselves, each with the URL of its file. Throws nothing: faults are named later. */
export function ownClasses(input: PlatformConfig): OwnClass[] {
  const faults: string[] = [];
  const entries = readModules(new OptionReader('', input, faults), faults);
  return entries.flatMap((entry) => {
    if (isModuleDefinition(entry) || entry.class === undefined) return [];
    const { name, class: written } = entry;
    const [choice] = ownModules([entry], undefined, faults);
    return choice === undefined ? [] : [{ name, url: choice.url, class: written }];
  });
}

function pathOf(file: string | URL): string {
  if (file instanceof URL || file.startsWith('file:')) return fileURLToPath(file);
  return resolve(file);
}

/** A fault of the folder as a whole is one of the option that names it. */
function folderFaultText(fault: ConfigFault): string {
  return configFaultText(fault.file === '.' ? { ...fault, file: 'config' } : fault);
}

/** One model of both; a folder's own faults have been named already. */
function modelOf(
  folder: ConfigFolder | undefined,
  entities: readonly unknown[],
  faults: string[],
): Model | undefined {
  if (folder !== undefined && entities.length === 0) return folder.model;
  const model = createModel([...(folder?.specs ?? []), ...entities]);
  if (!Array.isArray(model)) return model;
  faults.push(...model.map(modelFaultText));
  return undefined;
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
