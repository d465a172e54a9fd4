/**
 * Names that are unique in the whole system, on main. A name is free again the moment its actor has stopped, before
 * anybody who watches it hears of that.
 * Runs on: main.
 */
import type { ActorRef } from '../actor/actor-ref.js';
import { CodedError } from '../errors.js';

interface Entry {
  readonly ref: ActorRef<unknown>;
  readonly key: string;
}

export class Registry {
  readonly #byName = new Map<string, Entry>();
  readonly #namesOf = new Map<string, Set<string>>();
  readonly #isLive: (slot: number, generation: number) => boolean;

  constructor(isLive: (slot: number, generation: number) => boolean) {
    this.#isLive = isLive;
  }

  /** Throws ACTOR_NAME_TAKEN, unless the same actor has the name already. */
  register(name: string, ref: ActorRef<unknown>): void {
    const taken = this.lookup(name);
    if (taken?.equals(ref)) return;
    if (taken !== undefined) {
      throw new CodedError(
        'ACTOR_NAME_TAKEN',
        `expected a name new in the system, got "${name}", which ${taken.path} has`,
        {
          details: { name, path: taken.path },
        },
      );
    }
    const key = keyOf(ref.address.slot, ref.address.generation);
    this.#byName.set(name, { ref, key });
    const names = this.#namesOf.get(key) ?? new Set();
    names.add(name);
    this.#namesOf.set(key, names);
  }

  lookup(name: string): ActorRef<unknown> | undefined {
    const entry = this.#byName.get(name);
    if (entry === undefined) return undefined;
    const { slot, generation } = entry.ref.address;
    if (this.#isLive(slot, generation)) return entry.ref;
    this.released(slot, generation);
    return undefined;
  }

  /** Frees every name of an actor that has ended. */
  released(slot: number, generation: number): void {
    const key = keyOf(slot, generation);
    for (const name of this.#namesOf.get(key) ?? []) this.#byName.delete(name);
    this.#namesOf.delete(key);
  }
}

function keyOf(slot: number, generation: number): string {
  return `${slot}.${generation}`;
}
