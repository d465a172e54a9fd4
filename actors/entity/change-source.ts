/**
 * Where readers of changes read: the folder of a running engine, where only what has flushed counts and partitions say when
 * there is more; or a folder at rest, which is looked at again from time to time.
 * Runs on: main.
 */
import { ChangeLog, type ChangeRow, type Folder } from '../../stores/internal.js';
import type { SharedWords } from './shared-words.js';

/** What a reader asks; one for all readers of a folder. */
export interface ChangeSource {
  readonly folder: Folder;
  /** The number after the last change of a partition that may be told. Never falls. */
  end(partition: number): number;
  /** The number of the oldest change that is kept, `end` when none is. */
  oldest(partition: number): number;
  /** The chunk that holds a change or, when it is not kept, the first after it. What is below `end` is seen. */
  read(partition: number, number: number): ChangeRow | undefined;
  /** From here on `wake` is called when there may be more, at least once after that. Look again after this call. */
  awaitMore(wake: () => void): void;
}

/** How often a folder at rest is looked at for a reader that waits, in ms. */
const LOOK_MS = 500;

/** Of a running engine, whose partitions have begun. `awaitMore` needs nobody to be registered: the hub wakes all. */
export function liveChanges(folder: Folder, words: SharedWords): ChangeSource {
  const log = new ChangeLog(folder.environments);
  log.refresh();
  const ends = Array.from({ length: folder.partitions }, (_, partition) =>
    words.changesEndNear(partition, log.end(partition)),
  );
  return {
    folder,
    // Less than 2^32 numbers lie between two looks.
    end: (partition) => {
      ends[partition] = words.changesEndAbove(partition, ends[partition]!);
      return ends[partition];
    },
    oldest: (partition) => fresh(log).oldest(partition),
    read: (partition, number) => fresh(log).read(partition, number),
    awaitMore: () => {
      for (let partition = 0; partition < folder.partitions; partition++)
        words.wantChanges(partition);
    },
  };
}

/** Of a folder that this process only reads. */
export function restingChanges(folder: Folder): ChangeSource {
  const log = new ChangeLog(folder.environments);
  return {
    folder,
    end: (partition) => fresh(log).end(partition),
    oldest: (partition) => fresh(log).oldest(partition),
    read: (partition, number) => fresh(log).read(partition, number),
    awaitMore: (wake) => void setTimeout(wake, LOOK_MS).unref(),
  };
}

/** A view that began after whatever was read before: of an end, of what lies before it. */
function fresh(log: ChangeLog): ChangeLog {
  log.refresh();
  return log;
}
