/**
 * The log of every partition: entries in two lanes, numbered by tasks, appended in groups. With an entry go the mark of
 * the source it came from and the request it answers, in one commit, so that neither is taken twice.
 *
 *     partition 7, external:   1 [3 tasks]   4 [1]   5 [2]   tail: 7
 *
 *     append append append        end of the turn                        flushed
 *     ── one group per lane ──▶ guarded: the tail must stand where ──▶ tail moved, all of the group resolve
 *                               the group begins
 *
 * An append of a dead thread that lands late meets a tail that has moved, or moves it so that its successor's is refused:
 * never a hole, never an entry replaced. After a failed commit a lane refuses until all under way has settled, then goes
 * on from where the disk stands.
 * Runs on: any.
 */
import { CodedError } from '../core/index.js';
import { assert } from '../core/internal.js';
import type { Block, Environments, LogEnvironment, Put } from './environment.js';
import type { StoreErrorCode } from './errors.js';
import { IdempotencyIndex, type RequestKey, type SeenRequest } from './idempotency.js';
import * as keys from './keys.js';
import type { Lane } from './lane.js';
import { STORE_LIMITS } from './limits.js';
import { numberRow, readNumberRow } from './number-row.js';

/** What is appended. `bytes` must not change until it has flushed. */
export interface Append {
  readonly partition: number;
  readonly lane: Lane;
  /** The encoded entry. */
  readonly bytes: Uint8Array;
  /** Tasks in it: the numbers it takes, at least 1. */
  readonly tasks: number;
  /** The source it came from, and its number there: the last one taken is remembered. */
  readonly mark?: { readonly source: string; readonly number: number } | undefined;
  /** The request it answers, and when it came (epoch ms). */
  readonly request?: (RequestKey & { readonly at: number }) | undefined;
}

/** What became of an append. */
export interface Appended {
  /** Of its first task. */
  readonly number: number;
  /**
   * Resolves when it is durable. Rejects STORE_FULL, STORE_FAILED or COMMIT_REFUSED: nothing was acknowledged then,
   * though after a flush that failed the entry may be there and will be applied.
   */
  readonly flushed: Promise<void>;
}

/** One row of a lane. */
export interface LogRow {
  /** Of its first task. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** What one lane has on its way to the disk. */
interface LaneTail {
  next: number;
  /** Of this turn, not issued yet. */
  group: Group | undefined;
  groupsUnderWay: number;
  /** A group failed: what follows it is refused until none is under way. */
  isBroken: boolean;
}

interface Group {
  readonly from: number;
  next: number;
  readonly puts: Put[];
  readonly flushed: Promise<void>;
}

/** One per thread. A partition's appends must come from one thread at a time. */
export class EntryLog {
  readonly #environment: LogEnvironment;
  readonly #requests: IdempotencyIndex;
  readonly #tails = new Map<number, LaneTail>();
  /** Key of a mark as text -> its number, while it is not durable. */
  readonly #marks = new Map<string, number>();

  constructor(environments: Environments) {
    this.#environment = environments.log;
    this.#requests = new IdempotencyIndex(environments.log);
  }

