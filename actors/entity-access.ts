/**
 * One entity type of a platform, typed by its definition: data-points in, records and values out, as they are stored (times
 * are epoch ms, 64-bit integers bigints), not as the API prints them.
 * Runs on: main.
 */
import type {
  AttrOf,
  CurrentMapOf,
  Defined,
  EntityType,
  HistoryOf,
  IdOf,
  ValuesOf,
  WirePointOf,
} from '../stores/index.js';
import type { IngestAnswer, IngestOptions } from './entity/entity-engine.js';
import type { EntityReader } from './entity/entity-reader.js';
import type { RecordView, TaskInput } from './entity/hook.js';

/** A data-point without `type`, which the definition knows. */
export type PointInputOf<D extends Defined> = Untyped<WirePointOf<D>>;

/** What ingest takes as a value of the attribute. */
export type GivenValueOf<D extends Defined, K extends AttrOf<D>> = Extract<
  WirePointOf<D>,
  { readonly attr: K }
>['v'];

/** Ids may be given as they are stored or as text; one that is no id of the type is of no entity. */
export interface EntityAccess<D extends Defined> {
  /** As `platform.ingest`; all points are of this type. */
  ingest(points: readonly PointInputOf<D>[], options?: IngestOptions): Promise<IngestAnswer>;
  /** One value of now: for observations, valid at this instant. Not for timeseries. */
  set<K extends AttrOf<D>>(
    eid: IdOf<D> | string,
    attr: K,
    value: GivenValueOf<D, K>,
    options?: IngestOptions,
  ): Promise<IngestAnswer>;
  /** Token name -> instant; a token is never shortened. */
  setTtl(
    eid: IdOf<D> | string,
    tokens: Readonly<Record<string, number | string | Date>>,
    options?: IngestOptions,
  ): Promise<IngestAnswer>;
  /** One that is not there is no fault. */
  delete(eid: IdOf<D> | string, options?: IngestOptions): Promise<IngestAnswer>;
  /** The entity as it is committed; undefined when it is not there. Good for the turn it was read in. */
  read(eid: IdOf<D> | string): RecordView<CurrentMapOf<D>> | undefined;
  /** Its values and, under `attr#c`, the confidences of observations, now or at `at` (epoch ms). */
  values(eid: IdOf<D> | string, at?: number): ValuesOf<D> | undefined;
  /** Items that touch [from, to] (epoch ms, by default all); empty for an entity that is not there. */
  history<K extends AttrOf<D>>(
    eid: IdOf<D> | string,
    attr: K,
    interval?: { readonly from?: number; readonly to?: number },
  ): HistoryOf<D, K>;
  /** The values of all entities, in order of ids; those that come or go meanwhile may be missed. */
  list(at?: number): AsyncIterable<ValuesOf<D>>;
  count(): number;
}

/** What it is made of. */
export interface EntityAccessParts {
  readonly entity: EntityType;
  readonly reader: EntityReader;
  ingest(points: readonly unknown[], options?: IngestOptions): Promise<IngestAnswer>;
  submit(tasks: readonly TaskInput[], options?: IngestOptions): Promise<IngestAnswer>;
  /** Epoch ms. */
  now(): number;
}

/** The types are those of `definition`; that the model has it is up to the caller. */
export function entityAccess<D extends Defined>(parts: EntityAccessParts): EntityAccess<D> {
  return new Access(parts) as unknown as EntityAccess<D>;
}

class Access {
  readonly #parts: EntityAccessParts;

  constructor(parts: EntityAccessParts) {
    this.#parts = parts;
  }

  ingest(points: readonly object[], options?: IngestOptions): Promise<IngestAnswer> {
    const { entity, ingest } = this.#parts;
    return ingest(
      points.map((point) => ({ ...point, type: entity.id })),
      options,
    );
  }

  set(eid: unknown, attr: string, v: unknown, options?: IngestOptions): Promise<IngestAnswer> {
    const isObserved = this.#parts.entity.attributes.get(attr)?.kind === 'observations';
    const now = isObserved ? { t1: this.#parts.now() } : {};
    return this.#submit({ eid, dataPoints: [{ attr, v, ...now }] }, options);
  }

  setTtl(
    eid: unknown,
    ttlTokens: Readonly<Record<string, number | string | Date>>,
    options?: IngestOptions,
  ): Promise<IngestAnswer> {
    return this.#submit({ eid, ttlTokens }, options);
  }

  delete(eid: unknown, options?: IngestOptions): Promise<IngestAnswer> {
    return this.#submit({ eid, delete: true }, options);
  }

  read(input: unknown): RecordView | undefined {
    const { entity, reader } = this.#parts;
    const eid = entity.idType.parse(input);
    return typeof eid === 'object' ? undefined : reader.view({ entity, eid });
  }

  values(eid: unknown, at?: number): Record<string, unknown> | undefined {
    const view = this.read(eid);
    if (view === undefined) return undefined;
    const values: [string, unknown][] = [['eid', view.eid]];
    for (const { id, kind } of this.#parts.entity.list) {
      const value = view.value(id, at);
      if (value === undefined) continue;
      values.push([id, value]);
      if (kind === 'observations') values.push([`${id}#c`, view.confidence(id, at)]);
    }
    return Object.fromEntries(values);
  }

  history(
    eid: unknown,
    attr: string,
    { from, to }: { readonly from?: number; readonly to?: number } = {},
  ): readonly unknown[] {
    return this.read(eid)?.history(attr, from, to) ?? [];
  }

  async *list(at?: number): AsyncGenerator<Record<string, unknown>, void> {
    const { entity, reader, now } = this.#parts;
    const whole = { cursor: undefined, skip: 0, limit: 0, at: at ?? now() };
    for await (const { rows } of reader.list(entity, whole) ?? []) {
      for (const { eid } of rows) {
        const values = this.values(eid, whole.at);
        if (values !== undefined) yield values;
      }
    }
  }

  count(): number {
    return this.#parts.reader.count(this.#parts.entity);
  }

  #submit(task: Omit<TaskInput, 'etype'>, options?: IngestOptions): Promise<IngestAnswer> {
    return this.#parts.submit([{ etype: this.#parts.entity.id, ...task }], options);
  }
}

/** Over each member of the union by itself. */
type Untyped<P> = P extends unknown ? Omit<P, 'type'> : never;
