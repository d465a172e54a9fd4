/**
 * What a test of a module holds in place of a data folder: records, chunks and links in memory, changed by the same
 * functions as in the platform.
 * Runs on: any.
 */
import {
  type AttributeChunk,
  type Chunk,
  type EntityId,
  type EntityRecord,
  idText,
  type LinkChange,
  type LinkPage,
  type LinkRow,
  type ModelNumbers,
  type Task,
} from '../../stores/internal.js';
import type { RecordView } from '../entity/hook.js';
import { recordViewOf } from '../entity/record-view.js';
import type { TaskReads, TaskResult } from '../entity/task-run.js';

/** Links through one attribute of one entity type. */
interface LinksFrom {
  readonly etype: number;
  readonly attr: number;
}

export class ModuleTestStore implements TaskReads {
  readonly #numbers: ModelNumbers;
  readonly #records = new Map<string, EntityRecord>();
  /** Entity -> attribute number -> chunk number -> chunk. */
  readonly #chunks = new Map<string, Map<number, Map<number, Chunk>>>();
  /** Entity -> who links to it. */
  readonly #links = new Map<string, Map<string, LinkRow>>();
  readonly #incarnations = new Map<string, number>();

  constructor(numbers: ModelNumbers) {
    this.#numbers = numbers;
  }

  record(etype: number, eid: EntityId): EntityRecord | undefined {
    return this.#records.get(keyOf(etype, eid));
  }

  lastIncarnation(etype: number, eid: EntityId): number {
    return this.#incarnations.get(keyOf(etype, eid)) ?? 0;
  }

  chunks(etype: number, eid: EntityId, attr: number, t1From: number, t1To: number): Chunk[] {
    const all = [...(this.#chunks.get(keyOf(etype, eid))?.get(attr)?.values() ?? [])];
    return all.filter(({ t1 }) => t1 >= t1From && t1 <= t1To);
  }

  links(etype: number, eid: EntityId, from?: LinksFrom): readonly LinkRow[] {
    const all = [...(this.#links.get(keyOf(etype, eid))?.values() ?? [])];
    if (from === undefined) return all;
    return all.filter(({ source }) => source.etype === from.etype && source.attr === from.attr);
  }

  linksPage(etype: number, eid: EntityId): LinkPage {
    return { rows: this.links(etype, eid), next: undefined };
  }

  /** No type is swept here: a test refreshes entity by entity. */
  ids(): readonly EntityId[] {
    return [];
  }

  /** What a task came to is stored. */
  take({ etype, eid }: Task, { effect, record, chunks, links, deletions }: TaskResult): void {
    const key = keyOf(etype, eid);
    if (effect === 'deleted') {
      this.#incarnations.set(key, record?.incarnation ?? 0);
      this.#records.delete(key);
      this.#chunks.delete(key);
    } else if (record !== undefined) {
      this.#records.set(key, record);
      for (const chunk of chunks) this.#takeChunk(key, chunk);
    }
    for (const link of links) this.#takeLink(key, link, deletions);
  }

  /** An entity at `now`, epoch ms; `record` where it is not the stored one. Undefined when it is not there. */
  view(
    etype: number,
    eid: EntityId,
    now: number,
    record = this.record(etype, eid),
  ): RecordView | undefined {
    const entity = this.#numbers.entityOf(etype);
    if (record === undefined || entity === undefined) return undefined;
    const numbers = this.#numbers;
    return recordViewOf({
      entity,
      eid,
      record,
      numbers,
      now,
      chunks: (attr, { t1From, t1To }) => this.chunks(etype, eid, attr, t1From, t1To),
      mirrored: ({ mirrors }) => {
        const attr = numbers.attrNo(mirrors!.etype, mirrors!.attr);
        const source = numbers.etypeNo(mirrors!.etype);
        const links = this.links(etype, eid, { etype: source, attr });
        return links.filter(({ until }) => until >= now).map((link) => ({ eid: link.source.eid }));
      },
    });
  }

  #takeChunk(key: string, { attr, t1, no, items }: AttributeChunk): void {
    const attributes = this.#chunks.get(key) ?? new Map<number, Map<number, Chunk>>();
    const chunks = attributes.get(attr) ?? new Map<number, Chunk>();
    this.#chunks.set(key, attributes.set(attr, chunks));
    if (items === undefined) chunks.delete(no);
    else chunks.set(no, { t1, no, items });
  }

  #takeLink(key: string, link: LinkChange, deletions: number): void {
    const { op, etype, eid, attr } = link;
    const links = this.#links.get(key) ?? new Map<string, LinkRow>();
    this.#links.set(key, links);
    const place = `${keyOf(etype, eid)} ${attr}`;
    const source = { etype, eid, attr };
    if (op === 'add') links.set(place, { source, until: link.until, deletions });
    else if (op === 'remove') links.delete(place);
  }
}

function keyOf(etype: number, eid: EntityId): string {
  return `${etype} ${idText(eid)}`;
}
