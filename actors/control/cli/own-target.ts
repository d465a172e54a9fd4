/**
 * A platform of this process, for a command that needs one where none runs: started on the folder, drained and stopped with
 * the command. One that runs there already is used instead.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { createPlatform } from '../../platform.js';
import { routesOf } from '../platform-routes.js';
import { openFolderTarget } from './folder-target.js';
import { tableTarget } from './table-target.js';
import { placeOf, type Target } from './target.js';

/** Rejects CONFIG_INVALID without --data, and what starting rejects with. */
export async function openOwnTarget(
  options: Readonly<Record<string, unknown>>,
  config: string,
): Promise<Target> {
  const { data } = placeOf(options);
  if (data === undefined)
    throw new CodedError('CONFIG_INVALID', 'expected --data DIR beside --config, got --url');
  const running = await openFolderTarget(data);
  if (running !== undefined) return running;
  const platform = await createPlatform({ data, config });
  return tableTarget(data, routesOf(platform), () => platform.stop());
}
