/**
 * What an ingest actor does with a request. Bounded: requests under way and their bytes, room in the partitions.
 * Runs on: thread.
 */
import { createHash } from 'node:crypto';
import type { Sender } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import { printJson } from '../../stores/internal.js';
import type { IngestAnswer, IngestOptions } from './entity-engine.js';
import type { TaskInput } from './hook.js';
import { readHookResult } from './hook-result.js';
import {
  entriesOf,
  type Gathered,
  gatherPoints,
  gatherTasks,
  type PartitionEntry,
  readBody,
} from './ingest.js';
import { busyAnswer, conflictAnswer, faultyAnswer, storedAnswer } from './ingest-answer.js';
import type { PartitionProtocol, PartitionRef, RequestKey } from './partition-protocol.js';
import type { Position } from './position.js';
import type { ThreadKit } from './thread-kit.js';

/** Bytes a value takes that came as one, about: for the bound of what is under way. */
const ITEM_BYTES = 200;
const EXTERNAL = 1;

/** What became of one partition's part. */
type Stored =
  | { readonly entry: PartitionEntry; readonly type: 'stored'; readonly number: number }
  | { readonly entry: PartitionEntry; readonly type: 'conflict' | 'full' | 'failed' | 'busy' };

export class IngestDesk {
  readonly #kit: ThreadKit;
  readonly #sender: number;
  readonly #partitions: readonly PartitionRef[];
  readonly #appending: readonly Sender<PartitionProtocol>[];
  #requests = 0;
  #bytes = 0;

  constructor(options: {
    readonly kit: ThreadKit;
    /** Number of the replica. */
    readonly sender: number;
    readonly partitions: readonly PartitionRef[];
  }) {
    this.#kit = options.kit;
    this.#sender = options.sender;
    this.#partitions = options.partitions;
    const deadlineMs = options.kit.init.limits.appendMs;
    this.#appending = options.partitions.map((ref) => ref.with({ deadlineMs, whenFull: 'wait' }));
  }

