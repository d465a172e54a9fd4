/**
 * The system's events on main. Subscribing to a kind sets its bit in shared memory, and from then on every thread
 * sends events of that kind; before, they cost nothing. Log lines always come, and go to the logger.
 * Runs on: main.
 */
import { EventStream, type ListenOptions, type SystemEvents } from '../events.js';
import type { Logger } from '../logger.js';
import { type ThreadTable, Word } from '../thread-table.js';
import { EVENT_NAMES } from '../threads/thread-events.js';

export class SystemEventStream extends EventStream<SystemEvents> {
  readonly #threads: ThreadTable;

  constructor(threads: ThreadTable, logger: Logger) {
    super((thrown, event) =>
      logger.error('a listener of the system failed', { event, error: String(thrown) }),
    );
    this.#threads = threads;
    this.on('log', ({ level, message, fields, thread }) =>
      logger[level](message, { ...fields, thread }),
    );
  }

  override on<K extends keyof SystemEvents & string>(
    name: K,
    listener: (payload: SystemEvents[K]) => void,
    options: ListenOptions = {},
  ): () => void {
    const bit = 1 << EVENT_NAMES.indexOf(name);
    this.#threads.store(0, Word.interest, this.#threads.load(0, Word.interest) | bit);
    return super.on(name, listener, options);
  }
}
