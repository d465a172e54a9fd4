/**
 * What a configuration would change in a data folder that was made under another one, and how many entities that meets:
 * a look at the folder, which is opened for reading only, whether a platform runs there or not.
 * Runs on: main.
 */
import {
  type Folder,
  type Model,
  modelChange,
  modelOf,
  openFolder,
  type Retyped,
} from '../../../stores/internal.js';
import { readerOf } from '../../folder-reader.js';
import { printable } from './printable.js';

/** An entity type or an attribute, and how many entities have it now; `many` where that would take too long to count. */
export interface Met {
  readonly name: string;
  readonly entities: number | 'many';
}

/** Names as in {@link ModelChange}. */
export interface DataChange {
  /** Without symbolic links. */
  readonly data: string;
  readonly added: readonly string[];
  readonly retyped: readonly (Retyped & Met)[];
  readonly removed: readonly Met[];
  /** What is stored of retyped and removed ones is read no more. */
  readonly isBreaking: boolean;
  /** Tasks wait there that need the former model: the next start finishes them first. */
  readonly hasWork: boolean;
}

/** Rejects FOLDER_FOREIGN, FOLDER_NEWER, FOLDER_OLDER, FOLDER_UNFIT for what cannot be read, and when there is nothing. */
export async function dataChange(dir: string, next: Model): Promise<DataChange> {
  const folder = await openFolder(dir, { isReadOnly: true });
  try {
    const { added, retyped, removed, isBreaking } = modelChange(folder.numbers, next);
    const meets = await meter(folder, [...retyped.map(({ name }) => name), ...removed]);
    return {
      data: folder.dir,
      added,
      retyped: retyped.map((one) => ({ ...one, entities: meets(one.name) })),
      removed: removed.map((name) => ({ name, entities: meets(name) })),
      isBreaking,
      hasWork: isBreaking && folder.hasWork(),
    };
  } finally {
    await folder.close();
  }
}

/** For people: a line each, what is lost with how much of it. */
export function dataChangeLines(change: DataChange): string[] {
  const { data, added, retyped, removed, isBreaking, hasWork } = change;
  if (added.length + retyped.length + removed.length === 0)
    return [`${printable(data)}: nothing changes in what is stored`];
  const lost = ({ entities }: Met): string =>
    entities === 1 ? 'of 1 entity' : `of ${entities} entities`;
  return [
    `${printable(data)} would change:`,
    ...added.map((name) => `  added ${name}`),
    ...retyped.map((one) => `  retyped ${one.name} from ${one.from} to ${one.to}, ${lost(one)}`),
    ...removed.map((one) => `  removed ${one.name}, ${lost(one)}`),
    ...(isBreaking ? ['  what is retyped or removed is read no more; nothing was touched'] : []),
    ...(hasWork ? ['  tasks wait there: the next start finishes them under the former model'] : []),
  ];
}

/** Entities by name of a type, or of an attribute; only types that are asked about are looked at. */
async function meter(
  folder: Folder,
  names: readonly string[],
): Promise<(name: string) => number | 'many'> {
  const model = modelOf(folder.storedSpecs);
  const reader = readerOf(folder, model);
  const wanted = new Set(names.filter((name) => name.includes('.')).map((name) => typeOf(name)));
  const types = model.list.filter(({ id }) => wanted.has(id));
  const counts = types.length === 0 ? {} : await reader.entitiesPerAttribute(types);
  return (name) => {
    const type = typeOf(name);
    const entity = model.entities.get(type);
    if (name === type) return entity === undefined ? 0 : reader.count(entity);
    return counts === undefined ? 'many' : (counts[type]?.[name.slice(type.length + 1)] ?? 0);
  };
}

function typeOf(name: string): string {
  return name.split('.')[0]!;
}
