/**
 * The door of lmdb: the two environments of a data folder as one thread sees them. Reads are maps of memory; writes are
 * blocks, gathered until the turn ends and issued together, so that a thread may be killed at any instant without
 * leaving lmdb's writer inside an open batch (which would hang the process):
 *
 *     write(block) write(block) …          end of the turn                writer thread of lmdb
 *     ────── gathered, all checked ──────▶ one batch, one synchronous ──▶ one transaction, flushed ──▶ promises
 *                                          loop, its begin written last
 *
 * No other write of lmdb is offered: a transaction on the JavaScript side, held by a thread that dies, hangs every other.
 * Runs on: any.
 */
import { join } from 'node:path';
import { openAsClass, type RootDatabase, type RootDatabaseOptions } from 'lmdb';
import { assert } from '../core/internal.js';
import { type CommitSize, roomFault } from './disk-room.js';
import { LOG_TABLES, STATE_TABLES } from './keys.js';
import { STORE_LIMITS } from './limits.js';
import { type LmdbTable, NO_ROWS, Table } from './table.js';
import { writeFault } from './write-fault.js';

/** One row to be written: no value removes it. Key and value must not change until the write has settled. */
export interface Put {
  readonly table: Table;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
  /** For tables whose rows carry one. */
  readonly version?: number;
}

/** Rows that are written together or, when the guarded row does not have that version, not at all. */
export interface Block {
  readonly guard?: { readonly table: Table; readonly key: Uint8Array; readonly version: number };
  readonly puts: readonly Put[];
}

/** One environment of a folder, on this thread. */
export interface Environment<Name extends string> {
  readonly tables: Readonly<Record<Name, Table>>;
  /**
   * Writes a block at the end of this turn, in one transaction with all others of the turn; `make` is called then. True
   * when flushed (as the durability says), false when its guard refused it. Rejects with STORE_FULL or STORE_FAILED when
   * the transaction failed: nothing of it is promised then, nor that nothing of it is there; and with what `make` throws.
   */
  write(make: () => Block): Promise<boolean>;
  /** From here on reads see all that was committed before, by any thread. Call it once per batch of messages. */
  refresh(): void;
  /** Writes all that is committed, and nothing else, as a new environment into an empty folder. Rejects as a write. */
  copyTo(folder: string): Promise<void>;
}

export type LogEnvironment = Environment<keyof typeof LOG_TABLES>;
export type StateEnvironment = Environment<keyof typeof STATE_TABLES>;

/** How data is made durable: `fsync` survives power loss, `os` only the death of the process. */
export type Durability = 'fsync' | 'os';

export interface EnvironmentsOptions {
  readonly durability: Durability;
  readonly isReadOnly?: boolean;
  /** Makes environments and databases that are not there: only by the process's first opener, before any partition runs. */
  readonly isMaking?: boolean;
}

/** Both environments of a folder. Every {@link openEnvironments} is paid back by one `close`. */
export interface Environments {
  readonly log: LogEnvironment;
  readonly state: StateEnvironment;
  /** {@link Environment.refresh} of both. */
  refresh(): void;
  /** Resolves when what was written has settled; the last close of the folder on this thread lets go of the files. */
  close(): Promise<void>;
}

/** The names of the folders that hold them, in a data folder. */
export const ENVIRONMENT_FOLDERS = { log: 'log', state: 'state' } as const;

/**
 * The environments of the data folder `dir` for this thread: the same ones for every caller, counted. Unless making,
 * opening takes no write lock, so a thread may be killed while it starts.
 */
export function openEnvironments(dir: string, options: EnvironmentsOptions): Environments {
  const there = opened.get(dir);
  if (there !== undefined) {
    there.users++;
    return there.environments;
  }
  const log = new OpenEnvironment(join(dir, ENVIRONMENT_FOLDERS.log), LOG_TABLES, options);
  const state = new OpenEnvironment(join(dir, ENVIRONMENT_FOLDERS.state), STATE_TABLES, options);
  const environments: Environments = {
    log,
    state,
    refresh() {
      log.refresh();
      state.refresh();
    },
    async close() {
      const entry = opened.get(dir);
      if (entry === undefined || --entry.users > 0) return;
      opened.delete(dir);
      await Promise.all([log.close(), state.close()]);
    },
  };
  opened.set(dir, { environments, users: 1 });
  return environments;
}

/** What lmdb is told, beside what the caller chooses. */
export const LMDB_SETTINGS = {
  // Undocumented, and what keeps a killed thread from hanging the process: past this many writes lmdb would start its
  // writer inside a batch that is still being written.
  batchStartThreshold: 1e9,
  // Batches are ours: lmdb's own, made at the end of each turn, would have a promise that nobody can handle.
  eventTurnBatching: false,
  maxDbs: 64,
  maxReaders: 512,
  // Freed pages hold old values; files may be backed up or sent: nothing but what is stored may be in them.
  noMemInit: false,
} as const;

/** Per thread: folder -> what is open of it. */
const opened = new Map<string, { readonly environments: Environments; users: number }>();

interface Waiting {
  readonly make: () => Block;
  block?: Block;
  readonly resolve: (isTaken: boolean) => void;
  readonly reject: (fault: unknown) => void;
}

class OpenEnvironment<Name extends string> implements Environment<Name> {
  readonly tables: Readonly<Record<Name, Table>>;
  readonly #root: LmdbRoot;
  readonly #path: string;
  #waiting: Waiting[] = [];
  readonly #writes = new Set<Promise<void>>();

