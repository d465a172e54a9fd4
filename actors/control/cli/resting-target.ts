/**
 * A data folder at rest as a target of commands: its stores opened for reading only, by the model they were written under.
 * Nothing can be sent, replayed or dropped there.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { type Folder, ModelNumbers, modelOf, openFolder } from '../../../stores/internal.js';
import { ChangeReader } from '../../entity/change-reader.js';
import { restingChanges } from '../../entity/change-source.js';
import { DeadLetterReader } from '../../entity/dead-letter-reader.js';
import { restingErasures } from '../../entity/erasure.js';
import { readerOf } from '../../folder-reader.js';
import { PLATFORM_LIMITS } from '../../limits.js';
import type { PlatformPort } from '../platform-port.js';
import { tableOf } from '../platform-routes.js';
import { tableTarget } from './table-target.js';
import type { Target } from './target.js';

/** Rejects FOLDER_FOREIGN, FOLDER_NEWER, FOLDER_OLDER, FOLDER_UNFIT for what cannot be read, and when there is nothing. */
export async function openRestingTarget(dir: string): Promise<Target> {
  const folder = await openFolder(dir, { isReadOnly: true });
  return tableTarget(dir, tableOf(restingPort(folder)), () => folder.close());
}

/** What an open folder answers without a platform. */
export function restingPort(folder: Folder): PlatformPort {
  const { dir, partitions } = folder;
  const model = modelOf(folder.storedSpecs);
  const erasures = restingErasures(folder);
  const nobody = async (): Promise<never> => {
    throw new CodedError('NODE_UNREACHABLE', `expected a platform to run on ${dir}, got none`);
  };
  const source = restingChanges(folder);
  const numbers = ModelNumbers.of(folder.numbers, model);
  const letters = new DeadLetterReader(folder, numbers, PLATFORM_LIMITS);
  return {
    model,
    partitions,
    reader: readerOf(folder, model),
    modules: [],
    ingest: nobody,
    submit: nobody,
    applied: nobody,
    control: nobody,
    changes: (options) => new ChangeReader(source, options),
    deadLetters: async (options) => letters.list(options),
    replayDeadLetters: nobody,
    dropDeadLetters: nobody,
    erase: nobody,
    erasures: () => erasures,
    metadata: async () => [],
    stats: nobody,
    readiness: () => ({ isReady: false, faults: ['no platform runs here'], notices: [] }),
  };
}
