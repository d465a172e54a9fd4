/**
 * Who on this thread watches whom. However many watch an actor on another thread, that thread is asked once, and
 * once told it tells each watcher once: exactly one Terminated per watch, queued behind whatever the dead actor had
 * sent. When a whole thread dies the watchers' own side writes the notices.
 * Runs on: any.
 */
import type { EndReason } from '../message/signal.js';
import type { Terminated } from './actor-context.js';
import type { Ref } from './ref.js';

/** Somebody who can be told: a cell, or the program. */
export interface Watcher {
  notice(fn: () => unknown): void;
}

interface Watched {
  readonly ref: Ref;
  readonly watchers: Map<Watcher, (end: Terminated) => unknown>;
}

export class DeathWatch {
  readonly #watched = new Map<number, Watched>();
  readonly #slotsOf = new Map<Watcher, Set<number>>();

  /** True when this is the first watch of that actor here: its thread must be asked to tell. */
  add(watcher: Watcher, ref: Ref, fn: (end: Terminated) => unknown): boolean {
    let watched = this.#watched.get(ref.slot);
    const isFirst = watched === undefined || watched.ref.generation !== ref.generation;
    if (watched === undefined || isFirst) {
      watched = { ref, watchers: new Map() };
      this.#watched.set(ref.slot, watched);
    }
    watched.watchers.set(watcher, fn);
    const slots = this.#slotsOf.get(watcher) ?? new Set();
    slots.add(ref.slot);
    this.#slotsOf.set(watcher, slots);
    return isFirst;
  }

  /** True when nobody here watches that actor any more. */
  remove(watcher: Watcher, ref: Ref): boolean {
    const watched = this.#watched.get(ref.slot);
    if (watched === undefined || watched.ref.generation !== ref.generation) return false;
    this.#forget(watcher, ref.slot);
    if (!watched.watchers.delete(watcher) || watched.watchers.size > 0) return false;
    this.#watched.delete(ref.slot);
    return true;
  }

  /** What a watcher that ends was watching alone. */
  removeAll(watcher: Watcher): Ref[] {
    const unwatched: Ref[] = [];
    for (const slot of [...(this.#slotsOf.get(watcher) ?? [])]) {
      const watched = this.#watched.get(slot);
      if (watched !== undefined && this.remove(watcher, watched.ref)) unwatched.push(watched.ref);
    }
    return unwatched;
  }

  /** The actor has ended: tells each watcher, once. */
  ended(slot: number, generation: number, reason: EndReason): void {
    const watched = this.#watched.get(slot);
    if (watched === undefined || watched.ref.generation !== generation) return;
    this.#watched.delete(slot);
    const end: Terminated = { ref: watched.ref, reason };
    for (const [watcher, fn] of watched.watchers) {
      this.#forget(watcher, slot);
      watcher.notice(() => fn(end));
    }
  }

  /** The actors of a thread that are watched here. */
  on(thread: number): Ref[] {
    return [...this.#watched.values()].map(({ ref }) => ref).filter((ref) => ref.thread === thread);
  }

  #forget(watcher: Watcher, slot: number): void {
    const slots = this.#slotsOf.get(watcher);
    slots?.delete(slot);
    if (slots?.size === 0) this.#slotsOf.delete(watcher);
  }
}
