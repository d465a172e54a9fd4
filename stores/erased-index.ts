/**
 * Entities that are being erased, found by what a task or a row says: few among very many, so a look must cost little.
 * Runs on: any.
 */
import { writeBytes } from './byte-writer.js';
import type { Task } from './entry-codec.js';
import type { AttributeOf, ErasedEntity } from './erase-task.js';
import { linkTargets } from './history/link-targets.js';
import { entityReached } from './piecework.js';
import type { EntityId } from './schema/entity-id.js';
import { writeValue } from './value-codec.js';

export class ErasedIndex<E extends ErasedEntity> {
  readonly all: readonly E[];
  readonly #attributeOf: AttributeOf;
  readonly #byNumber = new Map<string, E[]>();
  readonly #byName = new Map<string, E[]>();
  readonly #byId = new Map<EntityId, E[]>();
  /** Their ids as they stand in the bytes of an entry. */
  readonly #needles: readonly Buffer[];

  constructor(all: readonly E[], attributeOf: AttributeOf) {
    this.all = all;
    this.#attributeOf = attributeOf;
    for (const one of all) {
      put(this.#byNumber, `${one.etype}/${one.eid}`, one);
      put(this.#byName, `${one.name}/${one.eid}`, one);
      put(this.#byId, one.eid, one);
    }
    const ids = [...this.#byId.keys()];
    this.#needles = ids.map((eid) => Buffer.from(writeBytes((writer) => writeValue(writer, eid))));
  }

  /** Those of that type number and id. */
  of(etype: number, eid: EntityId): readonly E[] {
    return this.#byNumber.get(`${etype}/${eid}`) ?? [];
  }

  /** False when an encoded entry surely names none of them. */
  mayBeIn(entry: Uint8Array): boolean {
    const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
    return this.#needles.some((needle) => bytes.includes(needle));
  }

  /** Those that the task is for, that its changes of links or its piecework name, or that values of it link to. */
  in(task: Task): readonly E[] {
    const found = new Set(this.of(task.etype, task.eid));
    for (const { etype, eid } of task.links ?? [])
      for (const one of this.of(etype, eid)) found.add(one);
    const reached = task.piecework && entityReached(task.piecework, task.etype);
    if (reached !== undefined)
      for (const one of this.of(reached.etype, reached.eid)) found.add(one);
    for (const { attr, v } of task.points) {
      const attribute = this.#attributeOf(task.etype, attr);
      if (attribute === undefined) this.#addLikely(v, found);
      const { type } = attribute ?? {};
      if (type?.link === undefined) continue;
      for (const eid of linkTargets(type, v))
        for (const one of this.#byName.get(`${type.link.target}/${eid}`) ?? []) found.add(one);
    }
    return [...found];
  }

  /** The model does not have the attribute any more: whatever looks like a link may be one. */
  #addLikely(value: unknown, found: Set<E>): void {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) for (const one of value) this.#addLikely(one, found);
    else for (const one of this.#byId.get((value as { eid: EntityId }).eid) ?? []) found.add(one);
  }
}

function put<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else there.push(value);
}
