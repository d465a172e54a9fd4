/**
 * The state of one partition as its owner sees it: what its tasks have changed, over what is stored.
 *
 *     reads     open effects  ──▶  effects being written  ──▶  LMDB
 *     writes    open effects  ──(committer, when the thread's commit before has flushed)──▶  one block, cursor last
 *
 * A task changes it in one synchronous piece and moves the cursor with it, so that whenever a commit begins what is
 * gathered is whole. After a commit that failed nothing more is taken: what is in memory may not be what is stored, and
 * the partition begins anew with {@link Committer.open}.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import { assert } from '../core/internal.js';
import type { StoredChange } from './change-codec.js';
import { ChangeWriter } from './change-writer.js';
import {
  attributeText,
  type ChangedChunk,
  Effects,
  entityText,
  type MovedCursor,
  type OwnEntity,
  sourceText,
} from './effects.js';
import type { EntityStore, LinkPage, LinkRow } from './entity-store.js';
import type { Block, StateEnvironment } from './environment.js';
import type { StoreErrorCode } from './errors.js';
import type { ChunkRange } from './history/spill.js';
import type { EntityAddress, LinkSource } from './keys.js';
import * as keys from './keys.js';
import type { PartitionCursor } from './lane.js';
import type { LinkIndex } from './link-index.js';
import type { LinkState } from './link-row.js';
import type { Chunk, EntityRecord } from './record.js';

/** What the committer gives a state to work with. */
export interface StateDoor {
  readonly environment: StateEnvironment;
  readonly entities: EntityStore;
  readonly links: LinkIndex;
  /** Changes of each partition that are kept for readers. */
  readonly changesKeptMax: number;
  /** Epoch ms. */
  readonly wallNow: () => number;
  /** Asks for the open effects to be written. */
  request(state: PartitionState): void;
}

/** Effects and who waits for them. */
interface Batch {
  readonly effects: Effects;
  readonly flushed: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

export class PartitionState {
  readonly partition: number;
  /** Where the partition stood when this was opened. */
  readonly cursor: PartitionCursor;
  readonly #door: StateDoor;
  /** Where it stands with all that has been put. */
  #cursor: MovedCursor;
  readonly #changes: ChangeWriter;
  #changesFlushed: number;
  #version: number;
  #open: Batch;
  #writing: Batch | undefined;
  #fault: unknown;