  /** Numbers an entry and writes it at the end of this turn. */
  append(append: Append): Appended {
    assert(Number.isInteger(append.tasks) && append.tasks > 0, 'an entry of at least one task');
    const tail = this.#tail(append.partition, append.lane);
    if (tail.isBroken) return { number: tail.next, flushed: rejected(refused(append)) };
    const group = tail.group ?? this.#openGroup(append.partition, append.lane, tail);
    const number = group.next;
    group.next += append.tasks;
    tail.next = group.next;
    const key = keys.entryKey(append.partition, append.lane, number);
    group.puts.push({ table: this.#environment.tables.entries, key, value: append.bytes });
    if (append.mark !== undefined) this.#putMark(append.partition, append.mark, group);
    if (append.request !== undefined) {
      const { at, body } = append.request;
      const seen = { at, body, number, tasks: append.tasks, flushed: group.flushed };
      group.puts.push(...this.#requests.remember(append.partition, append.request, seen));
    }
    return { number, flushed: group.flushed };
  }

  /** Remembers a request that brings no entry here. Resolves when durable; rejects as an append. */
  async claim(partition: number, request: RequestKey & { readonly at: number }): Promise<void> {
    const { promise: flushed, resolve, reject } = deferred();
    flushed.catch(() => {});
    const seen = { at: request.at, body: request.body, number: 0, tasks: 0, flushed };
    const puts = this.#requests.remember(partition, request, seen);
    this.#environment.write(() => ({ puts })).then(() => resolve(), reject);
    await flushed;
  }

  /** The request with that key, if this partition has it; see {@link SeenRequest.flushed}. `now` in epoch ms. */
  request(partition: number, key: Uint8Array, now: number): SeenRequest | undefined {
    return this.#requests.find(partition, key, now);
  }

  /** Forgets what it remembers of a partition that another thread has had since: call it when a partition starts. */
  reopen(partition: number): void {
    this.#requests.reopen(partition);
    for (const lane of [0, 1]) {
      const tail = this.#tails.get(partition * 2 + lane);
      if (tail !== undefined && tail.groupsUnderWay === 0) this.#tails.delete(partition * 2 + lane);
    }
  }

  /** The number the next entry of a lane gets. */
  next(partition: number, lane: Lane): number {
    return this.#tail(partition, lane).next;
  }

  /** The last number taken from a source, appends on their way included; 0 when none was. */
  mark(partition: number, source: string): number {
    const key = keys.markKey(partition, source);
    const onTheWay = this.#marks.get(textOf(key));
    if (onTheWay !== undefined) return onTheWay;
    const row = this.#environment.tables.marks.get(key);
    return row === undefined ? 0 : readNumberRow(row);
  }

  /**
   * Entries of a lane in order, from the one that holds task `from` on, until they have `bytesMax` or are `countMax`; at
   * least one if there is one. Only what is flushed or was committed since the last refresh.
   */
  read(
    partition: number,
    lane: Lane,
    from: number,
    { countMax, bytesMax = Number.POSITIVE_INFINITY }: { countMax: number; bytesMax?: number },
  ): LogRow[] {
    const { entries } = this.#environment.tables;
    const whole = keys.rangeOf(keys.laneKey(partition, lane));
    // The entry that holds `from` begins there or before.
    const upTo = { from: whole.from, below: keys.entryKey(partition, lane, from + 1) };
    const holder = entries.last(upTo);
    const rows: LogRow[] = [];
    let bytes = 0;
    const range = { from: holder?.key ?? whole.from, below: whole.below };
    for (const { key, value } of entries.read(range, { countMax })) {
      if (rows.length > 0 && bytes + value.length > bytesMax) break;
      rows.push({ number: keys.numberOfEntryKey(key), bytes: value });
      bytes += value.length;
    }
    return rows;
  }

  /** As {@link read}, of the entries that begin with task `from` or later; none when there are none. */
  readBegun(
    partition: number,
    lane: Lane,
    from: number,
    { countMax, bytesMax }: { readonly countMax: number; readonly bytesMax: number },
  ): LogRow[] {
    const { below } = keys.rangeOf(keys.laneKey(partition, lane));
    const range = { from: keys.entryKey(partition, lane, from), below };
    const rows: LogRow[] = [];
    let bytes = 0;
    for (const { key, value } of this.#environment.tables.entries.read(range, { countMax })) {
      rows.push({ number: keys.numberOfEntryKey(key), bytes: value });
      bytes += value.length;
      if (bytes >= bytesMax) break;
    }
    return rows;
  }

  /**
   * Puts other bytes in the place of entries of a lane, which take as many numbers as they did. In the order of its
   * appends and under their guard, so that what a dead thread left behind does not come after. Rejects as an append.
   */
  rewrite(partition: number, lane: Lane, rows: readonly LogRow[]): Promise<void> {
    const tail = this.#tail(partition, lane);
    if (tail.isBroken) return rejected(refused({ partition, lane }));
    const group = tail.group ?? this.#openGroup(partition, lane, tail);
    const table = this.#environment.tables.entries;
    for (const { number, bytes } of rows) {
      assert(number < tail.next, `entry ${number} to be in the log, which ends at ${tail.next}`);
      group.puts.push({ table, key: keys.entryKey(partition, lane, number), value: bytes });
    }
    return group.flushed;
  }

  /** Removes the entries of a lane all whose tasks are below `below`. Resolves with how many; a little at a time. */
  async trim(partition: number, lane: Lane, below: number): Promise<number> {
    const { entries } = this.#environment.tables;
    const { from } = keys.rangeOf(keys.laneKey(partition, lane));
    const kept = entries.last({ from, below: keys.entryKey(partition, lane, below + 1) });
    if (kept === undefined) return 0;
    // The tasks of the last entry that begins at or before `below` may reach beyond it.
    const range = { from, below: kept.key };
    let removed = 0;
    for (;;) {
      const rows = [...entries.keys(range, { countMax: STORE_LIMITS.trimRows })];
      if (rows.length === 0) return removed;
      const puts = rows.map((key): Put => ({ table: entries, key, value: undefined }));
      await this.#environment.write(() => ({ puts }));
      removed += rows.length;
      this.#environment.refresh();
    }
  }

  #tail(partition: number, lane: Lane): LaneTail {
    const at = partition * 2 + lane;
    let tail = this.#tails.get(at);
    if (tail === undefined) {
      const next = this.#storedNext(partition, lane);
      tail = { next, group: undefined, groupsUnderWay: 0, isBroken: false };
      this.#tails.set(at, tail);
    }
    return tail;
  }

  #storedNext(partition: number, lane: Lane): number {
    const next = this.#environment.tables.tails.version(keys.laneKey(partition, lane));
    assert(next !== undefined, `partition ${partition} to be one of this folder`);
    return next;
  }

  #openGroup(partition: number, lane: Lane, tail: LaneTail): Group {
    const { promise: flushed, resolve, reject } = deferred();
    flushed.catch(() => {});
    const group: Group = { from: tail.next, next: tail.next, puts: [], flushed };
    tail.group = group;
    tail.groupsUnderWay++;
    const fail = (fault: unknown) => {
      tail.isBroken = true;
      this.#settled(partition, lane, tail);
      reject(fault);
    };
    this.#environment
      .write(() => this.#closeGroup(partition, lane, tail, group))
      .then((isTaken) => {
        if (!isTaken) return fail(refused({ partition, lane }));
        this.#settled(partition, lane, tail);
        resolve();
      }, fail);
    return group;
  }

  #closeGroup(partition: number, lane: Lane, tail: LaneTail, group: Group): Block {
    tail.group = undefined;
    const table = this.#environment.tables.tails;
    const key = keys.laneKey(partition, lane);
    group.puts.push({ table, key, value: NOTHING, version: group.next });
    return { guard: { table, key, version: group.from }, puts: group.puts };
  }

