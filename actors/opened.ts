/**
 * What has been opened on the way up, closed in reverse order on the way down, once: by a start that fails half-way, or by
 * the stop of what started.
 * Runs on: main.
 */

type Close = () => Promise<unknown> | unknown;

export class Opened {
  readonly #closers: Close[] = [];

  /** Answers what was opened; `close` is called with it in its turn. */
  async add<T>(opening: Promise<T> | T, close: (opened: T) => ReturnType<Close>): Promise<T> {
    const opened = await opening;
    this.#closers.push(() => close(opened));
    return opened;
  }

  /** Closes all, the last opened first. One that fails does not keep the others open; the first failure is rejected. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let next = this.#closers.pop(); next !== undefined; next = this.#closers.pop()) {
      try {
        await next();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
