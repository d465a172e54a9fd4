/**
 * Watching over threads. Who here watches whom is in DeathWatch; this asks the watched actor's thread to tell, and tells
 * the threads that have asked here.
 *
 *   watcher's thread ── watch ──▶ actor's thread      once, however many watch it there
 *                    ◀─ terminated ──                 behind all it had sent
 *
 * Runs on: any.
 */
import type { ActorCell } from '../actor/actor-cell.js';
import type { Terminated } from '../actor/actor-context.js';
import { CellState } from '../actor/cell-state.js';
import type { Watcher } from '../actor/death-watch.js';
import type { Ref } from '../actor/ref.js';
import type { EndReason } from '../message/signal.js';
import { Word } from '../thread-table.js';
import type { ActorHost } from './actor-host.js';

export class HostWatches {
  readonly #host: ActorHost;

  constructor(host: ActorHost) {
    this.#host = host;
  }

  /** Calls `fn` as a message of the watcher once that actor has ended, which may be now. */
  watch(watcher: Watcher, ref: Ref, fn: (end: Terminated) => unknown): void {
    const host = this.#host;
    const { slot, generation, thread } = ref;
    if (this.#hasEnded(ref)) return host.watches.notify(watcher, { ref, reason: 'gone' }, fn);
    const isFirst = host.watches.add(watcher, ref, fn);
    if (isFirst && thread !== host.thread)
      host.signal(thread, { type: 'watch', slot, generation, thread: host.thread });
  }

  unwatch(watcher: Watcher, ref: Ref): void {
    if (this.#host.watches.remove(watcher, ref)) this.#unwatchThere(ref);
  }

  unwatchAll(watcher: Watcher): void {
    for (const ref of this.#host.watches.removeAll(watcher)) this.#unwatchThere(ref);
  }

  /** An actor of this thread has ended: tells the threads that watch it, before anybody hears of its end otherwise. */
  tellThreads({ slot, generation, extras }: ActorCell, reason: EndReason): void {
    const host = this.#host;
    const watchers = extras?.watchingThreads ?? 0;
    for (let thread = 0; watchers >>> thread !== 0; thread++) {
      if ((watchers >>> thread) & 1)
        host.signal(thread, { type: 'terminated', slot, generation, reason });
    }
  }

  /**
   * True when nothing more can come from that actor. Of one on another thread the table knows the end before what it
   * has sent is here, so its thread is asked, behind that; unless there is no such thread any more.
   */
  #hasEnded({ slot, generation, thread }: Ref): boolean {
    const host = this.#host;
    if (thread === host.thread)
      return !host.table.isLive(slot, generation) || host.cellAt(slot)?.state === CellState.stopped;
    if (host.isClosed) return true;
    const isLeft = !host.channels.isDown(thread) || !host.table.isLive(slot, generation);
    return isLeft && host.threads.load(thread, Word.serving) === -1;
  }

  #unwatchThere({ slot, generation, thread }: Ref): void {
    const host = this.#host;
    if (thread !== host.thread)
      host.signal(thread, { type: 'unwatch', slot, generation, thread: host.thread });
  }
}
