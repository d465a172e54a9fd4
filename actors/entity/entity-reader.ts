/**
 * Reads of entities straight from the stores, on any thread: what is committed when the read begins. Everything that is
 * given back is plain and printed as the API prints it; values are computed for the instant that is asked for.
 * Runs on: any.
 */
import {
  type Attribute,
  type EntityId,
  EntityStore,
  type EntityType,
  EntryLog,
  type Environments,
  LinkIndex,
  type Model,
  type ModelNumbers,
  partitionOf,
} from '../../stores/internal.js';
import { HTTP_LIMITS, PLATFORM_LIMITS } from '../limits.js';
import { type AttributeForm, attributeForm } from './attribute-form.js';
import {
  attributeCounts,
  distinctValues,
  type ListPage,
  listPages,
  type ScanSource,
} from './entity-scan.js';
import { explainForm, type TaskOrigin } from './explain-form.js';
import type { RecordView } from './hook.js';
import { idOfCursor, listCursor } from './list-cursor.js';
import { type LoggedTask, TaskLog } from './logged-task.js';
import { masterForm } from './master-form.js';
import { type RawQuery, type RawRows, readRaw } from './raw-reader.js';
import { recordViewOf } from './record-view.js';
import { SourceValidity } from './source-validity.js';
import type { Dates, StoredRecord } from './stored-record.js';
import { type ValuesForm, valuesForm } from './value-form.js';

/** An entity; it need not be there. */
export interface EntityName {
  readonly entity: EntityType;
  readonly eid: EntityId;
}

/** What a reader reads from: a data folder, open. */
export interface ReaderFolder {
  readonly environments: Environments;
  readonly numbers: ModelNumbers;
  readonly partitions: number;
}

export interface EntityReaderOptions {
  readonly folder: ReaderFolder;
  readonly model: Model;
  /** Epoch ms. Default Date.now. */
  readonly wallNow?: () => number;
}

/** One of a thread. Nothing is held between two calls. */
export class EntityReader {
  readonly #folder: ReaderFolder;
  readonly #numbers: ModelNumbers;
  readonly #model: Model;
  readonly #wallNow: () => number;
  readonly #entities: EntityStore;
  readonly #links: LinkIndex;
  readonly #log: TaskLog;
  readonly #scan: ScanSource;
  readonly #sources: SourceValidity;

  constructor({ folder, model, wallNow = Date.now }: EntityReaderOptions) {
    this.#folder = folder;
    this.#numbers = folder.numbers;
    this.#model = model;
    this.#wallNow = wallNow;
    this.#entities = new EntityStore(folder.environments);
    this.#links = new LinkIndex(folder.environments);
    this.#log = new TaskLog(new EntryLog(folder.environments));
    this.#sources = new SourceValidity(this.#log, folder.partitions, HTTP_LIMITS);
    this.#scan = { list: (entity, options) => this.#list(entity, options) };
  }

