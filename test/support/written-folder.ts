/**
 * A data folder with entities in it, written by the stores alone: data-points are parsed, logged and applied one task at
 * a time, without actors, hooks or derivation. What readers of a folder are tried on.
 * Runs on: main.
 */
import { gatherPoints } from '../../actors/entity/ingest.js';
import {
  applyPoints,
  type Cause,
  Committer,
  EntryLog,
  encodeEntry,
  type Folder,
  LANES,
  type Model,
  ModelNumbers,
  newRecord,
  type Origin,
  openFolder,
  partitionOf,
  seqOf,
  type Task,
} from '../../stores/internal.js';
import { TemporaryTree } from './temporary-tree.js';

export interface WrittenOptions {
  /** Epoch ms. */
  readonly receivedAt?: number;
  /** Default: from outside. */
  readonly origin?: Origin;
  readonly cause?: Cause;
}

export class WrittenFolder {
  readonly folder: Folder;
  readonly model: Model;
  readonly numbers: ModelNumbers;
  readonly #tree: TemporaryTree;
  readonly #log: EntryLog;
  readonly #committer: Committer;

  static async make(model: Model, partitions = 8): Promise<WrittenFolder> {
    const tree = new TemporaryTree();
    return new WrittenFolder(
      tree,
      await openFolder(tree.path('data'), { model, partitions }),
      model,
    );
  }

  /** Use {@link WrittenFolder.make}. */
  constructor(tree: TemporaryTree, folder: Folder, model: Model) {
    this.#tree = tree;
    this.folder = folder;
    this.model = model;
    this.numbers = ModelNumbers.of(folder.numbers, model);
    this.#log = new EntryLog(folder.environments);
    this.#committer = new Committer(folder.environments);
  }

  /** Data-points as senders write them; answers the seqs of their tasks, in order of first appearance of the entities. */
  async write(points: readonly object[], options: WrittenOptions = {}): Promise<number[]> {
    const { model, numbers, folder } = this;
    const within = { model, numbers, partitions: folder.partitions };
    const { tasks, faults } = gatherPoints(within, points, points.length);
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    const seqs: number[] = [];
    for (const { task, partition } of tasks) seqs.push(await this.#take(partition, task, options));
    return seqs;
  }

  async #take(partition: number, task: Task, options: WrittenOptions): Promise<number> {
    const { receivedAt = 0, origin = { by: 'api' }, cause } = options;
    const lane = origin.by === 'api' ? LANES.external : LANES.derived;
    const depth = cause === undefined ? 0 : 1;
    const { schema } = this.numbers;
    const bytes = encodeEntry({
      receivedAt,
      schema,
      origin,
      cause,
      depth,
      budget: 1,
      tasks: [task],
    });
    const { number, flushed } = this.#log.append({ partition, lane, bytes, tasks: 1 });
    await flushed;
    const hook = origin.by === 'hook' ? `${origin.module}.${origin.hook}` : undefined;
    await this.#apply(partition, task, { seq: seqOf(number, lane), receivedAt, hook });
    return seqOf(number, lane);
  }

  async #apply(
    partition: number,
    task: Task,
    about: { readonly seq: number; readonly receivedAt: number; readonly hook: string | undefined },
  ): Promise<void> {
    const state = this.#committer.open(partition);
    const own = { etype: task.etype, eid: task.eid };
    const entity = this.numbers.entityOf(task.etype)!;
    const found = state.record(own);
    const record = found ?? newRecord(about.receivedAt);
    if (found === undefined) state.addCount(task.etype, 1);
    const { points, ttl } = task;
    const { chunks, links } = applyPoints(
      record,
      { points, ttl, ...about },
      {
        entity,
        attributeOf: (number) => this.numbers.attributeOf(task.etype, number),
        readChunks: (attr, t1From, t1To) => state.chunks(own, attr, { t1From, t1To }),
      },
    );
    state.putRecord(own, record);
    for (const { attr, t1, no, items } of chunks) {
      if (items === undefined) state.removeChunk(own, attr, { t1, no });
      else state.putChunk(own, attr, { t1, no, items });
    }
    await state.commit();
    for (const { op, attr, target, eid, until } of links) {
      const away = this.#committer.open(partitionOf(target, eid, this.folder.partitions));
      const at = { etype: this.numbers.etypeNo(target), eid };
      const source = { ...own, attr };
      if (op === 'add') away.putLink(at, source, until);
      else away.removeLink(at, source);
      await away.commit();
    }
  }

  async remove(): Promise<void> {
    await this.folder.close();
    this.#tree.remove();
  }
}
