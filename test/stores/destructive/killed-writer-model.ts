/**
 * What the process that is killed stores: entities that tasks come for, and one derived entity for each such task.
 * Runs on: any.
 */
import { createModel, type Model } from '../../../stores/schema/model.js';

export const PARTITIONS = 4;
export const THREADS = 2;
/** Numbers of the entity types, in the order of the model. */
export const SOURCE = 0;
export const DERIVED = 1;
export const NAMES = ['source', 'derived'] as const;

export function killedWriterModel(): Model {
  return createModel(
    NAMES.map((id) => ({
      entity: { id, id_data_type: 'string', name: id, snapshot: false },
      attribs: { v: { name: 'v', description: '', type: 'plain', data_type: 'int' } },
    })),
  ) as Model;
}
