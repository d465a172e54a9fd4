/**
 * Gives a data folder the model of this start. What was stored under the former one and not applied is finished first, if
 * the change would take something from under it: then the engine runs on the former model until nothing is left.
 *
 *   folder's model ── the same, or only more ──────────────────────────────────────────────► adopt
 *        └── something removed or retyped ── nothing left to apply ────────────────────────► adopt
 *                                              └── tasks, or derived entries ── engine on the
 *                                                  folder's model, until all is applied ───► adopt
 *
 * The modules are those of this start: a hook for what the former model does not have cannot meet its tasks and is passed
 * over. When it cannot be done the start fails, and the folder keeps its model and its tasks.
 * Runs on: main.
 */
import { type ActorSystem, CodedError, hasCode } from '../core/index.js';
import { systemClock } from '../core/internal.js';
import { type Folder, modelChange, modelChangeText, modelOf } from '../stores/internal.js';
import type { EntityEngine } from './entity/entity-engine.js';
import { startEngine } from './entity/start-engine.js';
import type { PlatformErrorCode } from './errors.js';
import { ModuleControl } from './module/module-control.js';
import type { PlatformSettings } from './platform-config.js';

/** How long one look at an engine waits for it to be idle. */
const LOOK_MS = 100;

/** What there is to work with. */
export interface AdoptingOn {
  readonly folder: Folder;
  readonly system: ActorSystem;
}

/**
 * Resolves when the folder has the model, and says in the log what that changed. Rejects MODULE_FAILED for a module that
 * cannot be set up on the former model, MODEL_CHANGE_BLOCKED when its tasks do not come to an end, PLATFORM_STOPPED.
 */
export async function adoptModel(settings: PlatformSettings, on: AdoptingOn): Promise<void> {
  const { model, logger } = settings;
  const { folder } = on;
  const isNew = folder.numbers.schema === 0;
  const change = modelChange(folder.numbers, model);
  const text = modelChangeText(change);
  if (change.isBreaking && folder.hasWork()) {
    logger.warn('finishing what was stored under the former model', { change: text });
    await finish(settings, on);
  }
  await folder.adopt(model);
  if (isNew || text === '') return;
  if (change.isBreaking)
    logger.warn('the model has changed: what is removed or retyped is read no more', {
      change: text,
    });
  else logger.info('the model has changed', { change: text });
}

async function finish(settings: PlatformSettings, { folder, system }: AdoptingOn): Promise<void> {
  const { modules, limits, changesKeptMax } = settings;
  const control = new ModuleControl(system, modules, limits);
  try {
    const engine = await startEngine({
      system,
      folder,
      model: modelOf(folder.storedSpecs),
      modules,
      moduleActors: control.actors,
      limits,
      changesKeptMax,
      isFormerModel: true,
    });
    try {
      await finished(settings, folder, engine);
    } finally {
      await engine.stop({ deadlineMs: 0 });
    }
  } finally {
    await control.stop();
  }
}

/** Resolves when nothing is left. However much there is, it may take its time as long as it goes on. */
async function finished(
  { signal }: PlatformSettings,
  folder: Folder,
  engine: EntityEngine,
): Promise<void> {
  const { formerModelStuckMs } = engine.init.limits;
  let seen = '';
  let since = systemClock.now();
  while (!((await isIdle(engine)) && !folder.hasWork())) {
    if (signal?.aborted)
      throw new CodedError('PLATFORM_STOPPED', 'the start of the platform was called off');
    const { tasksApplied, deadLetters, lag, outbox } = await engine.stats();
    const progress = [tasksApplied, deadLetters, lag, outbox].join();
    const now = systemClock.now();
    if (progress !== seen) since = now;
    seen = progress;
    if (now - since < formerModelStuckMs) continue;
    const left = `${lag} tasks and ${outbox} derived entries left, nothing done for ${formerModelStuckMs} ms`;
    throw new CodedError<PlatformErrorCode>(
      'MODEL_CHANGE_BLOCKED',
      `data folder ${folder.dir}: expected all of its former model to be applied, got ${left}`,
      { details: { dir: folder.dir, lag, outbox } },
    );
  }
}

async function isIdle(engine: EntityEngine): Promise<boolean> {
  try {
    await engine.idle({ deadlineMs: LOOK_MS });
    return true;
  } catch (error) {
    if (hasCode(error, 'ASK_TIMEOUT')) return false;
    throw error;
  }
}
