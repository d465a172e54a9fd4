/**
 * What an ingest actor does with a request. Bounded: requests under way and their bytes, room in the partitions.
 * Runs on: thread.
 */
import { createHash } from 'node:crypto';
import type { Sender } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import { LANES, printJson } from '../../stores/internal.js';
import {
  type AppenderProtocol,
  type AppenderRef,
  type AppendOutcome,
  type AppendParts,
  hostOf,
} from './append-protocol.js';
import { awaitApplied } from './await-applied.js';
import type { IngestAnswer, IngestOptions } from './entity-engine.js';
import type { TaskInput } from './hook.js';
import { readHookResult } from './hook-result.js';
import {
  appendOf,
  type Gathered,
  gatherPoints,
  gatherTasks,
  type PartitionPart,
  partsOf,
  readBody,
} from './ingest.js';
import {
  busyAnswer,
  conflictAnswer,
  faultyAnswer,
  fullAnswer,
  lostAnswer,
  storedAnswer,
} from './ingest-answer.js';
import type { PartitionProtocol, PartitionRef, RequestKey } from './partition-protocol.js';
import type { Position } from './position.js';
import type { ThreadKit } from './thread-kit.js';

/** Bytes a value takes that came as one, about: for the bound of what is under way. */
const ITEM_BYTES = 200;

/** A part of a request without what is in it. */
interface GivenPart {
  readonly partition: number;
  /** Tasks. */
  readonly count: number;
  /** Items of the request. */
  readonly indexes: readonly number[];
}

/** What one host is sent of a request. */
interface HostAppend {
  readonly host: number;
  readonly parts: readonly GivenPart[];
  readonly append: AppendParts;
}

/** A request that is to be stored: bytes, and what its answer needs. */
interface Storable extends Pick<Gathered, 'accepted' | 'faults' | 'rejected'> {
  readonly parts: readonly GivenPart[];
  /** Of the parts that there is room for. */
  readonly appends: readonly HostAppend[];
}

/** What became of one partition's part. */
interface Stored {
  readonly part: GivenPart;
  readonly outcome: AppendOutcome;
}

export class IngestDesk {
  readonly #kit: ThreadKit;
  readonly #sender: number;
  readonly #partitions: readonly PartitionRef[];
  readonly #claiming: readonly Sender<PartitionProtocol>[];
  /** By host. */
  readonly #appending: readonly Sender<AppenderProtocol>[];
  #requests = 0;
  #bytes = 0;

