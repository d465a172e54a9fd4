/**
 * db_entities/*.yml, one entity type each -> the model. The name of a file is the id of its entity type.
 * Runs on: main.
 */
import { textOf } from '../../core/internal.js';
import { createModel, type EntitySpec, isMapping, type Model } from '../../stores/internal.js';
import { type ConfigFault, configFault } from './config-fault.js';
import type { OpenTree } from './open-files.js';

/** What the entity files say. */
export interface EntityFiles {
  readonly specs: readonly EntitySpec[];
  readonly model: Model;
}

/** The model of the folder, or undefined after adding all that is wrong with it. */
export function readEntityFiles(
  tree: OpenTree | undefined,
  faults: ConfigFault[],
): EntityFiles | undefined {
  const before = faults.length;
  for (const [name] of tree?.folders ?? []) {
    const expected = 'files only';
    faults.push(configFault(`db_entities/${name}`, { at: [], expected, got: 'a folder' }));
  }
  const files = [...(tree?.files ?? [])];
  if (files.length === 0 && (tree?.broken.length ?? 0) === 0) {
    const expected = 'a file NAME.yml for each entity type';
    faults.push(configFault('db_entities', { at: [], expected, got: 'none that can be read' }));
    return undefined;
  }
  const unread = [...(tree?.broken ?? [])];
  for (const [name, { value, shown, placeOf }] of files) {
    const id = isMapping(value) && isMapping(value.entity) ? value.entity.id : undefined;
    if (typeof id !== 'string' || id === name) continue;
    unread.push(name);
    const at = ['entity', 'id'];
    const expected = `${name}, which is the name of the file`;
    faults.push(configFault(shown, { at, expected, got: textOf(id) }, placeOf(at)));
  }
  const specs = files.map(([, { value }]) => value);
  const model = createModel(specs, { unread });
  if (!Array.isArray(model))
    return faults.length > before ? undefined : { specs: model.specs, model };
  for (const { spec, at, expected, got, suggestion } of model) {
    const { shown, placeOf } = files[spec]![1];
    const texts = { expected, got, ...(suggestion === undefined ? {} : { suggestion }) };
    faults.push(configFault(shown, { at, ...texts }, placeOf(at)));
  }
  return undefined;
}
