/**
 * Where a replica set lives: what it needs of its thread and of the actor or guardian that supervises its replicas.
 * Runs on: any.
 */
import type { ActorCell } from '../actor/actor-cell.js';
import type { StopMode } from '../actor/actor-context.js';
import type { CellCommand } from '../actor/cell-host.js';
import { CellState } from '../actor/cell-state.js';
import type { Recipe } from '../actor/definition.js';
import type { Ref } from '../actor/ref.js';
import {
  parseReplicaOptions,
  type ReplicaOptions,
  type SpawnOptions,
} from '../actor/spawn-options.js';
import { type ReplicaHome, ReplicaSet } from '../routing/replica-set.js';
import { Word } from '../thread-table.js';
import type { ActorHost } from './actor-host.js';
import { chooseThread } from './placement.js';

/** Spawns the replicas, as children of `parent` or of the guardian. Throws CONFIG_INVALID and what spawn throws. */
export function replicaSet(
  host: ActorHost,
  recipe: Recipe<unknown>,
  options: ReplicaOptions,
  parent: ActorCell | undefined,
): ReplicaSet {
  const { name } = recipe.definition;
  return new ReplicaSet(
    new HostReplicaHome(host, recipe, parent),
    name,
    parseReplicaOptions(name, options),
  );
}

class HostReplicaHome implements ReplicaHome {
  readonly host: ActorHost;
  readonly #recipe: Recipe<unknown>;
  readonly #parent: ActorCell | undefined;

  constructor(host: ActorHost, recipe: Recipe<unknown>, parent: ActorCell | undefined) {
    this.host = host;
    this.#recipe = recipe;
    this.#parent = parent;
  }

  get maySpawn(): boolean {
    return this.#parent === undefined
      ? !this.host.intakeClosed
      : this.#parent.state < CellState.draining;
  }

  /** Threads that serve, before those that are being replaced. */
  place(siblings: readonly (number | undefined)[]): number {
    const { threads, options } = this.host;
    const pool = Array.from({ length: options.poolThreads }, (_, index) => index + 1);
    const serving = pool.filter((thread) => threads.load(thread, Word.serving) === 1);
    const loads: number[] = [];
    for (const thread of pool) loads[thread] = threads.load(thread, Word.actors);
    return chooseThread({ type: 'spread', siblings }, loads, {
      pool: serving.length > 0 ? serving : pool,
      dedicated: [],
    });
  }

  spawn(options: SpawnOptions): Ref {
    return this.host.spawn(this.#recipe, options, this.#parent);
  }

  whenEnded(ref: Ref, ended: () => void): void {
    const children =
      this.#parent === undefined ? this.host.root?.children : this.#parent.more().children;
    children?.whenEnded(ref.slot, ended);
  }

  stop(ref: Ref, mode: StopMode): void {
    this.#command(ref, { type: 'stop', mode, reason: mode === 'kill' ? 'killed' : 'stopped' });
  }

  restart(ref: Ref): void {
    this.#command(ref, { type: 'restart' });
  }

  turnOf({ slot, thread }: Ref): number | undefined {
    const { threads } = this.host;
    return threads.load(thread, Word.running) === slot + 1
      ? threads.load(thread, Word.begun)
      : undefined;
  }

  async started({ slot, generation, thread }: Ref): Promise<void> {
    await this.host.request(thread, { what: 'started', slot, generation });
  }

  async passed({ slot, generation, thread }: Ref): Promise<void> {
    await this.host.request(thread, { what: 'passed', slot, generation });
  }

  whenGone(gone: () => void): void {
    if (this.#parent === undefined) return;
    const extras = this.#parent.more();
    extras.abort ??= new AbortController();
    extras.abort.signal.addEventListener('abort', gone, { once: true });
  }

  #command(ref: Ref, command: CellCommand): void {
    const remote = this.host.remoteChildren.get(ref.slot)?.child;
    const child = remote?.generation === ref.generation ? remote : this.host.cellAt(ref.slot);
    if (child !== undefined && child.generation === ref.generation)
      this.host.command(child, command);
  }
}
