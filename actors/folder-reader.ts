/**
 * The reader of an open data folder.
 * Runs on: main.
 */
import { type Folder, type Model, ModelNumbers } from '../stores/internal.js';
import { EntityReader } from './entity/entity-reader.js';

/** Reads by `model`, which the folder has adopted or was opened with. It needs no closing. */
export function readerOf(folder: Folder, model: Model): EntityReader {
  const { environments, partitions } = folder;
  const numbers = ModelNumbers.of(folder.numbers, model);
  return new EntityReader({ folder: { environments, numbers, partitions }, model });
}
