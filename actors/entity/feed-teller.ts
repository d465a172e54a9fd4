/**
 * The partition's side of the change feed: how far its changes have flushed stands in shared words, and a reader that waits
 * is told that there is more. Never more than one such message of a partition is under way; one that was not taken is sent
 * again a little later, since a reader sleeps until it comes.
 * Runs on: thread.
 */
import type { ActorContext } from '../../core/index.js';
import { type ChangeFeed, type ChangeFeedProtocol, feedName } from './change-hub.js';
import type { ThreadKit } from './thread-kit.js';

const RETRY_MS = 20;

export class FeedTeller {
  readonly #ctx: ActorContext;
  readonly #kit: ThreadKit;
  readonly #partition: number;
  #feed: ChangeFeed | undefined;
  #isLooking = false;

  constructor(ctx: ActorContext, kit: ThreadKit, partition: number) {
    this.#ctx = ctx;
    this.#kit = kit;
    this.#partition = partition;
  }

  /** The partition begins. What its last incarnation was to tell may not have come through. */
  begin(end: number): void {
    this.#kit.words.setChangesEnd(this.#partition, end);
    if (this.#ctx.restarts > 0) this.#tell();
  }

  /** All changes below `end` have flushed. */
  flushed(end: number): void {
    const { words } = this.#kit;
    words.setChangesEnd(this.#partition, end);
    if (words.takeWanted(this.#partition)) this.#tell();
  }

  #tell(): void {
    if (this.#feed === undefined) this.#look();
    else if (this.#feed.tell('more') === 'full')
      this.#ctx.timers.after('tell of changes', RETRY_MS, () => this.#tell());
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#ctx.lookup<ChangeFeedProtocol>(feedName(this.#kit.init.runId)).then(
      (feed) => {
        this.#isLooking = false;
        this.#feed = feed;
        if (feed !== undefined) this.#tell();
      },
      () => {
        this.#isLooking = false;
      },
    );
  }
}
