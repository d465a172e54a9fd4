/**
 * One of several threads that race on one slot table: an owner of slots and a sender to those of all. Started by
 * slot-table.test.ts.
 * Runs on: thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../../core/random.js';
import { Admission, SlotState, SlotTable, type SlotTableMemory } from '../../core/slot-table.js';
import { ChannelMemory } from '../../core/transport/channel-memory.js';

export interface RacingThreadData {
  readonly memory: SlotTableMemory;
  /** By slot: who has claimed it, plus one. */
  readonly claims: SharedArrayBuffer;
  /** By slot: messages that have arrived, ever. */
  readonly arrived: SharedArrayBuffer;
  /** Tenants to send to: slot and generation in one number. */
  readonly board: SharedArrayBuffer;
  /** Threads that have sent their last. */
  readonly done: SharedArrayBuffer;
  readonly thread: number;
  readonly threads: number;
  readonly seed: number;
  readonly steps: number;
}

export interface RacingThreadReport {
  readonly faults: readonly string[];
  /** Tenant -> messages. */
  readonly accepted: ReadonlyMap<number, number>;
  readonly settled: ReadonlyMap<number, number>;
  readonly refused: number;
  readonly tenants: number;
}

const SLOTS = 2 ** 16;
const LIVE_MAX = 40;
const KEEP = 300;

class Racer {
  readonly #table: SlotTable;
  readonly #data: RacingThreadData;
  readonly #claims: Int32Array;
  readonly #arrived: Int32Array;
  readonly #board: BigInt64Array;
  readonly #journal = new ChannelMemory(ChannelMemory.allocate());
  readonly #accounts = new Float64Array(16);
  readonly #faults: string[] = [];
  readonly #accepted = new Map<number, number>();
  readonly #settled = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #live: number[] = [];
  readonly #ending = new Set<number>();
  #refused = 0;
  #tenants = 0;

  constructor(data: RacingThreadData) {
    this.#data = data;
    this.#table = new SlotTable(data.memory);
    this.#claims = new Int32Array(data.claims);
    this.#arrived = new Int32Array(data.arrived);
    this.#board = new BigInt64Array(data.board);
  }

  run(): RacingThreadReport {
    const { seed, steps, thread, threads } = this.#data;
    const random = seededRandom(seed * 100 + thread);
    for (let step = 0; step < steps; step++) {
      const dice = random.int(100);
      if (dice < 70) this.#send(Number(this.#board[random.int(this.#board.length)]));
      else if (dice < 85) for (const slot of this.#live) this.#settle(slot);
      else if (dice < 92) this.#begin(random.int(this.#board.length), 1 + random.int(8));
      else if (dice < 98) this.#end(random.int(LIVE_MAX));
      else this.#retire();
    }
    const done = new Int32Array(this.#data.done);
    Atomics.add(done, 0, 1);
    while (Atomics.load(done, 0) < threads) Atomics.wait(done, 1, 0, 1);
    while (this.#live.length > 0) this.#end(0);
    for (let round = 0; round < 3; round++) this.#retire();
    for (const slot of this.#ending)
      this.#faults.push(`slot ${slot} is left with depth ${this.#table.depth(slot)}`);
    const { faults, accepted, settled, refused, tenants } = {
      faults: this.#faults,
      accepted: this.#accepted,
      settled: this.#settled,
      refused: this.#refused,
      tenants: this.#tenants,
    };
    return { faults, accepted, settled, refused, tenants };
  }

  #send(tenant: number): void {
    if (tenant === 0) return;
    const [slot, generation] = [tenant % SLOTS, Math.floor(tenant / SLOTS)];
    const answer = this.#table.admit(slot, generation, this.#journal.words, this.#accounts);
    if (answer !== Admission.accepted) {
      this.#refused++;
      return;
    }
    this.#journal.posted(1, 0);
    this.#accepted.set(tenant, (this.#accepted.get(tenant) ?? 0) + 1);
    Atomics.add(this.#arrived, slot, 1);
  }

  #settle(slot: number): void {
    const table = this.#table;
    const settled = table.settled(slot);
    const arrived = (Atomics.load(this.#arrived, slot) - settled) | 0;
    if (arrived > table.capacity(slot))
      this.#faults.push(`slot ${slot} holds ${arrived} of ${table.capacity(slot)}`);
    const tenant = table.generation(slot) * SLOTS + slot;
    this.#settled.set(tenant, (this.#settled.get(tenant) ?? 0) + arrived);
    table.storeSettled(slot, (settled + arrived) | 0);
  }

  #begin(place: number, capacity: number): void {
    if (this.#live.length >= LIVE_MAX) return;
    if (this.#free.length === 0) this.#claim();
    const slot = this.#free.pop() as number;
    const generation = this.#table.let(slot, this.#data.thread, capacity);
    this.#table.setState(slot, generation, SlotState.running);
    this.#live.push(slot);
    this.#tenants++;
    Atomics.store(this.#board, place, BigInt(generation * SLOTS + slot));
  }

  #claim(): void {
    this.#table.claimBlock(this.#data.thread, this.#free);
    for (const slot of this.#free) {
      const before = Atomics.compareExchange(this.#claims, slot, 0, this.#data.thread + 1);
      if (before !== 0) this.#faults.push(`slot ${slot} was handed out twice`);
    }
  }

  #end(index: number): void {
    const slot = this.#live[index];
    if (slot === undefined) return;
    this.#live.splice(index, 1);
    this.#table.setState(slot, this.#table.generation(slot), SlotState.stopped);
    this.#ending.add(slot);
  }

  #retire(): void {
    const table = this.#table;
    for (const slot of this.#ending) {
      this.#settle(slot);
      if (table.depth(slot) !== 0) continue;
      if (Atomics.load(this.#arrived, slot) !== table.settled(slot))
        this.#faults.push(`slot ${slot} is freed too soon`);
      this.#ending.delete(slot);
      table.free(slot, this.#data.thread);
      this.#free.push(slot);
    }
    if (this.#free.length < KEEP) return;
    const block = this.#free.splice(0, 200);
    for (const slot of block) Atomics.store(this.#claims, slot, 0);
    table.returnBlock(block);
  }
}

if (workerData !== null) parentPort?.postMessage(new Racer(workerData as RacingThreadData).run());
