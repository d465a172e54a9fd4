/**
 * Walks a directory, has each file read that is not as it was, and stores what is found: a bounded number of batches at
 * once, each of which is stored before its lane takes the next. So the walk goes at the pace of the slowest of disk,
 * cores and platform. Each file is answered for exactly once, since an ask always ends: with what was read, with the
 * failure to read it, or with what became of the reader, be it the death of its thread.
 *
 *   walk ─▶ lanes ─ask read─▶ reader × threads
 *             └──send: facts, then files──▶ platform
 * Runs on: main.
 */
import type { Platform } from '../../actors/index.js';
import { type ActorSystem, CodedError, type ProtocolOf, type Replicas } from '../../core/index.js';
import type { DiskPath } from './disk-path.js';
import { file, install, packageType } from './entities.js';
import { idOf, installOf, relativeTo, roleOf } from './places.js';
import { factsOf, fileFacts, type Place, packageId } from './points.js';
import type { FileFailure, FileStamp } from './read-file.js';
import {
  BATCH_FILES,
  BATCHES_AT_ONCE,
  type FoundFile,
  type ReadFile,
  type Reading,
  reader,
} from './reader-actor.js';
import type { Sender } from './sender.js';
import type { Tally } from './tally.js';
import { type Met, type Walked, walkFiles } from './walk-files.js';

/** What was there, for telling what is not there any more. */
export interface Seen {
  readonly files: Set<string>;
  /** Installs with a manifest, and with the text of a licence. */
  readonly manifests: Set<string>;
  readonly licences: Set<string>;
  /** Directories that could not be read: what is below may still be there. */
  readonly closed: string[];
}

export interface TreeOptions {
  readonly system: ActorSystem;
  readonly platform: Platform;
  readonly sender: Sender;
  readonly tally: Tally;
  readonly root: DiskPath;
  /** A directory that is passed by. */
  readonly except: DiskPath;
  /** Readers, over the threads. */
  readonly replicas: number;
  readonly signal: AbortSignal | undefined;
}

/** Of one reader's mailbox: what it has in hand, and as much to go on with. */
const CAPACITY = 2 * BATCHES_AT_ONCE;

/** Resolves when what was read is stored: of every file, or after `signal` of those that were begun. */
export async function readTree(options: TreeOptions): Promise<Walked & Seen> {
  const { system, root, except, replicas } = options;
  const walked = { directories: 0, links: 0, others: 0 };
  const seen = {
    files: new Set<string>(),
    manifests: new Set<string>(),
    licences: new Set<string>(),
    closed: [],
  };
  const readers = system.spawn(reader(), {
    name: 'reader',
    replicas,
    routing: 'least-loaded',
    mailbox: { capacity: CAPACITY },
  });
  const reading = new TreeReading(options, seen, readers);
  const files = walkFiles(root, walked, except);
  await Promise.all(Array.from({ length: replicas * CAPACITY }, () => reading.lane(files)));
  return { ...walked, ...seen };
}

type Found = FoundFile & { readonly place: Place };

class TreeReading {
  readonly #options: TreeOptions;
  readonly #seen: Seen;
  readonly #read: (files: readonly FoundFile[]) => Promise<readonly Reading[]>;

  constructor(options: TreeOptions, seen: Seen, readers: Replicas<ProtocolOf<typeof reader>>) {
    this.#options = options;
    this.#seen = seen;
    const patient = readers.with({ whenFull: 'wait', deadlineMs: Infinity }); // a large file takes its time
    this.#read = (files) => patient.ask('read', files).catch(failed(files));
  }

