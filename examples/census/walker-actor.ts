/**
 * Walks a directory and has each file digested by replicas over the threads, a bounded number at a time: it reads no
 * further than they keep up. Each file is answered for exactly once, since an ask always ends: with a digest, with the
 * failure to read the file, or with what became of the digester, be it the death of its thread.
 * Runs on: main and thread.
 */
import { type ActorRef, CodedError, defineActor } from '../../core/index.js';
import type { FileFailure } from './digest-file.js';
import { BATCH_FILES, BATCHES_AT_ONCE, type Digested, digester } from './digester-actor.js';
import type { DiskPath } from './disk-path.js';
import { type Walked, walkFiles } from './walk-files.js';

/** What it needs of whoever counts. */
export interface Counts {
  counted(files: readonly Digested[]): void;
}

/** Of one replica's mailbox: what it has in hand, and as much to go on with. */
const CAPACITY = 2 * BATCHES_AT_ONCE;

export const walker = defineActor(
  import.meta.url,
  'walker',
  (ctx, replicas: number, tally: ActorRef<Counts>) => {
    const mailbox = { capacity: CAPACITY };
    const digesters = ctx.spawn(digester(), {
      name: 'digester',
      replicas,
      routing: 'least-loaded',
      mailbox,
    });
    const digests = digesters.with({ whenFull: 'wait', deadlineMs: Infinity }); // a large file takes its time
    const counts = tally.with({ deadlineMs: Infinity });
    let isHalted = false;

    /** One of several that share the walk: as soon as its batch is counted it takes the next. */
    async function lane(files: AsyncGenerator<DiskPath | FileFailure>): Promise<void> {
      for (;;) {
        const { paths, failures } = await nextBatch(files);
        if (paths.length + failures.length === 0) return;
        const digested = await digests.ask('digest', paths).catch(failed(paths));
        await counts.send('counted', [...failures, ...digested]);
        if (isHalted) return void (await files.return(undefined));
      }
    }

    return {
      /** Answers when every file has been sent to the tally; after `halt`, those that were begun. */
      async walk(root: DiskPath): Promise<Walked & { readonly isWhole: boolean }> {
        const walked: Walked = { directories: 0, links: 0, others: 0 };
        const files = walkFiles(root, walked);
        await Promise.all(Array.from({ length: replicas * CAPACITY }, () => lane(files)));
        return { ...walked, isWhole: !isHalted };
      },
      halt() {
        isHalted = true;
      },
    };
  },
  { concurrency: 2 }, // to be halted while it walks
);

/** The next files there are, at most {@link BATCH_FILES}; empty at the end. */
async function nextBatch(files: AsyncGenerator<DiskPath | FileFailure>) {
  const paths: DiskPath[] = [];
  const failures: FileFailure[] = [];
  while (paths.length + failures.length < BATCH_FILES) {
    const { done, value } = await files.next();
    if (done) break;
    if (typeof value === 'string') paths.push(value);
    else failures.push(value);
  }
  return { paths, failures };
}

/** The digester broke, or its thread died: a failure of those files like any other. */
function failed(paths: readonly DiskPath[]): (error: unknown) => FileFailure[] {
  return (error) => {
    const failure = error instanceof CodedError ? error.code : 'UNKNOWN';
    return paths.map((path) => ({ path, failure }));
  };
}
