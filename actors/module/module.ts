/**
 * What a module author writes, either as a class in the manner of DP³ or as a definition:
 *
 * ```ts
 * export const geo = defineModule({
 *   name: 'geo',
 *   config: z.object({ table: z.string() }),
 *   async setup({ config, registrar }) {
 *     const table = await readTable(config.table);
 *     registrar.registerOnNewAttrHook(
 *       (eid, point) => [{ etype: 'host', eid, dataPoints: [{ attr: 'country', v: table.get(point.v) }] }],
 *       host,
 *       'ip',
 *     );
 *   },
 * });
 * ```
 * Every thread has a replica of its own, beside the partitions it serves; with `instances: 1` there is one for all, and
 * its hooks are called from elsewhere as messages.
 * Runs on: any.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CodedError, type Logger } from '../../core/index.js';
import { textOf } from '../../core/internal.js';
import type { Model } from '../../stores/index.js';
import { moduleDefined } from './defined-modules.js';
import { RefreshFlag } from './refresh-flag.js';
import type { Registrar } from './registrar.js';

// Known by what they carry, not by identity: a module may come with its own copy of this package.
const MODULE_CLASS = Symbol.for('troupe.moduleClass');
const MODULE_DEFINITION = Symbol.for('troupe.moduleDefinition');

/** What a module is told about where it runs. */
export interface ModulePlatform {
  readonly model: Model;
  /** Number of the thread this replica runs on. */
  readonly thread: number;
  /** Fields of the module are added to every line. */
  readonly log: Logger;
  /** Aborted when the module stops. */
  readonly signal: AbortSignal;
}

/** A configuration as it is when no schema was given: what stands in `modules/<name>.yml`. */
export type AnyConfig = Readonly<Record<string, unknown>>;

/**
 * A module as a class: extend it, call `super` with the same three arguments, register hooks in the constructor.
 * Methods may be given as hooks unbound; `this` is the module. A static `instances = 1` makes it one for all threads, a
 * static `config` is the schema of its configuration.
 *
 * The platform calls `loadConfig` when the constructor is through, not from within it, where fields of the class would
 * be set anew afterwards.
 */
export abstract class BaseModule<Config = AnyConfig> {
  static readonly [MODULE_CLASS] = true;
  /** Set by a reload: hooks registered with it want to be run again for old entities. */
  readonly refresh: RefreshFlag = new RefreshFlag();
  readonly log: Logger;

  constructor(platform: ModulePlatform, _config: Config, registrar: Registrar) {
    this.log = platform.log;
    registrar.bind(this);
  }

  /** The configuration, once before `start` and again with every reload. One that throws keeps the old one. */
  loadConfig(_platform: ModulePlatform, _config: Config): void | Promise<void> {}

  /** When all modules of the thread are there; no hook has run yet. One that throws keeps the platform from starting. */
  start(): void | Promise<void> {}

  /** At the end, when no hook runs any more. */
  stop(): void | Promise<void> {}
}

/** A class that extends {@link BaseModule}, as a module file exports it. */
export interface ModuleClass {
  new (platform: ModulePlatform, config: never, registrar: Registrar): BaseModule<never>;
  readonly name: string;
  readonly instances?: 1 | undefined;
  readonly config?: StandardSchemaV1 | undefined;
}

/** What `setup` of a definition gets. */
export interface ModuleContext<Config = AnyConfig> {
  readonly name: string;
  /** As the schema made it. A reload runs `setup` anew with the new one. */
  readonly config: Config;
  readonly registrar: Registrar;
  readonly platform: ModulePlatform;
  readonly log: Logger;
  readonly refresh: RefreshFlag;
}

/** What `setup` may return. */
export interface ModuleSteps {
  /** As in {@link BaseModule}; after a reload too, before the hooks of the new configuration run. */
  readonly start?: (() => unknown) | undefined;
  /** At the end, or when a reload has put another configuration in its place. */
  readonly stop?: (() => unknown) | undefined;
}

/** What {@link defineModule} takes. */
export interface ModuleOptions<Config> {
  /** Unique in a platform. In a configuration folder the name it is enabled under stands in its place. */
  readonly name: string;
  /** Schema of the configuration; without one it is taken as it is. */
  readonly config?: StandardSchemaV1<unknown, Config> | undefined;
  /** `import.meta.url` of the file that exports it: needed only where the definition itself is handed to a platform. */
  readonly url?: string | undefined;
  /** 1: one instance for all threads, for a module that holds a big table. Default: one on each. */
  readonly instances?: 1 | undefined;
  /** Registers the hooks. Runs on every thread, and again with every reload. */
  setup(ctx: ModuleContext<Config>): ModuleSteps | void | Promise<ModuleSteps | void>;
}

/** A module as a module file exports it. */
export interface ModuleDefinition {
  readonly name: string;
  readonly url: string | undefined;
  readonly instances: 1 | undefined;
  readonly config: StandardSchemaV1 | undefined;
  setup(ctx: ModuleContext<never>): unknown;
}

/** Either way of writing a module. */
export type Module = ModuleClass | ModuleDefinition;

/** Defines a module, at module level. Throws MODULE_FAILED for a missing name or setup. */
export function defineModule<Config = AnyConfig>(options: ModuleOptions<Config>): ModuleDefinition {
  const { name, url, instances, config } = options;
  const faults = [
    typeof name === 'string' && name !== '' ? '' : `name: expected a text, got ${textOf(name)}`,
    typeof options.setup === 'function'
      ? ''
      : `setup: expected a function, got ${textOf(options.setup)}`,
    instances === undefined || instances === 1
      ? ''
      : `instances: expected 1 or nothing, got ${textOf(instances)}`,
    config === undefined || typeof config['~standard']?.validate === 'function'
      ? ''
      : `config: expected a Standard Schema, got ${textOf(config)}`,
  ].filter((fault) => fault !== '');
  if (faults.length > 0)
    throw new CodedError('MODULE_FAILED', `module ${textOf(name)}: ${faults.join('; ')}`, {
      details: { faults },
    });
  const setup = (ctx: ModuleContext<never>): unknown => options.setup(ctx as ModuleContext<Config>);
  const definition: ModuleDefinition = { name, url, instances, config, setup };
  Object.defineProperty(definition, MODULE_DEFINITION, { value: true });
  if (url !== undefined) moduleDefined(url, name, definition);
  return definition;
}

/** True for a class that extends BaseModule, of whatever copy of this package; not for BaseModule itself. */
export function isModuleClass(value: unknown): value is ModuleClass {
  return (
    typeof value === 'function' && MODULE_CLASS in value && !Object.hasOwn(value, MODULE_CLASS)
  );
}

/** True for what {@link defineModule} gave. */
export function isModuleDefinition(value: unknown): value is ModuleDefinition {
  return typeof value === 'object' && value !== null && MODULE_DEFINITION in value;
}
