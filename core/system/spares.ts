/**
 * Warm threads that wait to stand in for one that has gone. They have imported the modules that pool threads have had,
 * so they are as old as those imports: when code is renewed they are renewed first.
 * Runs on: main.
 */
import type { PoolThread } from '../threads/thread-pool.js';

export class Spares {
  readonly #startThread: () => PoolThread;
  readonly #count: number;
  #spares: PoolThread[] = [];
  /** Modules of the actors that pool threads have had: a spare has them before it is needed. */
  readonly #modules = new Set<string>();

  constructor(startThread: () => PoolThread, count: number) {
    this.#startThread = startThread;
    this.#count = count;
  }

  /** Those that wait. */
  get all(): readonly PoolThread[] {
    return this.#spares;
  }

  /** Starts as many as there should be. */
  fill(): void {
    while (this.#spares.length < this.#count) this.#add();
  }

  /** The one that has waited longest; undefined when none does. {@link fill} makes up for it. */
  take(): PoolThread | undefined {
    return this.#spares.shift();
  }

  /** A pool thread imports that module. */
  imported(url: string): void {
    if (this.#modules.has(url)) return;
    this.#modules.add(url);
    for (const spare of this.#spares) preload(spare, [url]);
  }

  /** Ends all that wait and starts others: those load every module anew. */
  renew(): void {
    const old = this.#spares;
    this.#spares = [];
    for (const spare of old) spare.kill('its modules are renewed');
    this.fill();
  }

  #add(): void {
    const spare = this.#startThread();
    this.#spares.push(spare);
    preload(spare, [...this.#modules]);
    void spare.gone.then(() => {
      this.#spares = this.#spares.filter((other) => other !== spare);
    });
  }
}

/** One that cannot take the call is dying, which is seen elsewhere. */
function preload({ control }: PoolThread, urls: readonly string[]): void {
  if (urls.length > 0) control.preload(urls).catch(() => {});
}
