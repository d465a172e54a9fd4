/**
 * A data folder at rest as a target of commands: its stores opened for reading only, by the model they were written under.
 * Nothing can be sent, replayed or dropped there.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { modelOf, openFolder } from '../../../stores/internal.js';
import { readerOf } from '../../folder-reader.js';
import type { PlatformPort } from '../platform-port.js';
import { tableOf } from '../platform-routes.js';
import { tableTarget } from './table-target.js';
import type { Target } from './target.js';

/** Rejects FOLDER_FOREIGN, FOLDER_NEWER, FOLDER_UNFIT for what cannot be read, and when there is nothing. */
export async function openRestingTarget(dir: string): Promise<Target> {
  const folder = await openFolder(dir, { isReadOnly: true });
  const { partitions } = folder;
  const model = modelOf(folder.storedSpecs);
  const nobody = async (): Promise<never> => {
    throw new CodedError('NODE_UNREACHABLE', `expected a platform to run on ${dir}, got none`);
  };
  const port: PlatformPort = {
    model,
    partitions,
    reader: readerOf(folder, model),
    modules: [],
    ingest: nobody,
    submit: nobody,
    applied: nobody,
    control: nobody,
    deadLetters: nobody,
    replayDeadLetters: nobody,
    dropDeadLetters: nobody,
    metadata: async () => [],
    stats: nobody,
    readiness: () => ({ isReady: false, faults: ['no platform runs here'], notices: [] }),
  };
  return tableTarget(dir, tableOf(port), () => folder.close());
}
