/**
 * A platform that has started: each method passes on to the part that does it, unless the platform is stopping.
 * Runs on: main.
 */
import { CodedError, type Logger } from '../core/index.js';
import { assert } from '../core/internal.js';
import { type Defined, type Folder, type FsckReport, fsck } from '../stores/internal.js';
import { type ConfigFolder, configFaultText, readConfigFolder } from './config/config-folder.js';
import type { ConfigNotice } from './config/config-notice.js';
import type { ChangeReading, SubscribeOptions } from './entity/change-feed.js';
import type { EntityEngine, IngestAnswer, IngestOptions } from './entity/entity-engine.js';
import type { EntityReader } from './entity/entity-reader.js';
import type { Erasure } from './entity/erasure.js';
import type { TaskInput } from './entity/hook.js';
import type { Position } from './entity/position.js';
import { type EntityAccess, entityAccess } from './entity-access.js';
import type { ModuleControl } from './module/module-control.js';
import type { PlatformSettings } from './platform-config.js';
import type {
  DeadLetters,
  Erasures,
  Platform,
  PlatformControl,
  PlatformStats,
  PlatformStopped,
} from './platform-surface.js';

/** What a platform is made of when all has been opened. */
export interface PlatformParts {
  readonly settings: PlatformSettings;
  readonly folder: Folder;
  readonly engine: EntityEngine;
  readonly control: ModuleControl;
  readonly reader: EntityReader;
  /** Closes all of these; called once. */
  stop(options: { readonly deadlineMs?: number }): Promise<PlatformStopped>;
}

type ModuleSettings = Readonly<Record<string, unknown>>;

/** Dead letters taken at once where all are meant. */
const LETTERS_AT_ONCE = 500;

export class RunningPlatform implements Platform {
  readonly dir: string;
  readonly model: Platform['model'];
  readonly partitions: number;
  readonly reader: EntityReader;
  readonly modules: readonly string[];
  readonly notices: readonly ConfigNotice[];
  readonly folder: ConfigFolder | undefined;
  readonly logger: Logger;
  readonly deadLetters: DeadLetters;
  readonly erasures: Erasures;
  readonly control: PlatformControl;
  readonly #parts: PlatformParts;
  /** Modules whose configuration the program has given by a call. */
  readonly #given = new Set<string>();
  #stopping: Promise<PlatformStopped> | undefined = undefined;

  constructor(parts: PlatformParts) {
    const { settings, engine, reader } = parts;
    this.#parts = parts;
    this.dir = settings.dataDir;
    this.model = settings.model;
    this.partitions = engine.init.partitions;
    this.reader = reader;
    this.modules = settings.modules.map(({ name }) => name);
    this.notices = settings.notices;
    this.folder = settings.folder;
    this.logger = settings.logger;
    this.deadLetters = {
      list: async (options) => this.#running.deadLetters(options),
      replay: async (which) =>
        this.#eachLetter(which, (ids) => this.#running.replayDeadLetters(ids)),
      drop: async (which) => this.#eachLetter(which, (ids) => this.#running.dropDeadLetters(ids)),
    };
    this.erasures = {
      ask: async (etype, eid) => this.#erasure(await this.#running.erase(etype, eid)),
      get: (id) => engine.erasures().find((one) => one.id === id),
      list: () => engine.erasures(),
      ended: async (id) => this.#running.erased(id),
    };
    this.control = {
      refreshModuleConfig: (module, config) => this.#refreshModule(module, config),
      replaceModuleCode: () => this.#replaceModules(),
      refreshOnEntityCreation: async (etype) => this.#running.refresh(etype),
    };
  }

  get restingThreads(): readonly number[] {
    return this.#parts.engine.restingThreads;
  }

