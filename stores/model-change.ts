/**
 * What a new model changes in a data folder, in names: what comes, what is stored in another form from now on, what goes.
 * Only what stored bytes depend on counts: a description, a retention or a new category changes nothing here.
 * Pure.
 * Runs on: any.
 */
import {
  type AttributeNumber,
  type EntityNumber,
  type ModelNumbersForm,
  numberedForm,
} from './model-numbers.js';
import type { Model } from './schema/build-model.js';
import type { EntityType } from './schema/entity-type.js';

/** An entity type (`host`) or an attribute (`host.label`) that is stored in another form: its values begin anew. */
export interface Retyped {
  readonly name: string;
  /** Of an attribute `plain string`, of an entity type `id string`. */
  readonly from: string;
  readonly to: string;
}

/** Names as in {@link Retyped}, sorted. Of a type that comes, goes or is retyped as a whole no attribute is named. */
export interface ModelChange {
  readonly added: readonly string[];
  readonly retyped: readonly Retyped[];
  readonly removed: readonly string[];
  /** Something stored loses its meaning: tasks of the former model need that model to be applied. */
  readonly isBreaking: boolean;
}

/** What adopting `next` changes in a folder whose numbers are `stored`. */
export function modelChange(stored: ModelNumbersForm, next: Model): ModelChange {
  const added: string[] = [];
  const retyped: Retyped[] = [];
  const removed: string[] = [];
  const before = inUse(stored.entities);
  for (const [id, old] of before) {
    const type = next.entities.get(id);
    if (type === undefined) removed.push(id);
    else if (type.idType.name !== old.idType)
      retyped.push({ name: id, from: `id ${old.idType}`, to: `id ${type.idType.name}` });
    else compareAttributes(old, type, next, { added, retyped, removed });
  }
  for (const { id } of next.list) if (!before.has(id)) added.push(id);
  return {
    added: added.sort(),
    retyped: retyped.sort((one, other) => (one.name < other.name ? -1 : 1)),
    removed: removed.sort(),
    isBreaking: retyped.length + removed.length > 0,
  };
}

/** The change in one line for people; empty when there is none. */
export function modelChangeText({ added, retyped, removed }: ModelChange): string {
  const forms = retyped.map(({ name, from, to }) => `${name} (from ${from} to ${to})`);
  const parts: [string, readonly string[]][] = [
    ['added', added],
    ['retyped', forms],
    ['removed', removed],
  ];
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${names.join(', ')}`)
    .join('; ');
}

interface Lists {
  readonly added: string[];
  readonly retyped: Retyped[];
  readonly removed: string[];
}

/** What a mirror shows is stored nowhere: an attribute that becomes one is removed, and the other way it is added. */
function compareAttributes(old: EntityNumber, type: EntityType, next: Model, lists: Lists): void {
  const before: ReadonlyMap<string, AttributeNumber> = inUse(old.attributes);
  for (const [id, { form: from }] of before) {
    const attribute = type.attributes.get(id);
    const to = attribute && numberedForm(attribute, next);
    const name = `${old.id}.${id}`;
    if (to === undefined) lists.removed.push(name);
    else if (to !== from) lists.retyped.push({ name, from, to });
  }
  for (const attribute of type.list) {
    const isStored = numberedForm(attribute, next) !== undefined;
    if (isStored && !before.has(attribute.id)) lists.added.push(`${old.id}.${attribute.id}`);
  }
}

function inUse<T extends { readonly id: string; readonly retired?: number }>(
  numbers: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(
    numbers.filter(({ retired }) => retired === undefined).map((one) => [one.id, one]),
  );
}