  constructor(path: string, tables: Readonly<Record<Name, boolean>>, options: EnvironmentsOptions) {
    const isMaking = options.isMaking === true;
    this.#path = path;
    this.#root = openRoot(path, options);
    const opening = Object.entries(tables) as [Name, boolean][];
    this.tables = Object.fromEntries(
      opening.map(([name, hasVersions]) => {
        const rows = { encoding: 'binary', keyEncoding: 'binary', create: isMaking } as const;
        const database: LmdbTable | undefined = this.#root.openDB(name, {
          ...rows,
          useVersions: hasVersions,
        });
        // One that a later version has added is made when the folder is opened to be written.
        const isLater = database === undefined && options.isReadOnly === true;
        assert(database !== undefined || isLater, `a database ${name} in ${path}`);
        return [name, new Table(name, database ?? NO_ROWS)];
      }),
    ) as Record<Name, Table>;
    forbidTransactions(this.#root);
  }

  write(make: () => Block): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ make, resolve, reject }) === 1) setImmediate(() => this.#issue());
    });
  }

  refresh(): void {
    this.#root.resetReadTxn();
  }

  async copyTo(folder: string): Promise<void> {
    try {
      await this.#root.backup(folder, true);
    } catch (thrown) {
      throw await writeFault(thrown);
    }
  }

  async close(): Promise<void> {
    if (this.#waiting.length > 0) this.#issue();
    await Promise.all(this.#writes);
    await this.#root.close();
  }

  #issue(): void {
    const gathered = this.#waiting;
    if (gathered.length === 0) return;
    this.#waiting = [];
    const waiting = gathered.filter((one) => makeBlock(one));
    if (waiting.length === 0) return;
    const fault = roomFault(this.#path, sizeOf(waiting));
    if (fault !== undefined) {
      for (const { reject } of waiting) reject(fault);
      return;
    }
    // From here to the end of the batch no code but lmdb's runs, and nothing throws: what is issued is whole.
    const outcomes: Promise<boolean>[] = [];
    const all = this.#root.batch(() => {
      for (const { block } of waiting) outcomes.push(issueBlock(block!));
    });
    for (const outcome of outcomes) outcome.catch(() => {});
    const write = all.then(
      async () => {
        const taken = await Promise.all(outcomes);
        for (const [i, { resolve }] of waiting.entries()) resolve(taken[i] === true);
      },
      async (thrown: unknown) => {
        const fault = await writeFault(thrown);
        for (const { reject } of waiting) reject(fault);
      },
    );
    this.#writes.add(write);
    void write.finally(() => this.#writes.delete(write));
  }
}

/** False when it could not be made; who waits for it knows. */
function makeBlock(waiting: Waiting): boolean {
  try {
    waiting.block = waiting.make();
    for (const put of waiting.block.puts) check(put);
    return true;
  } catch (thrown) {
    waiting.reject(thrown);
    return false;
  }
}

function sizeOf(waiting: readonly Waiting[]): CommitSize {
  let rows = 0;
  let bytes = 0;
  for (const { block } of waiting) {
    rows += block!.puts.length;
    for (const { value } of block!.puts) bytes += value?.length ?? 0;
  }
  return { rows, bytes };
}

function issueBlock(block: Block): Promise<boolean> {
  const { guard, puts } = block;
  const issue = () => {
    for (const { table, key, value, version } of puts) {
      // Each of these promises is the one of the whole batch, which is handled.
      if (value === undefined) table.rows.remove(key);
      else if (version === undefined) table.rows.put(key, value);
      else table.rows.put(key, value, version);
    }
  };
  if (guard !== undefined) return guard.table.rows.ifVersion(guard.key, guard.version, issue);
  issue();
  return Promise.resolve(true);
}

/** A row that lmdb refused half-way would leave a torn batch: everything it may refuse is refused here. */
function check({ table, key, value }: Put): void {
  const isKey = key.length > 0 && key.length <= STORE_LIMITS.keyBytesMax;
  assert(isKey, `a key of 1 to ${STORE_LIMITS.keyBytesMax} bytes in ${table.name}, ${key.length}`);
  assert(value === undefined || value instanceof Uint8Array, `bytes as value in ${table.name}`);
}

type LmdbRoot = RootDatabase<Uint8Array, Uint8Array>;

/** What openAsClass gives, as it is and not as it is declared. */
interface RootClass {
  new (name: null, options: RootDatabaseOptions): LmdbRoot;
  readonly prototype: Opening;
}
interface Opening {
  transactionSync(action: () => unknown): unknown;
  resetReadTxn(): void;
  ensureReadTxn(): void;
}

/**
 * lmdb opens each database inside a write transaction of the calling thread, waiting for the writer if there is one.
 * Databases that exist need none: only who makes them opens them so.
 */
function openRoot(path: string, options: EnvironmentsOptions): LmdbRoot {
  const isReadOnly = options.isReadOnly === true;
  const settings: RootDatabaseOptions & { create: boolean; noSubdir: boolean; isRoot: true } = {
    ...LMDB_SETTINGS,
    noSync: options.durability === 'os' && !isReadOnly,
    readOnly: isReadOnly,
    create: options.isMaking === true,
    noSubdir: false,
    // As lmdb's own open has it: without, closing leaves the files open for as long as the process lives.
    isRoot: true,
  };
  const Root = openAsClass({ ...settings, path }) as unknown as RootClass;
  if (options.isMaking !== true) {
    Root.prototype.transactionSync = function openInReadView(this: Opening, action) {
      this.resetReadTxn();
      this.ensureReadTxn();
      return action();
    };
  }
  return new Root(null, settings);
}

/** For good, and for every way lmdb has to begin one. */
function forbidTransactions(root: LmdbRoot): void {
  const prototype: Opening = Object.getPrototypeOf(root);
  prototype.transactionSync = () => {
    throw new Error('expected writes as blocks, got a transaction');
  };
}
