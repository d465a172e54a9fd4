/**
 * Where an erasure can be done: at a platform that runs, or at one of this process on a folder that nobody has open. With
 * --config its modules run meanwhile. Without, it is the entity types the folder knows and no modules: then nothing may
 * wait there, since hooks that should have seen it would be passed over.
 * Runs on: main.
 */
import { CodedError, createSystem, silentLogger } from '../../../core/index.js';
import { type Folder, modelOf, openFolder } from '../../../stores/internal.js';
import { startEngine } from '../../entity/start-engine.js';
import { tableOf } from '../platform-routes.js';
import { openFolderTarget } from './folder-target.js';
import { restingPort } from './resting-target.js';
import { tableTarget } from './table-target.js';
import { openTarget, placeOf, type Target } from './target.js';

type Options = Readonly<Record<string, unknown>>;

/** A target, and whether it is this process that has the folder open. */
export interface ErasingTarget {
  readonly target: Target;
  readonly isOwn: boolean;
}

/** Rejects CONFIG_INVALID when tasks wait in the folder and there is no --config, and what opening rejects with. */
export async function openErasingTarget(options: Options): Promise<ErasingTarget> {
  const { data } = placeOf(options);
  if (data === undefined) return { target: await openTarget(options), isOwn: false };
  const running = await openFolderTarget(data);
  if (running !== undefined) return { target: running, isOwn: false };
  if (typeof options.config === 'string') {
    const { openOwnTarget } = await import('./own-target.js');
    return { target: await openOwnTarget(options, options.config), isOwn: true };
  }
  return { target: await openModuleless(data), isOwn: true };
}

async function openModuleless(dir: string): Promise<Target> {
  const folder = await openFolder(dir, { isThere: true });
  try {
    if (folder.hasWork())
      throw new CodedError(
        'CONFIG_INVALID',
        `${dir}: expected --config DIR, as tasks wait there for their hooks, got none`,
      );
    return await targetOn(folder);
  } catch (error) {
    await folder.close();
    throw error;
  }
}

async function targetOn(folder: Folder): Promise<Target> {
  const system = await createSystem({ name: 'erase', threads: 1, logger: silentLogger });
  try {
    const engine = await startEngine({ system, folder, model: modelOf(folder.storedSpecs) });
    const table = tableOf({
      ...restingPort(folder),
      erase: async (etype, eid) => {
        const id = await engine.erase(etype, eid);
        return engine.erasures().find((one) => one.id === id)!;
      },
      erasures: () => engine.erasures(),
    });
    return tableTarget(folder.dir, table, async () => {
      await engine.stop();
      await system.stop();
      await folder.close();
    });
  } catch (error) {
    await system.stop();
    throw error;
  }
}
