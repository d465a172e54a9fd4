/**
 * A stored entity as hooks read it: values computed when asked for, by the same functions as every other reader's.
 * Runs on: any.
 */
import { CodedError } from '../../core/index.js';
import {
  type Attribute,
  type Chunk,
  type ChunkRange,
  type EntityId,
  type EntityRecord,
  type EntityType,
  itemsBetween,
  type ModelNumbers,
  observedAt,
  type Stored,
  type ValueAt,
} from '../../stores/internal.js';
import type { HistoryItem, RecordView } from './hook.js';
import { hookValue } from './hook-task.js';

/** What a view reads from. */
export interface ViewSource {
  readonly entity: EntityType;
  readonly eid: EntityId;
  readonly record: EntityRecord;
  readonly numbers: Pick<ModelNumbers, 'attrNo'>;
  /** Epoch ms: the instant of values when none is given. */
  readonly now: number;
  /** Chunks of an attribute whose t1 is in the range, in any order; asked for only where there may be any. */
  chunks(attr: number, range: ChunkRange): readonly Chunk[];
  /** The value of an attribute that mirrors links: one link to each entity whose links point here now. */
  mirrored(attribute: Attribute): readonly unknown[];
}

/** The view. It reads when it is asked, so it is good as long as what is stored is. */
export function recordViewOf(source: ViewSource): RecordView {
  return new SourceView(source);
}

class SourceView implements RecordView {
  readonly #source: ViewSource;
  readonly #stored: Stored;

  constructor(source: ViewSource) {
    const { entity, eid, record, numbers } = source;
    this.#source = source;
    const readChunks = (attr: number, t1From: number, t1To: number): readonly Chunk[] =>
      source.chunks(attr, { t1From, t1To });
    this.#stored = { entity, eid, record, numbers, readChunks };
  }

  get etype(): string {
    return this.#source.entity.id;
  }

  get eid(): EntityId {
    return this.#source.eid;
  }

  get createdAt(): number {
    return this.#source.record.createdAt;
  }

  value(attr: string, at?: number): unknown {
    const attribute = this.#attribute(attr);
    if (attribute.mirrors !== undefined) {
      const links = this.#source.mirrored(attribute);
      return links.length === 0 ? undefined : links;
    }
    if (attribute.kind === 'plain') return this.#plain(attribute);
    const values = this.#valuesAt(attribute, at);
    if (values.length === 0) return undefined;
    return attribute.isMultiValue ? values.map(({ v }) => v) : values[0]!.v;
  }

  confidence(attr: string, at?: number): number | readonly number[] | undefined {
    const attribute = this.#attribute(attr);
    if (attribute.kind === 'plain') return this.value(attr) === undefined ? undefined : 1;
    const values = this.#valuesAt(attribute, at);
    if (values.length === 0) return undefined;
    return attribute.isMultiValue
      ? values.map(({ confidence }) => confidence)
      : values[0]!.confidence;
  }

  history(attr: string, from = -Infinity, to = Infinity): readonly HistoryItem[] {
    const attribute = this.#attribute(attr);
    if (attribute.kind === 'plain' || attribute.mirrors !== undefined) return [];
    const items = itemsBetween(this.#stored, attribute, { from, to });
    return items.map(({ t1, t2, v, c }) => ({ t1, t2, v: hookValue(attribute, v), c }));
  }

  #valuesAt(attribute: Attribute, at = this.#source.now): readonly ValueAt[] {
    if (attribute.kind === 'timeseries') return [];
    return observedAt(this.#stored, attribute, this.#number(attribute), at);
  }

  #plain(attribute: Attribute): unknown {
    return this.#source.record.plain.get(this.#number(attribute))?.v;
  }

  #number({ entity, id }: Attribute): number {
    return this.#source.numbers.attrNo(entity, id);
  }

  #attribute(attr: string): Attribute {
    const { entity } = this.#source;
    const attribute = entity.attributes.get(attr);
    if (attribute === undefined)
      throw new CodedError(
        'HOOK_INVALID',
        `expected an attribute of "${entity.id}", got "${attr}"`,
        { details: { etype: entity.id, attr } },
      );
    return attribute;
  }
}
