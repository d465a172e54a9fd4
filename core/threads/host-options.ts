/**
 * What a thread's host is given when it is made, and what main's alone gets besides.
 * Runs on: any.
 */
import type { Children } from '../actor/children.js';
import type { SpawnOptions } from '../actor/spawn-options.js';
import type { Clock } from '../clock.js';
import type { SystemEvents } from '../events.js';
import type { Executor } from '../executor.js';
import type { Logger } from '../logger.js';
import type { HostRequest, Signal } from '../message/signal.js';
import type { Random } from '../random.js';
import type { SlotTableMemory } from '../slot-table.js';
import type { ThreadTableMemory } from '../thread-table.js';
import type { Transport } from '../transport/transport.js';
import type { Connect } from './channels.js';

/** What main adds to its own host. */
export interface RootHooks {
  readonly children: Children;
  /** Which thread a top-level actor gets. */
  place(options: SpawnOptions): number;
  serve(request: HostRequest): unknown;
  /** A thread of its own is wanted under this number. */
  threadWanted(thread: number): void;
  /** What pool threads tell main alone. */
  signal(signal: Signal): void;
  /** The actor has ended: its names are free. */
  released(slot: number, generation: number): void;
}

export interface HostOptions {
  readonly thread: number;
  readonly epoch: number;
  readonly slots: SlotTableMemory;
  readonly threads: ThreadTableMemory;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly executor: Executor;
  readonly random: Random;
  readonly logger: Logger;
  readonly mailbox: { readonly capacity: number; readonly bytes: number };
  readonly askMs: number;
  readonly sendMs: number;
  readonly passMs: number;
  /** Threads 1 to this are the pool. */
  readonly poolThreads: number;
  readonly connect: Connect;
  readonly importModule: (url: string) => Promise<unknown>;
  /** Gives an event to main's stream. */
  readonly emit: <K extends keyof SystemEvents & string>(name: K, payload: SystemEvents[K]) => void;
  /** Tells main of a handler's name and its number in this thread. */
  readonly handlerNamed: (number: number, name: string) => void;
  readonly root?: RootHooks;
}