  /** Use {@link Committer.open}. */
  constructor(
    partition: number,
    stored: { readonly cursor: PartitionCursor; readonly version: number },
    door: StateDoor,
  ) {
    this.partition = partition;
    this.cursor = stored.cursor;
    this.#cursor = stored.cursor;
    this.#version = stored.version;
    this.#door = door;
    this.#open = openBatch(partition);
    this.#changesFlushed = stored.cursor.changeNext;
    this.#changes = new ChangeWriter({
      environment: door.environment,
      partition,
      next: stored.cursor.changeNext,
      keptMax: door.changesKeptMax,
    });
  }

  /** Rows that wait to be written, about. */
  get size(): number {
    return this.#open.effects.size;
  }

  /** The number after the last change that has flushed. */
  get changesFlushed(): number {
    return this.#changesFlushed;
  }

  /** A commit failed: everything is refused. */
  get isBroken(): boolean {
    return this.#fault !== undefined;
  }

  /**
   * The entity's record or undefined. One that this partition changed and has not committed is the very object it put:
   * copy it before changing it for a task that may yet fail.
   */
  record(entity: OwnEntity): EntityRecord | undefined {
    const text = entityText(entity);
    const changed = this.#changed((effects) => effects.records.get(text));
    return changed === undefined ? this.#door.entities.record(this.#own(entity)) : changed.record;
  }

  /** The incarnation of the entity that was deleted; 0 when it never was, or is there again. */
  tombstone(entity: OwnEntity): number {
    const text = entityText(entity);
    const changed = this.#changed((effects) => effects.tombstones.get(text));
    if (changed !== undefined) return changed.incarnation ?? 0;
    return this.#door.entities.tombstone(this.#own(entity));
  }

  /** The chunks of an attribute whose t1 is in the range (both ends included), in order of (t1, no). */
  chunks(entity: OwnEntity, attr: number, range: ChunkRange): Chunk[] {
    const stored = this.#door.entities.chunks(this.#own(entity), attr, range);
    const text = attributeText(entity, attr);
    const changes = this.#oldestFirst((effects) => effects.chunks.get(text)?.values());
    if (changes.length === 0) return stored;
    const byKey = new Map(stored.map((chunk) => [`${chunk.t1}/${chunk.no}`, chunk]));
    for (const { chunk } of changes) {
      const { t1, no, items } = chunk;
      if (t1 < range.t1From || t1 > range.t1To) continue;
      if (items === undefined) byKey.delete(`${t1}/${no}`);
      else byKey.set(`${t1}/${no}`, { t1, no, items });
    }
    return [...byKey.values()].sort((a, b) => a.t1 - b.t1 || a.no - b.no);
  }

  /** The source's link into an entity; undefined when there is none. */
  link(target: OwnEntity, source: LinkSource): LinkState | undefined {
    const text = entityText(target);
    const changed = this.#changed((effects) => effects.links.get(text)?.get(sourceText(source)));
    if (changed !== undefined) return changed.link;
    return this.#door.links.link(this.#own(target), source);
  }

  /** The links into an entity, in no order: all, or those of one attribute of one type. */
  links(target: OwnEntity, from?: { readonly etype: number; readonly attr: number }): LinkRow[] {
    const stored = this.#door.links.into(this.#own(target), from);
    const text = entityText(target);
    const changes = this.#oldestFirst((effects) => effects.links.get(text)?.values());
    if (changes.length === 0) return stored;
    const bySource = new Map(stored.map((row) => [sourceText(row.source), row]));
    for (const { source, link } of changes) {
      if (from !== undefined && (source.etype !== from.etype || source.attr !== from.attr))
        continue;
      if (link === undefined) bySource.delete(sourceText(source));
      else bySource.set(sourceText(source), { source, ...link });
    }
    return [...bySource.values()];
  }

  /**
   * The links into an entity from behind `after` on, in no order within the page: at most `countMax` of those stored, and
   * what has been put among them.
   */
  linksPage(target: OwnEntity, after: LinkSource | undefined, countMax: number): LinkPage {
    const own = this.#own(target);
    const { rows, next } = this.#door.links.page(own, after, countMax);
    const text = entityText(target);
    const changes = this.#oldestFirst((effects) => effects.links.get(text)?.values());
    if (changes.length === 0) return { rows, next };
    const from = after && keys.linkKey(own, after);
    const upTo = next && keys.linkKey(own, next);
    const bySource = new Map(rows.map((row) => [sourceText(row.source), row]));
    for (const { source, link } of changes) {
      const key = keys.linkKey(own, source);
      const isBefore = from !== undefined && Buffer.compare(key, from) <= 0;
      if (isBefore || (upTo !== undefined && Buffer.compare(key, upTo) > 0)) continue;
      if (link === undefined) bySource.delete(sourceText(source));
      else bySource.set(sourceText(source), { source, ...link });
    }
    return { rows: [...bySource.values()], next };
  }

  /** How many entities of a type the partition has. */
  count(etype: number): number {
    const changed = this.#changed((effects) => effects.counts.get(etype));
    return changed ?? this.#door.entities.count(etype, this.partition);
  }

  /** A small thing the partition remembers of itself by that name. Only what is stored. */
  note(name: string): Uint8Array | undefined {
    return this.#door.environment.tables.notes.get(keys.noteKey(this.partition, name));
  }

  putRecord(entity: OwnEntity, record: EntityRecord): void {
    this.#open.effects.setRecord(entity, record);
  }

  /** The record goes; its chunks and links have to be removed besides. */
  removeRecord(entity: OwnEntity): void {
    this.#open.effects.setRecord(entity, undefined);
  }

  /** Remembers which incarnation of an entity was deleted; undefined forgets it. */
  setTombstone(entity: OwnEntity, incarnation: number | undefined): void {
    this.#open.effects.setTombstone(entity, incarnation);
  }

  putChunk(entity: OwnEntity, attr: number, chunk: Chunk): void {
    this.#open.effects.setChunk({ entity, attr, chunk });
  }

  removeChunk(entity: OwnEntity, attr: number, chunk: { readonly t1: number; no: number }): void {
    const gone: ChangedChunk['chunk'] = { t1: chunk.t1, no: chunk.no };
    this.#open.effects.setChunk({ entity, attr, chunk: gone });
  }

  /** A link of `source` points to `target` until then (epoch ms, Infinity for no end). Replaces the one there was. */
  putLink(target: OwnEntity, source: LinkSource, until: number, deletions = 0): void {
    this.#open.effects.setLink({ target, source, link: { until, deletions } });
  }

  removeLink(target: OwnEntity, source: LinkSource): void {
    this.#open.effects.setLink({ target, source, link: undefined });
  }

  /** One entity of the type more, or less. */
  addCount(etype: number, difference: number): void {
    this.#open.effects.counts.set(etype, this.count(etype) + difference);
  }

  /** A derived entry for a partition; numbers rise, and {@link PartitionCursor.outboxNext} is beyond them. */
  putOutbox(target: number, number: number, bytes: Uint8Array): void {
    this.#open.effects.setOutbox(target, number, bytes);
  }

  removeOutbox(target: number, number: number): void {
    this.#open.effects.setOutbox(target, number, undefined);
  }

  putDeadLetter(number: number, bytes: Uint8Array): void {
    this.#open.effects.setDeadLetter(number, bytes);
  }

  removeDeadLetter(number: number): void {
    this.#open.effects.setDeadLetter(number, undefined);
  }

  /** For readers of changes: it is told when the commit that has its effect has flushed. */
  putChange(change: StoredChange): void {
    this.#open.effects.changes.push(change);
  }

  /** Puts other bytes, of as many changes, in place of the stored chunk that begins with the change `first`. */
  rewriteChanges(first: number, bytes: Uint8Array): void {
    this.#changes.rewrite(first, bytes);
  }

  setNote(name: string, bytes: Uint8Array | undefined): void {
    this.#open.effects.setNote(name, bytes);
  }

  /** Where the partition stands with all that has been put; without, it stands where it stood. */
  moveCursor(cursor: MovedCursor): void {
    this.#cursor = cursor;
    this.#open.effects.cursor = cursor;
  }

  /**
   * Asks for what has been put to be written; the promise, the same for all who ask until then, resolves when it has
   * flushed. Rejects COMMIT_REFUSED (someone else has moved the cursor), STORE_FULL, STORE_FAILED or VALUE_NOT_STORABLE,
   * and with that again whatever is put afterwards: open the partition anew.
   */
  commit(): Promise<void> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    if (this.#open.effects.isEmpty && !this.#changes.hasRewritten)
      return this.#writing?.flushed ?? Promise.resolve();
    this.#door.request(this);
    return this.#open.flushed;
  }

  /** For the committer: what has gathered, as one block. New effects gather apart from it. */
  seal(): Block {
    assert(!this.isBroken, `partition ${this.partition} to be opened anew after a failed commit`);
    const batch = this.#open;
    batch.effects.cursor ??= this.#cursor;
    this.#writing = batch;
    this.#open = openBatch(this.partition);
    const { environment } = this.#door;
    const key = keys.partitionKey(this.partition);
    const changes = { writer: this.#changes, at: this.#door.wallNow() };
    const puts = batch.effects.seal(environment, this.#version + 1, changes);
    return { guard: { table: environment.tables.cursors, key, version: this.#version }, puts };
  }

  /** For the committer: the block has flushed. */
  flushed(): void {
    const batch = this.#writing;
    this.#writing = undefined;
    this.#version++;
    this.#changesFlushed += batch?.effects.changes.length ?? 0;
    batch?.resolve();
  }

  /** For the committer: it was refused (no fault) or could not be written. */
  failed(fault?: unknown): void {
    this.#fault = fault ?? refused(this.partition);
    this.#writing?.reject(this.#fault);
    this.#open.reject(this.#fault);
  }

  #own(entity: OwnEntity): EntityAddress {
    return { etype: entity.etype, partition: this.partition, eid: entity.eid };
  }

  #changed<T>(look: (effects: Effects) => T | undefined): T | undefined {
    return look(this.#open.effects) ?? (this.#writing && look(this.#writing.effects));
  }

  #oldestFirst<T>(look: (effects: Effects) => Iterable<T> | undefined): T[] {
    const writing = this.#writing === undefined ? undefined : look(this.#writing.effects);
    return [...(writing ?? []), ...(look(this.#open.effects) ?? [])];
  }
}

function openBatch(partition: number): Batch {
  let resolve: () => void = () => {};
  let reject: (fault: unknown) => void = () => {};
  const flushed = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  flushed.catch(() => {});
  return { effects: new Effects(partition), flushed, resolve, reject };
}

function refused(partition: number): CodedError<StoreErrorCode> {
  return new CodedError(
    'COMMIT_REFUSED',
    `expected partition ${partition} to stand where this thread left it; another has moved it`,
    { details: { partition } },
  );
}
