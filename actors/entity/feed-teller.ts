/**
 * Tells the change feed what a commit changed, in batches, and never waits for it: what it has no room for is counted and
 * said with the next batch.
 * Runs on: thread.
 */
import type { ActorContext } from '../../core/index.js';
import { type Change, type ChangeFeed, type ChangeFeedProtocol, feedName } from './change-feed.js';
import type { ThreadKit } from './thread-kit.js';

export class FeedTeller {
  readonly #ctx: ActorContext;
  readonly #kit: ThreadKit;
  #feed: ChangeFeed | undefined;
  #isLooking = false;
  #waiting: Change[] = [];
  #missed = 0;

  constructor(ctx: ActorContext, kit: ThreadKit) {
    this.#ctx = ctx;
    this.#kit = kit;
  }

  tell(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    if (this.#feed === undefined) {
      this.#keep(changes);
      this.#look();
      return;
    }
    const { changesBatch } = this.#kit.init.limits;
    for (let from = 0; from < changes.length; from += changesBatch) {
      const batch = changes.slice(from, from + changesBatch);
      const told = this.#feed.tell('changes', { changes: batch, missed: this.#missed });
      this.#missed = told === 'accepted' ? 0 : this.#missed + batch.length;
    }
  }

  /** Until the feed is found. */
  #keep(changes: readonly Change[]): void {
    const room = this.#kit.init.limits.changesBatch - this.#waiting.length;
    this.#waiting.push(...changes.slice(0, room));
    this.#missed += Math.max(0, changes.length - room);
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#ctx.lookup<ChangeFeedProtocol>(feedName(this.#kit.init.runId)).then(
      (feed) => {
        this.#isLooking = false;
        this.#feed = feed;
        if (feed !== undefined) this.tell(this.#waiting.splice(0));
      },
      () => {
        this.#isLooking = false;
      },
    );
  }
}
