/**
 * The streams of changes that are open at a server: so many and no more, and all of them end when it stops, which waits for
 * what is in hand.
 * Runs on: main.
 */

export class FeedRoom {
  readonly #feedsMax: number;
  readonly #ending = new AbortController();
  #open = 0;

  constructor(feedsMax: number) {
    this.#feedsMax = feedsMax;
  }

  /** Aborted when the server stops. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** What gives the place back, once however often it is called; undefined when all are taken. */
  enter(): (() => void) | undefined {
    if (this.#open >= this.#feedsMax) return undefined;
    this.#open++;
    let isIn = true;
    return () => {
      if (isIn) this.#open--;
      isIn = false;
    };
  }

  /** From now on nobody waits for changes. */
  end(): void {
    this.#ending.abort();
  }
}
