/**
 * The public door of the platform. Reading order of what is behind it: platform-config (what it is made of), platform
 * (how it starts and stops), platform-surface (what it offers), entity/hook and module/module (what an author writes),
 * entity/entity-engine (from a data-point to its effects), control/ (HTTP and the command line). Entity types are made
 * with `defineEntity` of troupe/stores.
 */

export { commandLineDoor } from './control/folder-answers.js';
export { type HttpOptions, type HttpServer, serveHttp } from './control/serve-http.js';
export type { Change, ChangeGap, ChangeReading, SubscribeOptions } from './entity/change-feed.js';
export type { DeadLetterView } from './entity/dead-letters.js';
export type { EngineStats, IngestAnswer, IngestOptions } from './entity/entity-engine.js';
export type { EntityReader } from './entity/entity-reader.js';
export type { Erasure, ErasureState } from './entity/erasure.js';
export type * from './entity/hook.js';
export type { HookReport } from './entity/hook-telemetry.js';
export type { PlatformLimits } from './entity/kit-init.js';
export type { Position } from './entity/position.js';
export type { EntityAccess } from './entity-access.js';
export { PLATFORM_ERROR_CODES, type PlatformErrorCode } from './errors.js';
export { assertTasks, type ExpectedTask } from './module/assert-tasks.js';
export {
  type AnyConfig,
  BaseModule,
  defineModule,
  type Module,
  type ModuleClass,
  type ModuleContext,
  type ModuleDefinition,
  type ModuleOptions,
  type ModulePlatform,
  type ModuleSteps,
} from './module/module.js';
export {
  createModuleTest,
  type DerivedTask,
  type ModuleTest,
  type ModuleTestOptions,
  type ModuleTestRun,
  type RegisteredCall,
} from './module/module-test.js';
export type { RefreshFlag } from './module/refresh-flag.js';
export type { HookOptions, RefreshOptions, Registrar } from './module/registrar.js';
export { createPlatform } from './platform.js';
export type {
  Door,
  DoorKeeper,
  ModuleEntry,
  PlatformConfig,
} from './platform-config.js';
export type {
  DeadLetters,
  Erasures,
  Platform,
  PlatformControl,
  PlatformStats,
  PlatformStopped,
} from './platform-surface.js';
