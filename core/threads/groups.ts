/**
 * Who is in which group, known on every thread: joining is told to all, so publishing asks nobody. Two threads may
 * see a join in a different order; a member that has stopped is left out at once, whoever has not heard yet.
 * Runs on: any.
 */
import type { Ref } from '../actor/ref.js';
import type { ActorHost } from './actor-host.js';

export class Groups {
  readonly #host: ActorHost;
  readonly #members = new Map<string, Map<string, Ref>>();

  constructor(host: ActorHost) {
    this.#host = host;
  }

  join(ref: Ref, group: string): void {
    this.joined(ref, group);
    this.#tellAll('joined', ref, group);
  }

  leave(ref: Ref, group: string): void {
    this.left(ref, group);
    this.#tellAll('left', ref, group);
  }

  joined(ref: Ref, group: string): void {
    const members = this.#members.get(group) ?? new Map<string, Ref>();
    members.set(keyOf(ref), ref);
    this.#members.set(group, members);
  }

  left(ref: Ref, group: string): void {
    const members = this.#members.get(group);
    members?.delete(keyOf(ref));
    if (members?.size === 0) this.#members.delete(group);
  }

  /** Those alive; who is not is forgotten. */
  members(group: string): readonly Ref[] {
    const members = this.#members.get(group);
    if (members === undefined) return [];
    const { table } = this.#host;
    for (const [key, ref] of members)
      if (!table.isLive(ref.slot, ref.generation)) members.delete(key);
    return [...members.values()];
  }

  /** A thread begins a life: it is told of the members here. The others tell of theirs. */
  tell(thread: number): void {
    for (const group of this.#members.keys()) {
      for (const ref of this.members(group))
        if (ref.thread === this.#host.thread) this.#tell(thread, 'joined', ref, group);
    }
  }

  /** A thread has died: those of its actors that come back join anew. */
  forget(thread: number): void {
    for (const [group, members] of this.#members)
      for (const ref of members.values()) if (ref.thread === thread) this.left(ref, group);
  }

  #tellAll(type: 'joined' | 'left', ref: Ref, group: string): void {
    const { threads } = this.#host.threads;
    for (let other = 0; other < threads; other++)
      if (other !== this.#host.thread) this.#tell(other, type, ref, group);
  }

  #tell(to: number, type: 'joined' | 'left', ref: Ref, group: string): void {
    const { slot, generation, thread } = ref;
    this.#host.signal(to, { type, group, slot, generation, thread });
  }
}

function keyOf(ref: Ref): string {
  return `${ref.slot}.${ref.generation}`;
}
