/**
 * Clears what one partition has stored of erased entities: batch by batch, others' turns in between, each batch noted with
 * what it took away, so that who begins anew goes on where this one was.
 *
 *   derived lane ─> external lane ─> dead letters ─> change log ─> links, tombstones, faults of hooks ─> done
 *   entries written anew, under their numbers        as they are put, with the note, in one commit
 *
 * A batch of the log is noted after it has flushed: a process that ends between counts it as nothing.
 * Runs on: thread.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CodedError } from '../../core/index.js';
import {
  type AcceptedErasure,
  addCounts,
  ChangeLog,
  decodeDeadLetter,
  decodeEntry,
  type EraseCounts,
  encodeChangeChunk,
  encodeDeadLetter,
  encodeEntry,
  idText,
  isEmptyTask,
  LANES,
  type Lane,
  LinkIndex,
  linkTargets,
  NO_COUNTS,
  partitionOf,
  type StoredChange,
} from '../../stores/internal.js';
import type { EraseFilter } from './erase-filter.js';
import type { EraserOptions } from './partition-eraser.js';

const NOTE = 'erase';
const STEPS = ['derived', 'external', 'letters', 'changes', 'rows', 'done'] as const;
type Step = (typeof STEPS)[number];

/** How far it has come, as it is stored: it names no entity. */
interface Progress {
  readonly round: number;
  readonly step: Step;
  /** Number that the step goes on from. */
  readonly from: number;
  /** By id of the erasure. */
  readonly counts: Readonly<Record<string, EraseCounts>>;
}

export class PartitionScrub {
  readonly #options: EraserOptions;
  readonly #filter: EraseFilter;
  #progress: Progress;

  /** `filter` of the erasures of that round. */
  constructor(options: EraserOptions, filter: EraseFilter, round: number) {
    this.#options = options;
    this.#filter = filter;
    const note = options.state.note(NOTE);
    const stored = note && (JSON.parse(Buffer.from(note).toString()) as Progress);
    this.#progress =
      stored?.round === round ? stored : { round, step: STEPS[0], from: 0, counts: {} };
  }

  /** Rejects PLATFORM_STOPPED when its partition ends first. */
  async run(): Promise<Progress['counts']> {
    for (;;) {
      const { step } = this.#progress;
      if (step === 'done') return this.#progress.counts;
      if (step === 'derived' || step === 'external') await this.#lane(LANES[step]);
      if (step === 'letters') await this.#letters();
      if (step === 'changes') await this.#changes();
      if (step === 'rows') await this.#rows();
      this.#progress = { ...this.#progress, step: STEPS[STEPS.indexOf(step) + 1]!, from: 0 };
      await this.#note();
    }
  }

