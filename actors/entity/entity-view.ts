/**
 * Any stored entity as hooks read it, as last committed.
 * Runs on: any.
 */
import { CodedError } from '../../core/index.js';
import { textOf } from '../../core/internal.js';
import { type EntityId, partitionOf } from '../../stores/internal.js';
import type { RecordView } from './hook.js';
import { recordViewOf } from './record-view.js';
import type { ThreadKit } from './thread-kit.js';

/** Undefined when the entity is not there. Throws HOOK_INVALID for an unknown type, or an id that is none of it. */
export function readView(
  kit: ThreadKit,
  etype: string,
  eid: EntityId,
  now: number,
): RecordView | undefined {
  const entity = kit.model.entities.get(etype);
  if (entity === undefined) throw invalid('an entity type of the model', etype);
  const id = entity.idType.parse(eid);
  if (typeof id === 'object') throw invalid(`an id of "${etype}"`, eid);
  const partition = partitionOf(etype, id, kit.init.partitions);
  const address = { etype: kit.numbers.etypeNo(etype), partition, eid: id };
  const record = kit.entities.record(address);
  if (record === undefined) return undefined;
  return recordViewOf({
    entity,
    eid: id,
    record,
    numbers: kit.numbers,
    now,
    chunks: (attr, range) => kit.entities.chunks(address, attr, range),
    mirrored: ({ mirrors }) => {
      const source = kit.numbers.etypeNo(mirrors!.etype);
      const attr = kit.numbers.attrNo(mirrors!.etype, mirrors!.attr);
      const rows = kit.links.into(address, { etype: source, attr });
      return rows.filter(({ until }) => until >= now).map((row) => ({ eid: row.source.eid }));
    },
  });
}

function invalid(expected: string, got: unknown): CodedError<string> {
  return new CodedError<string>('HOOK_INVALID', `expected ${expected}, got ${textOf(got)}`);
}
