/**
 * What the benchmarks use of the peer `threads`, whose own types its `exports` hide.
 */

declare module 'threads' {
  export class Worker {
    /** The path is relative to the calling file. */
    constructor(path: string);
    setMaxListeners(count: number): this;
  }
  export type Remote<F> = F extends (...args: infer A) => infer R
    ? (...args: A) => PromiseLike<R>
    : never;
  export function spawn<F>(worker: Worker): Promise<Remote<F>>;
  export const Thread: { terminate(thread: unknown): Promise<void> };
}

declare module 'threads/worker' {
  export function expose(call: (...args: never[]) => unknown): void;
}
