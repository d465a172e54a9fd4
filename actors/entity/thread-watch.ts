/**
 * What becomes of the threads that a run is on, counted for whoever looks after it.
 * Runs on: main.
 */
import type { ActorSystem } from '../../core/index.js';

export interface ThreadCounts {
  /** Deaths of threads since the run began. */
  readonly threadDeaths: number;
  /** How often one was given up for a while, having died too often. */
  readonly threadsGivenUp: number;
  /** Threads that were replaced on purpose. */
  readonly threadsRenewed: number;
  /** Gauge: threads that rest at this moment; what belongs to them waits. */
  readonly threadsResting: number;
}

export class ThreadWatch {
  readonly #system: ActorSystem;
  readonly #ended = new AbortController();
  #deaths = 0;
  #givenUp = 0;
  #renewed = 0;

  constructor(system: ActorSystem) {
    this.#system = system;
    const { signal } = this.#ended;
    const { events } = system;
    events.on('threadDied', () => this.#deaths++, { signal });
    events.on('threadGivenUp', () => this.#givenUp++, { signal });
    events.on(
      'threadReplaced',
      ({ why }) => {
        if (why === 'asked') this.#renewed++;
      },
      { signal },
    );
  }

  get resting(): readonly number[] {
    return this.#system.restingThreads;
  }

  counts(): ThreadCounts {
    return {
      threadDeaths: this.#deaths,
      threadsGivenUp: this.#givenUp,
      threadsRenewed: this.#renewed,
      threadsResting: this.resting.length,
    };
  }

  end(): void {
    this.#ended.abort();
  }
}
