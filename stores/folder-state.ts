/**
 * What a data folder keeps of itself in its environments: whose they are, how often it was opened, the model and its
 * numbers; and that every partition has its cursor and its tails, in step with one another.
 * Runs on: main.
 */
import { decodeCursor, encodeCursor } from './cursor-codec.js';
import type { Environments, Put } from './environment.js';
import { folderFault } from './folder-fault.js';
import type { FolderFile } from './folder-file.js';
import * as keys from './keys.js';
import { FIRST_CURSOR, LANES, type Lane, type LaneCursor } from './lane.js';
import { type ModelNumbersForm, NO_NUMBERS } from './model-numbers.js';
import { Outbox } from './outbox.js';
import type { EntitySpec } from './schema/entity-spec.js';
import type { Table } from './table.js';

const FOLDER = keys.metaKey('folder');
const RUN = keys.metaKey('run');
const NUMBERS = keys.metaKey('numbers');
const SPECS = keys.metaKey('specs');
const NOTHING = new Uint8Array([0]);
/** Rows of a new partition carry it, so that a guard has something to hold. */
const FIRST_VERSION = 1;

interface Run {
  readonly count: number;
  readonly isOpen: boolean;
}

export class FolderState {
  readonly #dir: string;
  readonly #file: FolderFile;
  readonly #environments: Environments;
  #run: Run = { count: 0, isOpen: false };
  #endedWell = true;

  constructor(dir: string, file: FolderFile, environments: Environments) {
    this.#dir = dir;
    this.#file = file;
    this.#environments = environments;
  }

  get runId(): number {
    return this.#run.count;
  }

  get endedWell(): boolean {
    return this.#endedWell;
  }

  /** Throws FOLDER_FOREIGN when an environment is not this folder's, or one of them has been lost. */
  check(): void {
    const log = this.#folderOf(this.#environments.log.tables.meta);
    const state = this.#folderOf(this.#environments.state.tables.meta);
    if (log !== undefined && state !== undefined) {
      this.#run = this.#json<Run>(RUN, this.#run);
      return;
    }
    const lost = state === undefined ? 'state' : 'log';
    throw this.#foreign(`expected its environment ${lost} to hold what it held, got an empty one`);
  }

  /** Makes what is not there yet, checks what is, and notes that the folder is open. */
  async begin(): Promise<void> {
    await this.#make();
    this.check();
    await this.#moveTails();
    this.#endedWell = !this.#run.isOpen;
    await this.#keepRun({ count: this.#run.count + 1, isOpen: true });
  }

  /** Notes that the folder was closed. */
  async end(): Promise<void> {
    await this.#keepRun({ ...this.#run, isOpen: false });
  }

  numbers(): ModelNumbersForm {
    return this.#json(NUMBERS, NO_NUMBERS);
  }

  specs(): readonly EntitySpec[] {
    return this.#json<readonly EntitySpec[]>(SPECS, []);
  }

  async keepModel(numbers: ModelNumbersForm, specs: readonly EntitySpec[]): Promise<void> {
    const table = this.#environments.state.tables.meta;
    const puts: Put[] = [
      { table, key: NUMBERS, value: jsonBytes(numbers) },
      { table, key: SPECS, value: jsonBytes(specs) },
    ];
    await this.#environments.state.write(() => ({ puts }));
  }

  hasWork(): boolean {
    this.#environments.refresh();
    const outbox = new Outbox(this.#environments);
    for (let partition = 0; partition < this.#file.partitions; partition++) {
      const isBehind = Object.values(LANES).some(
        (lane) => this.#tail(partition, lane) > this.#cursor(partition, lane).low,
      );
      if (isBehind || outbox.targets(partition).length > 0) return true;
    }
    return false;
  }

  /** The log first: a folder whose state is there has been made. What was interrupted is made again. */
  async #make(): Promise<void> {
    const { log, state } = this.#environments;
    const hasLog = this.#folderOf(log.tables.meta) !== undefined;
    const hasState = this.#folderOf(state.tables.meta) !== undefined;
    if (hasState) return;
    if (hasLog && !isEmpty(log.tables.entries)) return;
    const tails: Put[] = [];
    const cursors: Put[] = [];
    const cursor = encodeCursor(FIRST_CURSOR);
    for (let partition = 0; partition < this.#file.partitions; partition++) {
      for (const lane of Object.values(LANES)) {
        const key = keys.laneKey(partition, lane);
        tails.push({ table: log.tables.tails, key, value: NOTHING, version: FIRST_VERSION });
      }
      const key = keys.partitionKey(partition);
      cursors.push({ table: state.tables.cursors, key, value: cursor, version: FIRST_VERSION });
    }
    const value = Buffer.from(this.#file.id);
    await log.write(() => ({ puts: [...tails, { table: log.tables.meta, key: FOLDER, value }] }));
    await state.write(() => ({
      puts: [...cursors, { table: state.tables.meta, key: FOLDER, value }],
    }));
    this.#environments.refresh();
  }

  /**
   * A log that lost its end (power failed without fsync, or an older copy was put back) would give numbers that have been
   * done already to new tasks, which would then be passed over: its next number moves past what is done.
   */
  async #moveTails(): Promise<void> {
    const table = this.#environments.log.tables.tails;
    const puts: Put[] = [];
    for (let partition = 0; partition < this.#file.partitions; partition++) {
      for (const lane of Object.values(LANES)) {
        const cursor = this.#cursor(partition, lane);
        const end = Math.max(cursor.low, (cursor.finished.at(-1) ?? 0) + 1);
        if (this.#tail(partition, lane) >= end) continue;
        puts.push({ table, key: keys.laneKey(partition, lane), value: NOTHING, version: end });
      }
    }
    if (puts.length > 0) await this.#environments.log.write(() => ({ puts }));
  }

  #cursor(partition: number, lane: Lane): LaneCursor {
    const row = this.#environments.state.tables.cursors.get(keys.partitionKey(partition));
    if (row === undefined) throw this.#foreign(`expected a cursor of partition ${partition}`);
    return decodeCursor(row).lanes[lane];
  }

  #tail(partition: number, lane: Lane): number {
    const next = this.#environments.log.tables.tails.version(keys.laneKey(partition, lane));
    if (next === undefined) throw this.#foreign(`expected the end of partition ${partition}'s log`);
    return next;
  }

  /** The id in an environment; undefined when it has none, throws when it is another's. */
  #folderOf(meta: Table): string | undefined {
    const row = meta.get(FOLDER);
    if (row === undefined) return undefined;
    const id = Buffer.from(row).toString();
    if (id === this.#file.id) return id;
    throw this.#foreign(`expected environments of folder ${this.#file.id}, got one of ${id}`);
  }

  async #keepRun(run: Run): Promise<void> {
    const { state } = this.#environments;
    const puts = [{ table: state.tables.meta, key: RUN, value: jsonBytes(run) }];
    await state.write(() => ({ puts }));
    this.#run = run;
  }

  #json<T>(key: Uint8Array, absent: T): T {
    const row = this.#environments.state.tables.meta.get(key);
    return row === undefined ? absent : (JSON.parse(Buffer.from(row).toString()) as T);
  }

  #foreign(sentence: string): Error {
    return folderFault('FOLDER_FOREIGN', this.#dir, sentence);
  }
}

function isEmpty(table: Table): boolean {
  const everything = { from: new Uint8Array([0]), below: new Uint8Array([0xff, 0xff, 0xff]) };
  for (const _key of table.keys(everything, { countMax: 1 })) return false;
  return true;
}

function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