  async #lane(lane: Lane): Promise<void> {
    const { kit, partition } = this.#options;
    const { eraseRows, eraseBytes } = kit.init.limits;
    const end = kit.log.next(partition, lane);
    for (;;) {
      await this.#turn();
      const bounds = { countMax: eraseRows, bytesMax: eraseBytes };
      const rows = kit.log.readBegun(partition, lane, this.#progress.from, bounds);
      const last = rows.at(-1);
      if (last === undefined || this.#progress.from >= end) return;
      const rewritten = rows.flatMap(({ number, bytes }) => this.#entry(lane, number, bytes) ?? []);
      this.#progress = { ...this.#progress, from: last.number + 1 };
      if (rewritten.length === 0) continue;
      await kit.log.rewrite(partition, lane, rewritten);
      await this.#note();
    }
  }

  /** The row as it is to be; undefined when it is to stay. */
  #entry(lane: Lane, number: number, bytes: Uint8Array) {
    if (!this.#filter.index.mayBeIn(bytes)) return undefined;
    const entry = decodeEntry(bytes);
    let left = entry;
    for (const erasure of this.#filter.ofEntry(entry, lane, number)) {
      const before = left;
      left = this.#filter.without(before, [erasure]);
      const tasks = left.tasks.filter((task, i) => task !== before.tasks[i]).length;
      if (tasks > 0) this.#count(erasure, { entries: 1, tasks });
    }
    return left === entry ? undefined : { number, bytes: encodeEntry(left) };
  }

  async #letters(): Promise<void> {
    const { kit, partition } = this.#options;
    const { eraseRows, eraseBytes } = kit.init.limits;
    for (;;) {
      await this.#turn();
      const { from } = this.#progress;
      const bounds = { countMax: eraseRows, bytesMax: eraseBytes };
      const rows = kit.deadLetters.read(partition, from, bounds);
      const last = rows.at(-1);
      if (last === undefined) return;
      const isChanged = rows.map(({ number }) => this.#letter(number)).some((one) => one);
      this.#progress = { ...this.#progress, from: last.number + 1 };
      if (isChanged) await this.#note();
    }
  }

  #letter(number: number): boolean {
    const { letterLeft, removeLetter, state } = this.#options;
    const bytes = letterLeft(number);
    if (bytes === undefined) return false;
    const letter = decodeDeadLetter(bytes);
    const erasures = this.#filter.ofLetter(letter);
    const entry = this.#filter.without(letter.entry, erasures);
    if (entry === letter.entry) return false;
    for (const erasure of erasures) this.#count(erasure, { deadLetters: 1 });
    if (entry.tasks.every(isEmptyTask)) removeLetter(number);
    else
      state.putDeadLetter(
        number,
        encodeDeadLetter({ ...letter, ...silenced(letter, erasures), entry }),
      );
    return true;
  }

  async #changes(): Promise<void> {
    const { kit, partition, state } = this.#options;
    const log = new ChangeLog(kit.environments);
    for (;;) {
      await this.#turn();
      const row = log.read(partition, this.#progress.from);
      if (row === undefined) return;
      const { first, at, changes } = row;
      const left = changes.map((change) => (this.#isErased(change) ? undefined : change));
      const isChanged = left.some((change, i) => change !== changes[i]);
      this.#progress = { ...this.#progress, from: first + changes.length };
      if (!isChanged) continue;
      state.rewriteChanges(first, encodeChangeChunk({ at, changes: left }));
      await this.#note();
    }
  }

  #isErased(change: StoredChange | undefined): boolean {
    if (change === undefined) return false;
    const { etype, eid, lane, number } = change;
    const { partition } = this.#options;
    const older = this.#filter.index
      .of(etype, eid)
      .filter((one) => this.#filter.isOlder(one, { partition, lane, number }));
    for (const erasure of older) this.#count(erasure, { changes: 1 });
    return older.length > 0;
  }

  /** Small rows that go by key. */
  async #rows(): Promise<void> {
    const { kit, partition, state } = this.#options;
    for (const { no } of kit.numbers.form.entities) await this.#linksTo(no);
    await this.#turn();
    for (const { etype, name, eid, partition: at } of this.#filter.index.all) {
      kit.faults.forget(name, idText(eid));
      if (at !== partition || state.record({ etype, eid }) !== undefined) continue;
      if (state.tombstone({ etype, eid }) === 0) continue;
      state.setTombstone({ etype, eid }, undefined);
      // Links that have come since are counted from the deletions that are forgotten.
      for (const { source, until } of state.links({ etype, eid }))
        state.putLink({ etype, eid }, source, until, 0);
    }
  }

  /** A link under another entity may outlive the value that it was for; then deleting its source does not find it. */
  async #linksTo(etype: number): Promise<void> {
    const { kit, partition, state } = this.#options;
    const links = new LinkIndex(kit.environments);
    let after: Uint8Array | undefined;
    for (;;) {
      await this.#turn();
      const rows = links.sourcesOf(etype, partition, after, kit.init.limits.eraseLinkRows);
      for (const { target, source } of rows) {
        for (const erasure of this.#filter.index.of(source.etype, source.eid)) {
          if (this.#holds(erasure, source.attr, target.eid)) continue;
          state.removeLink(target, source);
          this.#count(erasure, { links: 1 });
        }
      }
      after = rows.at(-1)?.key;
      if (after === undefined) return;
    }
  }

  /** True when the entity has come to be again and links there. */
  #holds(erasure: AcceptedErasure, attr: number, target: string | number): boolean {
    const { kit } = this.#options;
    const { etype, name, eid } = erasure;
    const address = { etype, eid, partition: partitionOf(name, eid, kit.init.partitions) };
    const record = kit.entities.record(address);
    const type = kit.numbers.attributeOf(etype, attr)?.type;
    if (record === undefined || type === undefined) return false;
    const everything = { t1From: Number.NEGATIVE_INFINITY, t1To: Number.POSITIVE_INFINITY };
    const chunks = record.spilled.has(attr) ? kit.entities.chunks(address, attr, everything) : [];
    const items = [...chunks.flatMap((chunk) => chunk.items), ...(record.items.get(attr) ?? [])];
    const values = [record.plain.get(attr)?.v, ...items.map(({ v }) => v)];
    return values.some((value) => linkTargets(type, value).includes(target));
  }

  #count({ id }: AcceptedErasure, more: Partial<EraseCounts>): void {
    const { counts } = this.#progress;
    const sum = addCounts(counts[id] ?? NO_COUNTS, more);
    this.#progress = { ...this.#progress, counts: { ...counts, [id]: sum } };
  }

  /** Others have their turn; what they stored is seen then. */
  async #turn(): Promise<void> {
    await nextTurn();
    if (this.#options.isEnded())
      throw new CodedError(
        'PLATFORM_STOPPED',
        'expected a partition that works, got one that ends',
      );
    this.#options.kit.environments.refresh();
  }

  async #note(): Promise<void> {
    const { state, commit, isEnded } = this.#options;
    if (isEnded()) return this.#turn();
    state.setNote(NOTE, Buffer.from(JSON.stringify(this.#progress)));
    await commit();
  }
}

/** What a letter says of why may quote what it was about. */
function silenced(
  { message }: { readonly message: string },
  erasures: readonly AcceptedErasure[],
): { readonly message?: string } {
  const isQuoted = erasures.some(({ eid }) => message.includes(idText(eid)));
  return isQuoted ? { message: 'expected the task to be applied; why not has been erased' } : {};
}