  get isDiskFull(): boolean {
    return this.#parts.engine.isDiskFull;
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  async ingest(
    points: readonly unknown[] | Uint8Array | string,
    options?: IngestOptions,
  ): Promise<IngestAnswer> {
    return this.#running.ingest(points, options);
  }

  async submit(tasks: readonly TaskInput[], options?: IngestOptions): Promise<IngestAnswer> {
    return this.#running.submit(tasks, options);
  }

  entity<D extends Defined>(definition: D): EntityAccess<D> {
    const entity = this.model.entities.get(definition.id);
    if (entity === undefined)
      throw new CodedError(
        'ENTITY_UNKNOWN',
        `expected an entity type of the model, got "${definition.id}"`,
        { details: { etype: definition.id } },
      );
    return entityAccess<D>({
      entity,
      reader: this.reader,
      ingest: (points, options) => this.ingest(points, options),
      submit: (tasks, options) => this.submit(tasks, options),
      now: Date.now,
    });
  }

  set(
    etype: string,
    eid: unknown,
    value: { readonly attr: string; readonly v: unknown; readonly src?: string },
    options?: IngestOptions,
  ): Promise<IngestAnswer> {
    const kind = this.model.entities.get(etype)?.attributes.get(value.attr)?.kind;
    const now = kind === 'observations' ? { t1: Date.now() } : {};
    return this.submit([{ etype, eid, dataPoints: [{ ...value, ...now }] }], options);
  }

  setTtl(
    etype: string,
    eid: unknown,
    tokens: Readonly<Record<string, number | string | Date>>,
    options?: IngestOptions,
  ): Promise<IngestAnswer> {
    return this.submit([{ etype, eid, ttlTokens: tokens }], options);
  }

  delete(etype: string, eid: unknown, options?: IngestOptions): Promise<IngestAnswer> {
    return this.submit([{ etype, eid, delete: true }], options);
  }

  async erase(etype: string, eid: unknown): Promise<Erasure> {
    const engine = this.#running;
    const id = await engine.erase(etype, eid);
    return (await engine.erased(id)) ?? this.#erasure(id);
  }

  changes(options?: SubscribeOptions): ChangeReading {
    return this.#running.subscribe(options);
  }

  async applied(
    positions: readonly Position[],
    options?: { readonly deadlineMs?: number },
  ): Promise<void> {
    return this.#running.applied(positions, options);
  }

  async idle(options?: { readonly deadlineMs?: number }): Promise<void> {
    return this.#running.idle(options);
  }

  async stats(): Promise<PlatformStats> {
    const [engine, telemetry] = await Promise.all([
      this.#running.stats(),
      this.#parts.control.telemetry(),
    ]);
    return { engine, hooks: telemetry.hooks, hookFaults: telemetry.faults };
  }

  async fsck(): Promise<FsckReport> {
    this.#assertRunning();
    return fsck(this.#parts.folder);
  }

  stop(options: { readonly deadlineMs?: number } = {}): Promise<PlatformStopped> {
    if (this.#stopping === undefined) {
      this.#parts.control.callOff();
      this.#stopping = this.#parts.stop(options);
    }
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Of one that has been asked for. */
  #erasure(id: string): Erasure {
    const found = this.erasures.get(id);
    assert(found !== undefined, `erasure ${id} to be known`);
    return found;
  }

  /** The engine, while it takes anything. */
  get #running(): EntityEngine {
    this.#assertRunning();
    return this.#parts.engine;
  }

  #assertRunning(): void {
    if (this.isStopping)
      throw new CodedError('PLATFORM_STOPPED', 'expected a running platform, got one that stops');
  }

  async #refreshModule(
    module: string,
    config: Readonly<Record<string, unknown>> | undefined,
  ): Promise<number> {
    this.#assertRunning();
    const fresh = config ?? (await this.#readModuleConfigs([module])).get(module)!;
    const generation = await this.#parts.control.reload(module, fresh);
    if (config === undefined) this.#given.delete(module);
    else this.#given.add(module);
    return generation;
  }

  /** Configurations that the program gave stay; the others are as they stand now. */
  async #replaceModules(): Promise<number> {
    const engine = this.#running;
    const stale = (): readonly string[] => this.modules.filter((name) => !this.#given.has(name));
    try {
      return await this.#parts.control.replaceCode(engine.init, () =>
        this.#readModuleConfigs(stale()),
      );
    } catch (error) {
      this.#assertRunning(); // what a stop cuts off fails in many ways
      throw error;
    }
  }

  /** Of these modules: what stands in place of files, else the files as they are now. */
  async #readModuleConfigs(modules: readonly string[]): Promise<Map<string, ModuleSettings>> {
    const { folder, moduleConfigs } = this.#parts.settings;
    const isRead =
      folder !== undefined && modules.some((name) => moduleConfigs[name] === undefined);
    const files = isRead ? await readModuleFiles(folder.dir) : undefined;
    return new Map(
      modules.map((name) => [name, moduleConfigs[name] ?? files?.get(name) ?? {}] as const),
    );
  }

  /** All: those there are now. One that is buried while they are worked on is not among them: it might go on for ever. */
  async #eachLetter(
    which: readonly string[] | 'all',
    act: (ids: readonly string[]) => Promise<number>,
  ): Promise<number> {
    if (which !== 'all') return act(which);
    const ids: string[] = [];
    for (;;) {
      const after = ids.at(-1);
      const place = { countMax: LETTERS_AT_ONCE, ...(after === undefined ? {} : { after }) };
      const letters = await this.#running.deadLetters(place);
      if (letters.length === 0) break;
      for (const { id } of letters) ids.push(id);
    }
    let done = 0;
    for (let from = 0; from < ids.length; from += LETTERS_AT_ONCE)
      done += await act(ids.slice(from, from + LETTERS_AT_ONCE));
    return done;
  }
}

/** What stands in `modules/*.yml` now. */
async function readModuleFiles(dir: string): Promise<ReadonlyMap<string, ModuleSettings>> {
  const read = await readConfigFolder(dir);
  if (read.folder !== undefined) return read.folder.modules.config;
  const faults = read.faults.map(configFaultText);
  throw new CodedError(
    'CONFIG_FOLDER_INVALID',
    `${dir}: expected no faults, got ${faults.length}\n  ${faults.join('\n  ')}`,
    { details: { faults } },
  );
}
