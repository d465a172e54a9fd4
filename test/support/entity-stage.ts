/**
 * An engine on real threads over a real folder, with a small model, for the tests of the kernel.
 *
 *   host (string)   hits: observations, every data-point an item of its own    label: plain    peer: plain link to host
 *                   users: observations of links to user
 *   user (string)   hits, label as above; hosts mirrors host.users
 *   cell (int)      hits, label
 *
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntityEngine } from '../../actors/entity/entity-engine.js';
import type { PlatformLimits } from '../../actors/entity/kit-init.js';
import { startEngine } from '../../actors/entity/start-engine.js';
import {
  type ActorSystem,
  createSystem,
  type SystemOptions,
  silentLogger,
} from '../../core/index.js';
import {
  createModel,
  type EntityId,
  type EntityRecord,
  EntityStore,
  EVERYTHING,
  type Folder,
  type Item,
  joinItems,
  LinkIndex,
  type Model,
  ModelNumbers,
  openFolder,
  partitionOf,
} from '../../stores/internal.js';
import { testHooks } from './entity-hooks.js';

const HITS = {
  type: 'observations',
  name: 'hits',
  data_type: 'int',
  history_params: { aggregate: false },
};
const LABEL = { type: 'plain', name: 'label', data_type: 'string' };

/** The model of the tests, without the types named. */
export function stageModel(without: readonly string[] = []): Model {
  const specs = [
    {
      entity: { id: 'host', name: 'host', snapshot: true },
      attribs: {
        hits: HITS,
        label: LABEL,
        peer: { type: 'plain', name: 'peer', data_type: 'link<host>' },
        users: {
          type: 'observations',
          name: 'users',
          multi_value: true,
          data_type: 'link<user;mirror=hosts>',
          history_params: { post_validity: '1h' },
        },
      },
    },
    { entity: { id: 'user', name: 'user', snapshot: true }, attribs: { hits: HITS, label: LABEL } },
    {
      entity: { id: 'cell', name: 'cell', snapshot: true, id_data_type: 'int' },
      attribs: { hits: HITS, label: LABEL },
    },
  ];
  const model = createModel(specs.filter(({ entity }) => !without.includes(entity.id)));
  assert(!Array.isArray(model), `a model, got faults ${JSON.stringify(model)}`);
  return model;
}

export interface StageOptions {
  /** Pool threads; default 2. */
  readonly threads?: number;
  readonly partitions?: number;
  /** Default a new folder, removed at the end. */
  readonly dir?: string;
  readonly durability?: 'fsync' | 'os';
  /** Entity types left out of the model. */
  readonly without?: readonly string[];
  /** Which hooks of entity-hooks.ts run; default none. */
  readonly hooks?: readonly string[];
  readonly limits?: Partial<PlatformLimits>;
  /** Changes kept for readers; default as many as without the option. */
  readonly changesKeptMax?: number;
  readonly system?: SystemOptions;
}

export class EntityStage {
  readonly dir: string;
  readonly system: ActorSystem;
  readonly folder: Folder;
  readonly engine: EntityEngine;
  readonly model: Model;
  readonly #ownsDir: boolean;

  private constructor(parts: {
    dir: string;
    ownsDir: boolean;
    system: ActorSystem;
    folder: Folder;
    engine: EntityEngine;
    model: Model;
  }) {
    this.dir = parts.dir;
    this.system = parts.system;
    this.folder = parts.folder;
    this.engine = parts.engine;
    this.model = parts.model;
    this.#ownsDir = parts.ownsDir;
  }

  static async open(options: StageOptions = {}): Promise<EntityStage> {
    const { threads = 2, partitions = 8, durability = 'os', hooks = [], limits = {} } = options;
    const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'troupe-entities-'));
    const model = stageModel(options.without);
    const folder = await openFolder(dir, { model, partitions, durability });
    const system = await createSystem({ threads, logger: silentLogger, ...options.system });
    const engine = await startEngine({
      system,
      folder,
      model,
      limits,
      ...(options.changesKeptMax === undefined ? {} : { changesKeptMax: options.changesKeptMax }),
      modules: [{ name: 'test', url: 'test:', config: {} }],
      moduleActors: [(init) => testHooks(init, hooks)],
    });
    return new EntityStage({
      dir,
      ownsDir: options.dir === undefined,
      system,
      folder,
      engine,
      model,
    });
  }

  /** Posts data-points as parsed JSON; fails unless they are stored. */
  async post(points: readonly unknown[], isAwaited = false): Promise<void> {
    const answer = await this.engine.ingest(points, { isAwaited });
    assert.equal(answer.status, 200, Buffer.from(answer.body).toString());
  }

  /** The record as stored now. */
  record(etype: string, eid: EntityId): EntityRecord | undefined {
    this.folder.environments.refresh();
    return new EntityStore(this.folder.environments).record(this.#address(etype, eid));
  }

  /** All values of an observations attribute, spilled ones too, in order of t1. */
  values(etype: string, eid: EntityId, attr = 'hits'): unknown[] {
    return this.items(etype, eid, attr).map(({ v }) => v);
  }

  items(etype: string, eid: EntityId, attr = 'hits'): readonly Item[] {
    const record = this.record(etype, eid);
    if (record === undefined) return [];
    const no = this.numbers.attrNo(etype, attr);
    const store = new EntityStore(this.folder.environments);
    const chunks = record.spilled.has(no)
      ? store.chunks(this.#address(etype, eid), no, EVERYTHING)
      : [];
    return joinItems(chunks, record.items.get(no) ?? []);
  }

  label(etype: string, eid: EntityId): unknown {
    return this.record(etype, eid)?.plain.get(this.numbers.attrNo(etype, 'label'))?.v;
  }

  /** Ids of the entities whose links point to it, by attribute. */
  linksInto(etype: string, eid: EntityId): string[] {
    this.folder.environments.refresh();
    const rows = new LinkIndex(this.folder.environments).into(this.#address(etype, eid));
    return rows.map(({ source }) => String(source.eid)).sort();
  }

  get numbers(): ModelNumbers {
    return ModelNumbers.of(this.folder.numbers, this.model);
  }

  #address(etype: string, eid: EntityId) {
    const partition = partitionOf(etype, eid, this.folder.partitions);
    return { etype: this.numbers.etypeNo(etype), partition, eid };
  }

  async close(): Promise<void> {
    await this.engine.stop({ deadlineMs: 5_000 });
    await this.system.stop();
    await this.folder.close();
    if (this.#ownsDir) rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A data-point of `hits`: its own second, so that none is like another. */
export function hit(eid: EntityId, v: number, type = 'host'): unknown {
  return {
    type,
    id: eid,
    attr: 'hits',
    v,
    t1: new Date(1_700_000_000_000 + v * 1_000).toISOString(),
  };
}