  /** A group has come to its end. When none is left, a broken lane goes on from where the disk stands. */
  #settled(partition: number, lane: Lane, tail: LaneTail): void {
    if (--tail.groupsUnderWay > 0) return;
    if (!tail.isBroken) return;
    this.#environment.refresh();
    this.#tails.delete(partition * 2 + lane);
  }

  #putMark(partition: number, mark: { source: string; number: number }, group: Group): void {
    const key = keys.markKey(partition, mark.source);
    group.puts.push({ table: this.#environment.tables.marks, key, value: numberRow(mark.number) });
    const text = textOf(key);
    this.#marks.set(text, mark.number);
    const letGo = () => {
      if (this.#marks.get(text) === mark.number) this.#marks.delete(text);
    };
    group.flushed.then(letGo, letGo);
  }
}

const NOTHING = new Uint8Array([0]);

function refused(of: {
  readonly partition: number;
  readonly lane: Lane;
}): CodedError<StoreErrorCode> {
  return new CodedError(
    'COMMIT_REFUSED',
    `expected the log of partition ${of.partition}, lane ${of.lane}, to stand where this thread left it; it does not`,
    { details: { partition: of.partition, lane: of.lane } },
  );
}

function rejected(fault: unknown): Promise<void> {
  const promise = Promise.reject(fault);
  promise.catch(() => {});
  return promise;
}

function deferred(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
} {
  let resolve: () => void = () => {};
  let reject: (fault: unknown) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
