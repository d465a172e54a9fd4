/**
 * Walks a directory and has each file digested by replicas over the threads, a bounded number at a time: it reads no
 * further than they keep up. Each file is answered for exactly once, since an ask always ends: with a digest, with the
 * failure to read the file, or with what became of the digester, be it the death of its thread.
 * Runs on: main and thread.
 */
import { type ActorRef, CodedError, defineActor } from '../../core/index.js';
import type { FileFailure } from './digest-file.js';
import { type Digested, digester, FILES_AT_ONCE } from './digester-actor.js';
import type { DiskPath } from './disk-path.js';
import { type Walked, walkFiles } from './walk-files.js';

/** What it needs of whoever counts. */
export interface Counts {
  counted(file: Digested): void;
}

/** Of one replica's mailbox: what it has in hand, and as much to go on with. */
const CAPACITY = 2 * FILES_AT_ONCE;

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

    /** One of several that share the walk: as soon as its file is counted it takes the next. */
    async function lane(files: AsyncGenerator<DiskPath | FileFailure>): Promise<void> {
      for (let next = await files.next(); !next.done; next = await files.next()) {
        const { value } = next;
        const file =
          typeof value === 'string'
            ? await digests.ask('digest', value).catch(failed(value))
            : value;
        await counts.send('counted', file);
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

/** The digester broke, or its thread died: a failure of that file like any other. */
function failed(path: DiskPath): (error: unknown) => FileFailure {
  return (error) => ({ path, failure: error instanceof CodedError ? error.code : 'UNKNOWN' });
}