  /** The master record, timeseries within the dates; undefined when the entity is not there. */
  master(name: EntityName, dates: Dates): Readonly<Record<string, unknown>> | undefined {
    const stored = this.#stored(name);
    return stored && masterForm(stored, dates, this.#wallNow());
  }

  /** `{eid, attr: value, "attr#c": confidence}` at `at`; undefined when the entity is not there. */
  values(name: EntityName, at: number): ValuesForm | undefined {
    const stored = this.#stored(name);
    return stored && valuesForm(stored, at);
  }

  /** The entity with its values as they are stored; good for this turn. Undefined when it is not there. */
  view(name: EntityName): RecordView | undefined {
    const stored = this.#stored(name);
    return (
      stored &&
      recordViewOf({
        ...stored,
        now: this.#wallNow(),
        chunks: (attribute, { t1From, t1To }) => stored.readChunks(attribute, t1From, t1To),
        mirrored: (attribute) => stored.mirrored(attribute).map((eid) => ({ eid })),
      })
    );
  }

  /** An attribute's value at `at` and its history between the dates; empty when the entity is not there. */
  attribute(
    name: EntityName,
    attribute: Attribute,
    asked: Dates & { readonly at: number },
  ): { readonly form: AttributeForm; readonly isAbsent: boolean } {
    const stored = this.#stored(name);
    const { at, from, to } = asked;
    const now = this.#wallNow();
    const form = attributeForm(attribute, stored, { dates: { from, to }, at, now });
    return { form, isAbsent: stored === undefined };
  }

  /** What made the value of an attribute at `at`: items, sources, hooks, and what those followed from. */
  explain(
    name: EntityName,
    attribute: Attribute,
    at: number,
  ): { readonly form: Readonly<Record<string, unknown>>; readonly isAbsent: boolean } {
    const stored = this.#stored(name);
    const partition = this.#partitionOf(name);
    const form = explainForm(attribute, stored, at, (seq) => this.#originOf(partition, seq));
    return { form, isAbsent: stored === undefined };
  }

  /** Data-points as they were accepted, newest first: see {@link readRaw}. */
  async raw(entity: EntityType, query: RawQuery): Promise<RawRows> {
    const { eid } = query;
    const numbers = this.#numbers;
    const count = this.#folder.partitions;
    const partitions =
      eid === undefined
        ? Array.from({ length: count }, (_, partition) => partition)
        : [this.#partitionOf({ entity, eid })];
    const record = eid === undefined ? undefined : this.#stored({ entity, eid })?.record;
    this.#folder.environments.refresh();
    const source = { log: this.#log, numbers, partitions, limits: HTTP_LIMITS };
    return readRaw(source, entity, query, record);
  }

  /**
   * Values at `at` of the entities of a type in order of ids: behind `cursor`, without the first `skip`, at most `limit` (0
   * is all), piece by piece with the cursor of the next. Undefined when `cursor` is none of this type's lists.
   */
  list(
    entity: EntityType,
    query: {
      readonly cursor: string | undefined;
      readonly skip: number;
      readonly limit: number;
      readonly at: number;
    },
  ):
    | AsyncIterable<{ readonly rows: readonly ValuesForm[]; readonly cursor: string | undefined }>
    | undefined {
    const { cursor, ...rest } = query;
    const after = cursor === undefined || cursor === '' ? undefined : idOfCursor(entity, cursor);
    if (after === undefined && cursor !== undefined && cursor !== '') return undefined;
    return withCursors(listPages(this.#scan, entity, { ...rest, after }, HTTP_LIMITS));
  }

  /** How many entities of the type there are. */
  count(entity: EntityType): number {
    this.#folder.environments.refresh();
    return this.#entities.count(this.#numbers.etypeNo(entity.id));
  }

  /** Id of each entity type -> what it is, its attributes, and how many entities there are. */
  entityTypes(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      this.#model.list.map((entity) => [
        entity.id,
        {
          id: entity.id,
          id_data_type: entity.idType.name,
          name: entity.name,
          attribs: Object.fromEntries(entity.list.map(({ id, spec }) => [id, spec])),
          eid_estimate_count: this.count(entity),
        },
      ]),
    );
  }

  /** Value -> how many entities have it at `at`; undefined when there are too many entities or values to count. */
  distinct(
    entity: EntityType,
    attribute: Attribute,
    at: number,
  ): Promise<Readonly<Record<string, number>> | undefined> {
    return distinctValues(this.#scan, attribute, { entity, at, limits: HTTP_LIMITS });
  }

  /**
   * Entity type (of these; default all) -> attribute -> how many entities have it; undefined when there are too many
   * entities to count.
   */
  async entitiesPerAttribute(
    types: readonly EntityType[] = this.#model.list,
  ): Promise<Readonly<Record<string, Readonly<Record<string, number>>>> | undefined> {
    const counts: [string, Readonly<Record<string, number>>][] = [];
    for (const entity of types) {
      const own = await attributeCounts(this.#scan, entity, HTTP_LIMITS);
      if (own === undefined) return undefined;
      counts.push([entity.id, own]);
    }
    return Object.fromEntries(counts);
  }

  /** Source -> until when its data-points reach, epoch ms; undefined while the log is too long to tell. */
  sources(): Promise<ReadonlyMap<string, number> | undefined> {
    this.#folder.environments.refresh();
    return this.#sources.latest();
  }

  #list(
    entity: EntityType,
    options: { readonly after: EntityId | undefined; readonly countMax: number },
  ): readonly { readonly eid: EntityId; stored(): StoredRecord }[] {
    const { environments, partitions } = this.#folder;
    environments.refresh();
    const etype = this.#numbers.etypeNo(entity.id);
    return this.#entities.list(etype, partitions, options).map((one) => ({
      eid: one.eid,
      stored: () => this.#recordOf({ entity, eid: one.eid }, one.record()),
    }));
  }

  #stored(name: EntityName): StoredRecord | undefined {
    this.#folder.environments.refresh();
    const record = this.#entities.record(this.#addressOf(name));
    return record && this.#recordOf(name, record);
  }

  #recordOf(name: EntityName, record: StoredRecord['record']): StoredRecord {
    const address = this.#addressOf(name);
    const numbers = this.#numbers;
    return {
      ...name,
      record,
      numbers,
      readChunks: (attribute, t1From, t1To) =>
        this.#entities.chunks(address, attribute, { t1From, t1To }),
      mirrored: ({ mirrors }) => {
        if (mirrors === undefined) return [];
        const etype = numbers.etypeNo(mirrors.etype);
        const attr = numbers.attrNo(mirrors.etype, mirrors.attr);
        const now = this.#wallNow();
        const rows = this.#links.into(address, { etype, attr });
        return rows.filter(({ until }) => until >= now).map(({ source }) => source.eid);
      },
    };
  }

  #addressOf(name: EntityName) {
    const etype = this.#numbers.etypeNo(name.entity.id);
    return { etype, partition: this.#partitionOf(name), eid: name.eid };
  }

  #partitionOf({ entity, eid }: EntityName): number {
    return partitionOf(entity.id, eid, this.#folder.partitions);
  }

  #originOf(partition: number, seq: number): TaskOrigin | undefined {
    const first = this.#log.task(partition, seq);
    if (first === undefined) return undefined;
    const causes: TaskOrigin['causes'][number][] = [];
    let { cause } = first.entry;
    while (cause !== undefined && causes.length < PLATFORM_LIMITS.derivedDepthMax) {
      const logged = this.#log.task(cause.partition, cause.seq);
      if (logged === undefined) break;
      causes.push(this.#causeForm(logged));
      cause = logged.entry.cause;
    }
    const { receivedAt, origin } = first.entry;
    return { receivedAt, origin, causes };
  }

  #causeForm({ task, entry }: LoggedTask): TaskOrigin['causes'][number] {
    const etype = this.#numbers.entityOf(task.etype)?.id ?? `type ${task.etype}`;
    return { etype, eid: task.eid, origin: entry.origin };
  }
}

async function* withCursors(pages: AsyncIterable<ListPage>) {
  for await (const { rows, last } of pages) {
    yield { rows, cursor: last === undefined ? undefined : listCursor(last) };
  }
}