  /** One of several that share the walk: as soon as its batch is stored it takes the next. */
  async lane(files: AsyncGenerator<Met | FileFailure>): Promise<void> {
    for (;;) {
      const found = await this.#nextBatch(files);
      if (found.length === 0) return;
      const readings = await this.#read(found.map(({ place: _, ...one }) => one));
      await this.#store(found, readings);
      if (this.#options.signal?.aborted) return void (await files.return(undefined));
    }
  }

  /** The next files there are, at most {@link BATCH_FILES}; empty at the end. */
  async #nextBatch(files: AsyncGenerator<Met | FileFailure>): Promise<Found[]> {
    const { root, tally, signal } = this.#options;
    const found: Found[] = [];
    while (found.length < BATCH_FILES && signal?.aborted !== true) {
      const { done, value } = await files.next();
      if (done) break;
      if ('isLicence' in value) found.push(this.#found(value));
      else {
        tally.failed(value);
        this.#seen.closed.push(value.path === root ? '' : `${idOf(relativeTo(root, value.path))}/`);
      }
    }
    return found;
  }

  #found({ path, isLicence }: Met): Found {
    const relative = relativeTo(this.#options.root, path);
    const directory = installOf(this.#options.root, relative);
    const role = roleOf(directory, relative, isLicence);
    const place = { id: idOf(relative), role, install: idOf(directory) };
    const known = this.#knownStamp(place);
    return { path, role, place, ...(known === undefined ? {} : { known }) };
  }

  /** A manifest or licence whose facts are not there is read again: they may have gone with what had them. */
  #knownStamp({ id, role, install: directory }: Place): FileStamp | undefined {
    const { platform } = this.#options;
    const stored = platform.entity(file).read(id);
    if (stored?.value('role') !== role) return undefined;
    if (role !== 'file') {
      const fact = role === 'manifest' ? 'package' : 'licence_in_text';
      if (platform.entity(install).read(directory)?.value(fact) === undefined) return undefined;
    }
    const [bytes, modified] = [stored.value('bytes'), stored.value('modified')];
    return bytes === undefined || modified === undefined ? undefined : { bytes, modified };
  }

  async #store(found: readonly Found[], readings: readonly Reading[]): Promise<void> {
    const { sender, tally } = this.#options;
    const read: { readonly reading: ReadFile; readonly place: Place }[] = [];
    for (const [index, reading] of readings.entries()) {
      const { place } = found[index] as Found;
      if ('failure' in reading) tally.failed(reading);
      if (!('failure' in reading && reading.failure === 'ENOENT')) this.#see(place, reading);
      if ('isUnchanged' in reading) tally.unchanged();
      if ('hash' in reading) read.push({ reading, place });
    }
    for (const { reading, place } of read) this.#count(reading, place);
    await sender.delete('install', this.#noInstalls(read));
    await sender.send(read.flatMap(({ reading, place }) => factsOf(reading, place)));
    await sender.send(read.flatMap(({ reading, place }) => fileFacts(reading, place)));
  }

  #see({ id, role, install: directory }: Place, reading: Reading): void {
    this.#seen.files.add(id);
    const isManifest =
      role === 'manifest' && !('hash' in reading && reading.manifest === undefined);
    if (isManifest) this.#seen.manifests.add(directory);
    if (role === 'licence') this.#seen.licences.add(directory);
  }

  /** Before it is stored, so that what was there before can still be seen. */
  #count(reading: ReadFile, { id, role, install: directory }: Place): void {
    const { platform, tally } = this.#options;
    tally.read(reading, reading.thread);
    const before = platform.entity(file).read(id)?.value('content')?.eid;
    if (before === reading.hash) return tally.touched();
    tally.file(before === undefined ? 'new' : 'changed', id);
    const packages = platform.entity(packageType);
    if (reading.manifest !== undefined) {
      const named = packageId(reading.manifest);
      if (packages.read(named) === undefined) tally.package('new', named);
      else if (before !== undefined) tally.package('changed', named);
    } else if (role === 'licence') {
      const owner = platform.entity(install).read(directory)?.value('package')?.eid;
      if (owner !== undefined) tally.package('changed', String(owner));
    }
  }

  /** What was an install, whose manifest is none any more. */
  #noInstalls(read: readonly { readonly reading: ReadFile; readonly place: Place }[]): string[] {
    return read
      .filter(({ reading, place }) => place.role === 'manifest' && reading.manifest === undefined)
      .map(({ place }) => place.install);
  }
}

/** The reader broke, or its thread died: a failure of those files like any other. */
function failed(files: readonly FoundFile[]): (error: unknown) => FileFailure[] {
  return (error) => {
    const failure = error instanceof CodedError ? error.code : 'UNKNOWN';
    return files.map(({ path }) => ({ path, failure }));
  };
}
