/**
 * An entity type written in TypeScript: the same specification as an entity file, with the types of its data-points,
 * records and values inferred (see inferred.ts).
 *
 * ```ts
 * const host = defineEntity('host', {
 *   id: 'ipv4',
 *   attributes: {
 *     name: plain('string'),
 *     ports: observations('int', { multiValue: true, history: { maxAge: '7d' } }),
 *     traffic: timeseries('regular', { timeStep: '5m', series: { bytes: 'int64' } }),
 *     owner: plain(link('user', { mirror: 'hosts' })),
 *   },
 * });
 * ```
 * Runs on: any.
 */
import { type AttributeDefinitions, type DurationText, written } from './attribute-definition.js';
import type { IdTypeName } from './entity-id.js';
import type { GivenPoint } from './inferred.js';

/** How long entities live: for ever, while something links to them, or by tokens. */
export type LifetimeOptions =
  | 'immortal'
  | 'weak'
  | {
      /** A new entity lives at least so long. */
      readonly ttl: DurationText;
      /** Data keeps its entity for as long as it is kept itself. Default true. */
      readonly mirrorData?: boolean;
    };

/** An entity type to be. */
export interface EntityOptions<I extends IdTypeName, A> {
  /** What its ids are. */
  readonly id: I;
  readonly attributes: A;
  /** For people. Default: its id. */
  readonly name?: string;
  readonly description?: string;
  /** Periodic snapshots are made of it. Default true. */
  readonly snapshot?: boolean;
  /** Default immortal. */
  readonly lifetime?: LifetimeOptions;
}

/** An entity type written in TypeScript. `createModel` takes its `spec`, `link` and the registrar take it itself. */
export interface EntityDefinition<
  E extends string = string,
  I extends IdTypeName = IdTypeName,
  A extends AttributeDefinitions = AttributeDefinitions,
> {
  readonly id: E;
  readonly idType: I;
  readonly attributes: A;
  /** As the entity file of DP³ would hold it; checked when the model is made. */
  readonly spec: {
    readonly entity: Readonly<Record<string, unknown>>;
    readonly attribs: Readonly<Record<string, unknown>>;
  };
  /** The data-point as ingest takes it: only its `type` is added, the compiler checks the rest. */
  point<const P extends GivenPoint<I, A>>(point: P): P & { readonly type: E };
}

/** Defines an entity type. Nothing is checked before `createModel`, which names every fault at once. */
export function defineEntity<
  const E extends string,
  const I extends IdTypeName,
  const A extends AttributeDefinitions,
>(id: E, options: EntityOptions<I, A>): EntityDefinition<E, I, A> {
  const attribs = Object.entries(options.attributes).map(([key, attribute]) => {
    return [key, { name: key, ...attribute.spec }];
  });
  const entity = written({
    id,
    id_data_type: options.id,
    name: options.name ?? id,
    description: options.description,
    snapshot: options.snapshot ?? true,
    lifetime: lifetimeSpec(options.lifetime ?? 'immortal'),
  });
  return Object.freeze({
    id,
    idType: options.id,
    attributes: options.attributes,
    spec: { entity, attribs: Object.fromEntries(attribs) },
    point: <P extends object>(point: P) => ({ ...point, type: id }),
  });
}

function lifetimeSpec(lifetime: LifetimeOptions): Readonly<Record<string, unknown>> {
  if (typeof lifetime === 'string') return { type: lifetime };
  return written({ type: 'ttl', on_create: lifetime.ttl, mirror_data: lifetime.mirrorData });
}