  ingest(body: Uint8Array, options: IngestOptions): Promise<IngestAnswer> {
    return this.#within(body.byteLength, async () => {
      const request = requestOf(options.idempotencyKey, body);
      const read = readBody(body, this.#kit.init.limits);
      if ('fault' in read) return this.#faulty([read.fault], 0);
      return this.#points(read.value, options, request);
    });
  }

  ingestItems(items: readonly unknown[], options: IngestOptions): Promise<IngestAnswer> {
    return this.#within(items.length * ITEM_BYTES, async () => {
      const { idempotencyKey } = options;
      const body = idempotencyKey === undefined ? '' : printJson(items);
      return this.#points(items, options, requestOf(idempotencyKey, body));
    });
  }

  submit(inputs: readonly TaskInput[], options: IngestOptions): Promise<IngestAnswer> {
    return this.#within(inputs.length * ITEM_BYTES, async () => {
      const { idempotencyKey } = options;
      const body = idempotencyKey === undefined ? '' : printJson(inputs);
      const gathered = this.#gatherInputs(inputs);
      return this.#gathered(gathered, options, requestOf(idempotencyKey, body));
    });
  }

  #points(
    value: unknown,
    options: IngestOptions,
    request: RequestKey | undefined,
  ): Promise<IngestAnswer> {
    const { limits, partitions } = this.#kit.init;
    const { model, numbers } = this.#kit;
    const gathered = gatherPoints({ model, numbers, partitions }, value, limits.bodyItemsMax);
    return this.#gathered(gathered, options, request);
  }

  /** Held against the model one by one, as what a hook gives is. */
  #gatherInputs(inputs: readonly TaskInput[]): Gathered {
    const { model, numbers, init } = this.#kit;
    const found = inputs.map((input, index) => {
      return { index, input, ...readHookResult([input], { model, numbers }) };
    });
    const faults = found.flatMap(({ faults, index }) =>
      faults.map((msg) => ({ loc: ['body', index], msg, type: 'value_error' })),
    );
    const isFaulty = (one: { readonly faults: readonly string[] }): boolean =>
      one.faults.length > 0;
    const good = found.filter((one) => !isFaulty(one) && one.tasks.length > 0);
    const tasks = good.map(({ tasks: [task], input, index }) => {
      return { task: task!, etype: input.etype, index };
    });
    const within = { model, numbers, partitions: init.partitions };
    const rejected = found.filter(isFaulty).map(({ index }) => index);
    return { tasks: gatherTasks(within, tasks), accepted: good.length, faults, rejected };
  }

  #gathered(
    gathered: Gathered,
    options: IngestOptions,
    request: RequestKey | undefined,
  ): Promise<IngestAnswer> {
    const { faults, rejected } = gathered;
    // What is wrong with the request as a whole leaves nothing to be taken in part.
    const isWhole = options.isPartial !== true || (rejected.length === 0 && faults.length > 0);
    if (faults.length > 0 && isWhole) return Promise.resolve(this.#faulty(faults, rejected.length));
    return this.#store(gathered, options, request);
  }

  async #store(
    gathered: Gathered,
    options: IngestOptions,
    request: RequestKey | undefined,
  ): Promise<IngestAnswer> {
    const { limits } = this.#kit.init;
    const isPartial = options.isPartial === true;
    const entries = entriesOf(gathered.tasks, {
      receivedAt: systemClock.wallNow(),
      schema: this.#kit.numbers.schema,
      budget: limits.derivedBudget,
    });
    const fitting = entries.filter((entry) => this.#hasRoom(entry));
    if (fitting.length < entries.length && !isPartial)
      return busyAnswer('Too many data-points are waiting', limits.retryAfterMs);
    if (request !== undefined) {
      const claimed = await this.#claim(request);
      if (claimed === 'conflict') return conflictAnswer();
      if (claimed !== 'ok')
        return busyAnswer('The request could not be stored', limits.retryAfterMs);
    }
    const stored = await Promise.all(fitting.map((entry) => this.#append(entry, request)));
    const positions = stored.flatMap((one): Position[] =>
      one.type === 'stored' ? [[one.entry.partition, EXTERNAL, one.number]] : [],
    );
    if (stored.some(({ type }) => type === 'conflict')) return conflictAnswer();
    const kept = new Set(stored.filter(({ type }) => type === 'stored').map(({ entry }) => entry));
    const lost = entries.filter((entry) => !kept.has(entry));
    if (lost.length > 0 && !isPartial)
      return busyAnswer('A part of the request was not stored', limits.retryAfterMs, positions);
    const retry = lost.flatMap(({ indexes }) => indexes).sort((a, b) => a - b);
    const { faults, rejected, accepted } = gathered;
    const isApplied = options.isAwaited !== true || (await this.#applied(positions));
    return storedAnswer(
      {
        positions,
        accepted: accepted - retry.length,
        faults,
        rejected,
        retry,
        retryAfterMs: limits.retryAfterMs,
      },
      { isPartial, isApplied, faultsMax: limits.faultsListed },
    );
  }

  /** An idle partition takes any request; else what waits there, and is on its way, has a bound. */
  #hasRoom({ partition, tasks }: PartitionEntry): boolean {
    const { words, init } = this.#kit;
    if (words.isFull(systemClock.wallNow())) return false;
    if (words.outbox(partition) > init.limits.outboxMax) return false;
    const waiting = words.lag(partition) + words.reserved(partition);
    return waiting === 0 || waiting + tasks <= init.limits.lagMax;
  }

  async #append(entry: PartitionEntry, request: RequestKey | undefined): Promise<Stored> {
    const { partition, tasks, bytes } = entry;
    const { words } = this.#kit;
    words.reserve(this.#sender, partition, tasks);
    try {
      const to = this.#appending[partition]!;
      const answer = await to.ask('append', bytes, tasks, request);
      return { entry, ...answer };
    } catch {
      // Its thread died, or it restarts over a refused commit: nobody knows, so nothing is acknowledged.
      return { entry, type: 'failed' };
    } finally {
      words.reserve(this.#sender, partition, -tasks);
    }
  }

  /** One partition, chosen by the key, tells whether it was used with another body, whatever that touched. */
  async #claim(request: RequestKey): Promise<'ok' | 'conflict' | 'busy'> {
    const partition = Buffer.from(request.key).readUInt32LE(0) % this.#partitions.length;
    try {
      const claimed = await this.#appending[partition]!.ask('claim', request);
      if (claimed === 'conflict') return 'conflict';
      return claimed === 'full' ? 'busy' : 'ok';
    } catch {
      return 'busy';
    }
  }

  async #applied(positions: readonly Position[]): Promise<boolean> {
    const deadlineMs = this.#kit.init.limits.appliedMs;
    try {
      await Promise.all(
        positions.map(([partition, , number]) =>
          this.#partitions[partition]!.with({ deadlineMs }).ask('applied', EXTERNAL, number),
        ),
      );
      return true;
    } catch {
      return false;
    }
  }

  async #within(bytes: number, take: () => Promise<IngestAnswer>): Promise<IngestAnswer> {
    const { limits } = this.#kit.init;
    const isTooMuch = this.#requests > 0 && this.#bytes + bytes > limits.ingestBytesMax;
    if (this.#requests >= limits.ingestRequestsMax || isTooMuch)
      return busyAnswer('Too many requests are under way', limits.retryAfterMs);
    this.#requests++;
    this.#bytes += bytes;
    try {
      return await take();
    } finally {
      this.#requests--;
      this.#bytes -= bytes;
    }
  }

  #faulty(faults: Gathered['faults'], rejected: number): IngestAnswer {
    return faultyAnswer(faults, rejected, this.#kit.init.limits.faultsListed);
  }
}

function requestOf(key: string | undefined, body: Uint8Array | string): RequestKey | undefined {
  if (key === undefined) return undefined;
  return { key: digestOf(key), body: digestOf(body) };
}

function digestOf(of: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(of).digest());
}
