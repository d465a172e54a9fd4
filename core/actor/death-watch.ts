/**
 * Who on this thread watches whom. However many watch an actor on another thread, that thread is asked once, and
 * once told it tells each watcher once: exactly one Terminated per watch, queued behind whatever the dead actor had
 * sent. When a whole thread dies the watchers' own side writes the notices.
 * Runs on: any.
 */
import { LIMITS } from '../limits.js';
import type { EndReason } from '../message/signal.js';
import type { Terminated } from './actor-context.js';
import type { Ref } from './ref.js';

/** Somebody who can be told: a cell, or the program. */
export interface Watcher {
  notice(fn: () => unknown): void;
}

/** One notice on its way through a mailbox. */
interface Notice {
  isWithdrawn: boolean;
}

interface Watched {
  readonly ref: Ref;
  readonly watchers: Map<Watcher, (end: Terminated) => unknown>;
}

export class DeathWatch {
  /** By {@link keyOf}: news of an actor's end may come after a watch of the next one in its slot. */
  readonly #watched = new Map<number, Watched>();
  readonly #keysOf = new Map<Watcher, Set<number>>();
  /** Notices queued and not yet delivered, by watcher and key: an unwatch withdraws them. */
  readonly #queued = new Map<Watcher, Map<number, Notice>>();

  /** True when this is the first watch of that actor here: its thread must be asked to tell. */
  add(watcher: Watcher, ref: Ref, fn: (end: Terminated) => unknown): boolean {
    const key = keyOf(ref.slot, ref.generation);
    let watched = this.#watched.get(key);
    const isFirst = watched === undefined;
    if (watched === undefined) {
      watched = { ref, watchers: new Map() };
      this.#watched.set(key, watched);
    }
    watched.watchers.set(watcher, fn);
    const keys = this.#keysOf.get(watcher) ?? new Set();
    keys.add(key);
    this.#keysOf.set(watcher, keys);
    return isFirst;
  }

  /** True when nobody here watches that actor any more. */
  remove(watcher: Watcher, ref: Ref): boolean {
    const key = keyOf(ref.slot, ref.generation);
    const queued = this.#queued.get(watcher)?.get(key);
    if (queued !== undefined) queued.isWithdrawn = true;
    const watched = this.#watched.get(key);
    if (watched === undefined) return false;
    this.#forget(watcher, key);
    if (!watched.watchers.delete(watcher) || watched.watchers.size > 0) return false;
    this.#watched.delete(key);
    return true;
  }

  /** What a watcher that ends was watching alone. */
  removeAll(watcher: Watcher): Ref[] {
    this.#queued.delete(watcher);
    const unwatched: Ref[] = [];
    for (const key of [...(this.#keysOf.get(watcher) ?? [])]) {
      const watched = this.#watched.get(key);
      if (watched !== undefined && this.remove(watcher, watched.ref)) unwatched.push(watched.ref);
    }
    return unwatched;
  }

  /** The actor has ended: tells each watcher, once. */
  ended(slot: number, generation: number, reason: EndReason): void {
    const key = keyOf(slot, generation);
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    this.#watched.delete(key);
    const end: Terminated = { ref: watched.ref, reason };
    for (const [watcher, fn] of watched.watchers) {
      this.#forget(watcher, key);
      this.notify(watcher, end, fn);
    }
  }

  /** Queues one notice. */
  notify(watcher: Watcher, end: Terminated, fn: (end: Terminated) => unknown): void {
    const { slot, generation } = end.ref as Ref;
    const key = keyOf(slot, generation);
    const notice: Notice = { isWithdrawn: false };
    const queued = this.#queued.get(watcher) ?? new Map<number, Notice>();
    this.#queued.set(watcher, queued.set(key, notice));
    watcher.notice(() => {
      if (queued.get(key) === notice) queued.delete(key);
      if (queued.size === 0) this.#queued.delete(watcher);
      return notice.isWithdrawn ? undefined : fn(end);
    });
  }

  /** The actors of a thread that are watched here. */
  on(thread: number): Ref[] {
    return [...this.#watched.values()].map(({ ref }) => ref).filter((ref) => ref.thread === thread);
  }

  #forget(watcher: Watcher, key: number): void {
    const keys = this.#keysOf.get(watcher);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(watcher);
  }
}

/** Slot and generation in one exact number: 20 and 29 bits. */
function keyOf(slot: number, generation: number): number {
  return generation * LIMITS.actorsMax + slot;
}
