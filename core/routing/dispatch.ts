/**
 * Who gets a message of a replica set, by the replicas, the ring and the hand-over of the moment, and where it waits
 * if nobody can take it now. It reads mailboxes' depths and states in shared memory and asks no thread.
 * Runs on: any.
 */
import type { CellHost } from '../actor/cell-host.js';
import type { Ref } from '../actor/ref.js';
import type { Routing } from '../actor/spawn-options.js';
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { Admission } from '../slot-table.js';
import { Counter } from '../thread-table.js';
import type { HandOver } from './hand-over.js';
import { HashRing } from './hash-ring.js';
import type { Held, Message } from './held.js';
import { Lane, type LaneTarget } from './lane.js';
import type { Replica } from './replica.js';
import { chooseRoutee, roundRobin } from './routing-logic.js';
import { Tally } from './tally.js';

/** What became of a message: taken, or the lane it has to wait in; undefined when nobody will ever take it. */
export type Delivery = typeof TAKEN | Lane | undefined;
export const TAKEN = 'taken';

export class Dispatch implements LaneTarget {
  readonly tally: Tally;
  replicas: readonly Replica[] = [];
  /** Its members are the replicas' numbers, in the same order. */
  ring = new HashRing([]);
  handOver: HandOver | undefined = undefined;
  /** Set when the set takes nothing more. */
  isClosed = false;
  /** What any replica may take. */
  readonly lane: Lane;
  #previous = -1;
  #lastRef: Ref | undefined = undefined;
  readonly #loadOf = (index: number): number => (this.replicas[index] as Replica).load;

  constructor(
    readonly host: CellHost,
    readonly routing: Routing,
    /** Name of the definition, for texts. */
    readonly definition: string,
  ) {
    this.tally = new Tally(host);
    this.lane = new Lane(host, this.tally, this);
  }

  /** Puts these, and a ring of their numbers, in force. */
  enforce(replicas: readonly Replica[]): void {
    this.#lastRef = replicas[0]?.ref ?? this.ref;
    this.replicas = replicas;
    this.ring = this.ring.withMembers(replicas.map(({ number }) => number));
  }

  get isEnding(): boolean {
    return this.replicas.every(({ isEnding }) => isEnding);
  }

  /** The first replica's, or the last there was. */
  get ref(): Ref {
    return this.replicas[0]?.ref ?? (this.#lastRef as Ref);
  }

  /** True when this sender's messages are not let in any more. */
  get isShut(): boolean {
    return this.isClosed || (this.host.intakeClosed && this.host.running.current() === undefined);
  }

  give(held: Held): Admission {
    const taker = this.#taker(held.message);
    if (typeof taker === 'number') return taker;
    held.taken(taker.ref);
    return Admission.accepted;
  }

  slots(): number[] {
    return this.replicas.filter(({ isEnding }) => !isEnding).map(({ ref }) => ref.slot);
  }

  /** To whichever replica is next and can take it. */
  toAny(message: Message): Delivery {
    if (this.replicas.length === 0) return undefined;
    if (this.lane.size > 0) return this.lane;
    return typeof this.#taker(message) === 'number' ? this.lane : TAKEN;
  }

  /** To the owner of that key. */
  toKey(key: string | number, message: Message): Delivery {
    const replica = this.replicas[this.ring.indexOf(key)];
    if (replica === undefined) return undefined;
    const lane = this.handOver?.laneFor(key, replica);
    return lane ?? this.toOne(replica, message);
  }

  toOne(replica: Replica, message: Message): Delivery {
    const { lane } = replica;
    if (!lane.isIdle) return lane;
    const { name, argc, payload, envelope } = message;
    return replica.offer(name, argc, payload, envelope) === Admission.accepted ? TAKEN : lane;
  }

  /** Puts a message that counts as accepted in a lane, if that takes any; else answers full, and counts that. */
  keep(lane: Lane, held: Held): Admission {
    if (!lane.isShut || this.tally.count >= LIMITS.replicasHeldMessages)
      return this.refuse(Admission.full);
    lane.push(held);
    return Admission.accepted;
  }

  refuse(answer: Admission): Admission {
    const { counters } = this.host;
    const counter = answer === Admission.full ? Counter.refused : Counter.stopped;
    counters[counter] = (counters[counter] as number) + 1;
    return answer;
  }

  /** Why nobody will ever take a message; undefined while somebody may. */
  refusal(name: string): CodedError | undefined {
    if (!this.isClosed && this.replicas.length > 0) return undefined;
    const got = this.isClosed ? 'a set that has stopped' : 'none left';
    const details = { definition: this.definition, handler: name };
    return new CodedError(
      'REPLICAS_NONE',
      `expected a replica of "${this.definition}" to take "${name}", got ${got}`,
      {
        details,
      },
    );
  }

  /** The same for whoever calls now: a system that is stopping lets nobody in from outside its actors. */
  refusalNow(name: string): CodedError | undefined {
    if (!this.host.intakeClosed || this.host.running.current() !== undefined)
      return this.refusal(name);
    const text = `expected "${this.definition}" to take "${name}", but the system takes nothing new`;
    return new CodedError('SYSTEM_STOPPED', text, {
      details: { definition: this.definition, handler: name },
    });
  }

  /** The replica that has taken it; else full, or stopped while all are ending. */
  #taker(message: Message): Replica | Admission {
    const { name, argc, payload, envelope } = message;
    const count = this.replicas.length;
    const first = this.#choose();
    let answer: Admission = Admission.stopped;
    for (let tried = 0; tried < count; tried++) {
      const index = (first + tried) % count;
      const replica = this.replicas[index] as Replica;
      if (replica.isEnding) continue;
      const one = replica.offer(name, argc, payload, envelope);
      if (one === Admission.accepted) {
        this.#previous = index;
        return replica;
      }
      if (one === Admission.full) answer = one;
    }
    return answer;
  }

  /** Whom to try first: by the routing among those that serve, in turn if none does. */
  #choose(): number {
    const count = this.replicas.length;
    const from = { previous: this.#previous, random: this.host.random };
    const chosen = chooseRoutee(this.routing, count, this.#loadOf, from);
    return chosen >= 0 ? chosen : roundRobin(count, this.#previous);
  }
}
