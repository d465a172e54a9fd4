/**
 * Keys change their owner: the messages for a key that moves wait at the sender until its former owner has finished
 * what it was sent before. So a key never has two owners at work, and its order holds:
 *
 *   (1) in one straight line the new ring is in force and each former owner is sent a fence (actor/fence.ts), or the
 *       order to drain if it goes: behind all that was sent to it, since both travel in the data channel
 *   (2) from then on a message for a key that moves goes into the lane of its two owners, which is held back
 *   (3) the fence comes back, or the former owner ends: its lanes are let go, first in first out
 *   (4) until such a lane is empty, later messages for its keys go behind it; then they go straight to the new owner
 *
 *   sender ──▶ [former → new: m4 m5 m6] ─ ─(3)─ ─▶ new owner
 *      └─fence─▶ former owner: m1 m2 m3│
 *
 * Runs on: any.
 */
import type { HashRing } from './hash-ring.js';
import type { Lane } from './lane.js';
import type { Replica } from './replica.js';
import type { Tally } from './tally.js';

export class HandOver {
  /** Resolves when every former owner has finished and every lane is empty. */
  readonly done: Promise<void>;
  readonly #ring: HashRing;
  readonly #owners: readonly Replica[];
  readonly #tally: Tally;
  readonly #lanes = new Map<Replica, Map<Replica, Lane>>();
  readonly #finished = new Set<Replica>();
  #resolve: () => void = () => {};
  #isDone = false;

  /** `ring` and `owners` are those that were in force. */
  constructor(ring: HashRing, owners: readonly Replica[], tally: Tally) {
    this.#ring = ring;
    this.#owners = owners;
    this.#tally = tally;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Where a message for a key of `to` has to wait on account of the key's former owner; undefined if it need not. */
  laneFor(key: string | number, to: Replica): Lane | undefined {
    if (this.#isDone) return undefined;
    const from = this.#owners[this.#ring.indexOf(key)];
    if (from === undefined || from === to || to.isGivenUp) return undefined;
    const lane = this.#lanes.get(from)?.get(to);
    if (!this.#finished.has(from)) return lane ?? this.#makeLane(from, to);
    return lane === undefined || lane.size === 0 ? undefined : lane;
  }

  /** A former owner has finished what it was sent before. */
  finished(from: Replica): void {
    this.#finished.add(from);
    for (const lane of this.#lanes.get(from)?.values() ?? []) lane.letGo();
    this.look();
  }

  /** A new owner is gone for good: what waits for it joins its own lane, to be routed anew after this. */
  abandon(to: Replica): void {
    for (const lanes of this.#lanes.values()) {
      const lane = lanes.get(to);
      if (lane === undefined) continue;
      lanes.delete(to);
      to.removeLane(lane);
      for (const held of lane.takeAll()) to.lane.push(held);
    }
    this.look();
  }

  /** Ends it if there is nothing left to do. */
  look(): void {
    if (!this.#owners.every((owner) => this.#finished.has(owner))) return;
    for (const lanes of this.#lanes.values())
      for (const lane of lanes.values()) if (lane.size > 0) return;
    for (const lanes of this.#lanes.values()) for (const [to, lane] of lanes) to.removeLane(lane);
    this.#isDone = true;
    this.#resolve();
  }

  #makeLane(from: Replica, to: Replica): Lane {
    const lane = to.makeLane(this.#tally, true);
    lane.onEmpty = () => this.look();
    const lanes = this.#lanes.get(from) ?? new Map<Replica, Lane>();
    this.#lanes.set(from, lanes);
    lanes.set(to, lane);
    return lane;
  }
}