  constructor(options: {
    readonly kit: ThreadKit;
    /** Number of the replica. */
    readonly sender: number;
    readonly partitions: readonly PartitionRef[];
    /** By host. */
    readonly appenders: readonly AppenderRef[];
  }) {
    this.#kit = options.kit;
    this.#sender = options.sender;
    this.#partitions = options.partitions;
    const deadlineMs = options.kit.init.limits.appendMs;
    const sending = { deadlineMs, whenFull: 'wait' } as const;
    this.#claiming = options.partitions.map((ref) => ref.with(sending));
    this.#appending = options.appenders.map((ref) => ref.with(sending));
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

  /** All that needs the tasks themselves: requests that wait for the disk are many, and keep nothing but bytes. */
  #store(
    gathered: Gathered,
    options: IngestOptions,
    request: RequestKey | undefined,
  ): Promise<IngestAnswer> {
    const { retryAfterMs } = this.#kit.init.limits;
    const parts = partsOf(gathered.tasks);
    // Of a partial request as well: whoever takes all of it later takes the good part of it.
    if (parts.length > 0 && this.#kit.words.isFull(systemClock.wallNow()))
      return Promise.resolve(fullAnswer(retryAfterMs));
    const fitting = parts.filter((part) => this.#hasRoom(part));
    if (fitting.length < parts.length && options.isPartial !== true)
      return Promise.resolve(busyAnswer('Too many data-points are waiting', retryAfterMs));
    const { accepted, faults, rejected } = gathered;
    const appends = this.#appendsOf(fitting);
    const storable = { accepted, faults, rejected, parts: parts.map(givenOf), appends };
    return this.#storeBytes(storable, options, request);
  }

  async #storeBytes(
    { accepted, faults, rejected, parts, appends }: Storable,
    options: IngestOptions,
    request: RequestKey | undefined,
  ): Promise<IngestAnswer> {
    const { retryAfterMs, faultsListed: faultsMax } = this.#kit.init.limits;
    const isPartial = options.isPartial === true;
    if (request !== undefined) {
      const claimed = await this.#claim(request);
      if (claimed === 'conflict') return conflictAnswer();
      if (claimed === 'full') return fullAnswer(retryAfterMs);
      if (claimed !== 'ok') return busyAnswer('The request could not be stored', retryAfterMs);
    }
    const stored = await this.#append(appends, request);
    const positions = stored.flatMap(({ part, outcome }): Position[] =>
      typeof outcome === 'number' ? [[part.partition, LANES.external, outcome]] : [],
    );
    if (stored.some(({ outcome }) => outcome === 'conflict')) return conflictAnswer();
    const kept = new Set(positions.map(([partition]) => partition));
    const lost = parts.filter(({ partition }) => !kept.has(partition));
    const isRefused = stored.length > 0 && stored.every(({ outcome }) => outcome === 'full');
    if (isRefused && stored.length === parts.length) return fullAnswer(retryAfterMs);
    const failed = stored.flatMap(({ part, outcome }) => (outcome === 'failed' ? [part] : []));
    const [isKeyed, isUnknown] = [request !== undefined, failed.length > 0];
    // Of a request with a key, all of it again is safer than a part of it under another key.
    if (lost.length > 0 && (!isPartial || (isKeyed && isUnknown)))
      return lostAnswer({ isUnknown, isKeyed, retryAfterMs, positions });
    const [retry, unknown] = [indexesOf(lost), indexesOf(failed)];
    const isApplied = options.isAwaited !== true || (await this.#applied(positions));
    const taken = accepted - retry.length;
    return storedAnswer(
      { positions, accepted: taken, faults, rejected, retry, unknown, retryAfterMs },
      { isPartial, isApplied, faultsMax },
    );
  }

  /** An idle partition takes any request; else what waits there, and is on its way, has a bound. */
  #hasRoom({ partition, tasks }: PartitionPart): boolean {
    const { words, init } = this.#kit;
    if (words.outbox(partition) > init.limits.outboxMax) return false;
    const waiting = words.lag(partition) + words.reserved(partition);
    return waiting === 0 || waiting + tasks.length <= init.limits.lagMax;
  }

  /** One message to each host that has a partition of them. */
  #appendsOf(parts: readonly PartitionPart[]): HostAppend[] {
    const options = {
      receivedAt: systemClock.wallNow(),
      schema: this.#kit.numbers.schema,
      budget: this.#kit.init.limits.derivedBudget,
    };
    const byHost = this.#appending.map((): PartitionPart[] => []);
    for (const part of parts) byHost[hostOf(part.partition, byHost.length)]!.push(part);
    return byHost.flatMap((some, host) =>
      some.length === 0
        ? []
        : [{ host, parts: some.map(givenOf), append: appendOf(some, options) }],
    );
  }

  /** What became of each part, in no order. */
  async #append(
    appends: readonly HostAppend[],
    request: RequestKey | undefined,
  ): Promise<Stored[]> {
    const stored = await Promise.all(appends.map((one) => this.#appendAt(one, request)));
    return stored.flat();
  }

  async #appendAt(
    { host, parts, append }: HostAppend,
    request: RequestKey | undefined,
  ): Promise<Stored[]> {
    const { words } = this.#kit;
    for (const { partition, count } of parts) words.reserve(this.#sender, partition, count);
    try {
      const outcomes = await this.#appending[host]!.ask('append', append, request);
      return parts.map((part, i) => ({ part, outcome: outcomes[i] ?? 'failed' }));
    } catch {
      // The thread died, or took too long: nobody knows, so nothing is acknowledged.
      return parts.map((part) => ({ part, outcome: 'failed' }));
    } finally {
      for (const { partition, count } of parts) words.reserve(this.#sender, partition, -count);
    }
  }

  /** One partition, chosen by the key, tells whether it was used with another body, whatever that touched. */
  async #claim(request: RequestKey): Promise<'ok' | 'conflict' | 'full' | 'busy'> {
    const partition = Buffer.from(request.key).readUInt32LE(0) % this.#partitions.length;
    try {
      const claimed = await this.#claiming[partition]!.ask('claim', request);
      return claimed === 'conflict' || claimed === 'full' ? claimed : 'ok';
    } catch {
      return 'busy';
    }
  }

  async #applied(positions: readonly Position[]): Promise<boolean> {
    const untilMs = systemClock.now() + this.#kit.init.limits.appliedMs;
    try {
      await Promise.all(
        positions.map(([partition, , number]) =>
          awaitApplied(this.#partitions[partition]!, { lane: LANES.external, number, untilMs }),
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

function givenOf({ partition, tasks, indexes }: PartitionPart): GivenPart {
  return { partition, count: tasks.length, indexes };
}

/** Ascending. */
function indexesOf(parts: readonly GivenPart[]): number[] {
  return parts.flatMap(({ indexes }) => indexes).sort((a, b) => a - b);
}

function requestOf(key: string | undefined, body: Uint8Array | string): RequestKey | undefined {
  if (key === undefined) return undefined;
  return { key: digestOf(key), body: digestOf(body) };
}

function digestOf(of: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(of).digest());
}
