/**
 * A module set up with one configuration: constructed, its hooks checked, not yet in the table. Both ways of writing a
 * module look the same from here on. What user code throws, or does not end in time, comes out as MODULE_FAILED.
 * Runs on: any.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Logger } from '../../core/index.js';
import { type Clock, textOf } from '../../core/internal.js';
import type { Model } from '../../stores/index.js';
import type { HookModule } from '../entity/hook.js';
import { type HookRegistration, HookTable } from '../entity/hook-table.js';
import type { ModuleChoice, PlatformLimits } from '../entity/kit-init.js';
import { PLATFORM_LIMITS } from '../limits.js';
import {
  isModuleClass,
  type Module,
  type ModuleClass,
  type ModuleDefinition,
  type ModulePlatform,
  type ModuleSteps,
} from './module.js';
import { moduleFailed } from './module-loader.js';
import { RefreshFlag } from './refresh-flag.js';
import { Registrar } from './registrar.js';

/** Where a module lives. */
export interface ModuleHome {
  readonly model: Model;
  readonly clock: Clock;
  /** Number of the thread. */
  readonly thread: number;
  readonly log: Logger;
  /** The module is written for a later model: a hook that does not fit this one is passed over. Default false. */
  readonly isFormerModel?: boolean;
  /** Default the table. */
  readonly limits?: PlatformLimits;
}

/** A configuration and its number: 1 at the start, one more with each reload. */
export interface ModuleConfig {
  readonly config: Readonly<Record<string, unknown>>;
  readonly generation: number;
}

/** What is to be set up, and with what. */
export interface ModuleOrder {
  readonly choice: ModuleChoice;
  readonly written: Module;
  readonly home: ModuleHome;
  readonly given: ModuleConfig;
}

/** A module that is set up. All its steps reject MODULE_FAILED. */
export interface ModuleStage {
  /** The module as its hooks know it. */
  readonly module: HookModule;
  readonly registrations: readonly HookRegistration[];
  readonly refresh: RefreshFlag;
  start(): Promise<void>;
  /** Aborts the signal, then what the module does at its end. */
  stop(): Promise<void>;
  /**
   * Of a module that keeps its instance over reloads: takes the configuration, or keeps the old one and rejects.
   * Undefined where each configuration has a stage of its own.
   */
  readonly loadConfig: ((given: ModuleConfig) => Promise<void>) | undefined;
}

/** Checks the configuration by the module's schema and sets the module up. */
export async function setUpModule(order: ModuleOrder): Promise<ModuleStage> {
  const config = await parseConfig(order, order.given.config);
  const { written } = order;
  const ground = groundOf(order);
  try {
    return isModuleClass(written)
      ? await setUpClass(order, ground, written, config)
      : await setUpDefinition(order, ground, written, config);
  } catch (error) {
    ground.end();
    throw error;
  }
}

/** The configuration as the module's schema makes it; rejects with every fault. */
export async function parseConfig(order: ModuleOrder, config: unknown): Promise<unknown> {
  const schema: StandardSchemaV1 | undefined = order.written.config;
  if (schema === undefined) return config;
  const result = await inTime(order, 'the schema of its configuration', () =>
    schema['~standard'].validate(config),
  );
  if (result.issues === undefined) return result.value;
  const faults = result.issues.map(({ path = [], message }) => {
    const steps = path.map((step) => String(typeof step === 'object' ? step.key : step));
    return `${['config', ...steps].join('.')}: ${message}`;
  });
  throw failed(order, faults.join('; '));
}

async function setUpClass(
  order: ModuleOrder,
  ground: Ground,
  written: ModuleClass,
  config: unknown,
): Promise<ModuleStage> {
  const { platform, registrar } = ground;
  const instance = await inTime(order, 'its constructor', () => {
    return new written(platform, config as never, registrar);
  });
  registrar.close();
  if (order.given.generation > 1) instance.refresh.set();
  let inForce = config;
  const load = (parsed: unknown): Promise<void> =>
    inTime(order, 'loadConfig', () => instance.loadConfig(platform, parsed as never));
  await load(inForce);
  return {
    module: ground.module,
    registrations: ground.registrations,
    refresh: instance.refresh,
    start: () => inTime(order, 'start', () => instance.start()),
    stop: () => {
      ground.end();
      return inTime(order, 'stop', () => instance.stop());
    },
    loadConfig: async (given) => {
      const parsed = await parseConfig(order, given.config);
      try {
        await load(parsed);
      } catch (error) {
        await load(inForce);
        throw error;
      }
      inForce = parsed;
      ground.module.generation = given.generation;
      instance.refresh.set();
    },
  };
}

async function setUpDefinition(
  order: ModuleOrder,
  ground: Ground,
  written: ModuleDefinition,
  config: unknown,
): Promise<ModuleStage> {
  const { platform, registrar } = ground;
  const refresh = new RefreshFlag();
  if (order.given.generation > 1) refresh.set();
  const steps = await inTime(order, 'setup', () =>
    written.setup({
      name: order.choice.name,
      config: config as never,
      registrar,
      platform,
      log: platform.log,
      refresh,
    }),
  );
  registrar.close();
  const { start, stop } = (steps ?? {}) as ModuleSteps;
  return {
    module: ground.module,
    registrations: ground.registrations,
    refresh,
    start: () => inTime(order, 'start', async () => void (await start?.())),
    stop: () => {
      ground.end();
      return inTime(order, 'stop', async () => void (await stop?.()));
    },
    loadConfig: undefined,
  };
}

/** What a module stands on while it lives. */
interface Ground {
  readonly module: { generation: number } & HookModule;
  readonly platform: ModulePlatform;
  readonly registrar: Registrar;
  readonly registrations: HookRegistration[];
  end(): void;
}

/** Registrations are held against a table of their own first: so a wrong one throws where the module makes it. */
function groundOf({ choice, home, given }: ModuleOrder): Ground {
  const controller = new AbortController();
  const { signal } = controller;
  const log = home.log.child({ module: choice.name });
  const module = { name: choice.name, generation: given.generation, log, signal };
  const registrations: HookRegistration[] = [];
  const trial = new HookTable(home.model);
  const registrar = new Registrar(choice.name, home.model, (registration) => {
    try {
      trial.register(module, 0, registration);
    } catch (error) {
      if (home.isFormerModel !== true) throw error;
      log.warn('a hook does not fit the former model and is passed over', { error });
      return;
    }
    registrations.push(registration);
  });
  const platform: ModulePlatform = { model: home.model, thread: home.thread, log, signal };
  return { module, platform, registrar, registrations, end: () => controller.abort() };
}

/** Runs a step of user code, with an end to waiting for it. */
function inTime<T>(order: ModuleOrder, step: string, run: () => T | PromiseLike<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const { moduleStepMs: ms } = order.home.limits ?? PLATFORM_LIMITS;
    const cancel = order.home.clock.after(ms, () =>
      reject(failed(order, `expected ${step} to end within ${ms} ms, got no end`)),
    );
    const fail = (thrown: unknown): void => {
      cancel();
      const text = thrown instanceof Error ? thrown.message : textOf(thrown);
      reject(failed(order, `expected ${step} to go well, got: ${text}`, thrown));
    };
    Promise.resolve()
      .then(run)
      .then((value) => {
        cancel();
        resolve(value);
      }, fail);
  });
}

function failed({ choice }: ModuleOrder, what: string, cause?: unknown): Error {
  return moduleFailed(choice.name, choice.url, what, cause);
}
