/**
 * The control plane of one thread: what main may ask of it, and what it may ask of main. Calls about threads only;
 * everything about one actor travels in the data channels. ThreadServer is the thread's side, the same in a pool
 * thread and in the testkit.
 * Runs on: any.
 */
import { CellState } from '../actor/cell-state.js';
import type { Clock } from '../clock.js';
import type { Executor } from '../executor.js';
import type { Logger } from '../logger.js';
import type { SlotId } from '../message/signal.js';
import type { Random } from '../random.js';
import type { SlotTableMemory } from '../slot-table.js';
import type { ThreadTableMemory } from '../thread-table.js';
import type { Transport } from '../transport/transport.js';
import { ActorHost } from './actor-host.js';
import type { CasualtyReport, Ending, Target } from './casualties.js';
import { crossing } from './thread-events.js';
import { Vacating } from './vacating.js';

/** Everything a new host must know. Plain data. */
export interface ThreadInit {
  readonly thread: number;
  readonly epoch: number;
  readonly slots: SlotTableMemory;
  readonly threads: ThreadTableMemory;
  readonly transport: 'port' | 'ring';
  readonly mailbox: { readonly capacity: number; readonly bytes: number };
  readonly askMs: number;
  readonly sendMs: number;
  readonly passMs: number;
  /** Threads 1 to this are the pool; later ones are dedicated. */
  readonly poolThreads: number;
  readonly seed: number;
  /** Threads that do not serve at this moment. */
  readonly away: readonly number[];
  /** Threads that are being vacated: what is new for them is held. */
  readonly vacated: readonly number[];
  /** Actors for this thread that nobody will spawn. */
  readonly unspawned: readonly SlotId[];
  readonly isIntakeClosed: boolean;
}

/** One live actor, as inspect shows it. */
export interface ActorInfo {
  readonly path: string;
  readonly definition: string;
  readonly thread: number;
  readonly slot: number;
  readonly generation: number;
  readonly state: string;
  readonly queued: number;
  readonly depth: number;
  readonly stashed: number;
  readonly inFlight: number;
  readonly restarts: number;
  readonly children: number;
}

/** What main asks of a thread. */
export interface ThreadControl {
  /** Imports modules a spare will need for whichever thread it stands in for; those that fail are imported when needed. */
  preload(urls: readonly string[]): Promise<void>;
  /** Makes it that logical thread. */
  become(init: ThreadInit): Promise<void>;
  accept(from: number, epoch: number, memory: SharedArrayBuffer, end: unknown): Promise<void>;
  died(thread: number, unsent?: readonly Target[], ending?: Ending): Promise<CasualtyReport>;
  ended(slots: readonly SlotId[]): Promise<void>;
  /** Before anybody gives it work, a thread with a new life must be one that all will answer. */
  reachable(thread: number): Promise<void>;
  back(thread: number): Promise<void>;
  /** From now on new messages for that thread are held, until it is back. */
  holdBack(thread: number): Promise<void>;
  /** First part of its end on purpose: waits for a moment without anything in hand, and from then on begins nothing. */
  pause(deadlineMs: number): Promise<void>;
  /** Second part, once all others hold back: ends its actors. False when something in hand was given up at the deadline. */
  vacate(deadlineMs: number): Promise<boolean>;
  /** Ends the host; the thread stays, to be killed: one that went on would keep the modules it has loaded. */
  leave(): Promise<void>;
  closeIntake(): Promise<void>;
  isQuiet(): Promise<boolean>;
  inspect(): Promise<ActorInfo[]>;
  /** Ends the host; the thread's task then resolves. */
  end(): Promise<void>;
}

/** The calls as own functions of a plain object, which is what can be served over a port. */
export function flatControl(control: ThreadControl): ThreadControl {
  return {
    preload: (urls) => control.preload(urls),
    become: (init) => control.become(init),
    accept: (from, epoch, memory, end) => control.accept(from, epoch, memory, end),
    died: (thread, unsent, ending) => control.died(thread, unsent, ending),
    ended: (slots) => control.ended(slots),
    reachable: (thread) => control.reachable(thread),
    back: (thread) => control.back(thread),
    holdBack: (thread) => control.holdBack(thread),
    pause: (deadlineMs) => control.pause(deadlineMs),
    vacate: (deadlineMs) => control.vacate(deadlineMs),
    leave: () => control.leave(),
    closeIntake: () => control.closeIntake(),
    isQuiet: () => control.isQuiet(),
    inspect: () => control.inspect(),
    end: () => control.end(),
  };
}

/** What a thread asks of main. */
export interface MainControl {
  connect(from: number, to: number, memory: SharedArrayBuffer, end: unknown): Promise<void>;
  handlerNamed(thread: number, number: number, name: string): Promise<void>;
  /** The module of an actor is imported there: whoever replaces that thread will need it. */
  imported(url: string): Promise<void>;
}

/** What a thread has that does not come from main. */
export interface ThreadParts {
  readonly clock: Clock;
  readonly executor: Executor;
  readonly importModule: (url: string) => Promise<unknown>;
  transportFor(name: 'port' | 'ring'): Transport;
  loggerFor(host: () => ActorHost): Logger;
  randomFor(seed: number): Random;
  /** `transfer` are the ports within `end`. */
  connect(
    from: number,
    to: number,
    memory: SharedArrayBuffer,
    end: unknown,
    transfer: unknown[],
  ): void;
  handlerNamed(thread: number, number: number, name: string): void;
  imported(url: string): void;
  ended(): void;
}

export class ThreadServer implements ThreadControl {
  readonly #parts: ThreadParts;
  host: ActorHost | undefined = undefined;
  #vacating: Vacating | undefined = undefined;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
  }

  async preload(urls: readonly string[]): Promise<void> {
    // Not awaited: a module that is also a program never ends, since createSystem() does not here.
    for (const url of urls) this.#parts.importModule(url).catch(() => {});
  }

  async become(init: ThreadInit): Promise<void> {
    const parts = this.#parts;
    const { clock, executor, transportFor, loggerFor, randomFor, connect, handlerNamed } = parts;
    const { thread } = init;
    const host: ActorHost = new ActorHost({
      ...init,
      transport: transportFor(init.transport),
      clock,
      executor,
      random: randomFor(init.seed),
      logger: loggerFor(() => host),
      importModule: (url) => {
        parts.imported(url);
        return parts.importModule(url);
      },
      connect: (to, memory, end, transfer) => connect(thread, to, memory, end, transfer),
      emit: (name, payload) => host.signal(0, { type: 'event', name, payload: crossing(payload) }),
      handlerNamed: (number, name) => handlerNamed(thread, number, name),
    });
    this.host = host;
    for (const away of init.away) host.channels.down(away);
    for (const vacated of init.vacated) host.casualties.holdBack(vacated);
    for (const { slot } of init.unspawned) host.casualties.endUnspawned(slot);
    if (init.isIntakeClosed) host.closeIntake();
  }

  async accept(
    from: number,
    epoch: number,
    memory: SharedArrayBuffer,
    end: unknown,
  ): Promise<void> {
    this.#live().channels.accept(from, epoch, memory, end);
  }

  async died(thread: number, unsent?: readonly Target[], ending?: Ending): Promise<CasualtyReport> {
    return this.#live().casualties.died(thread, unsent, ending);
  }

  async ended(slots: readonly SlotId[]): Promise<void> {
    this.#live().casualties.ended(slots);
  }

  async reachable(thread: number): Promise<void> {
    this.#live().casualties.reachable(thread);
  }

  async back(thread: number): Promise<void> {
    this.#live().casualties.back(thread);
  }

  async holdBack(thread: number): Promise<void> {
    this.#live().casualties.holdBack(thread);
  }

  async pause(deadlineMs: number): Promise<void> {
    this.#vacating ??= new Vacating(this.#live());
    await this.#vacating.pause(deadlineMs);
  }

  async vacate(deadlineMs: number): Promise<boolean> {
    this.#vacating ??= new Vacating(this.#live());
    return this.#vacating.run(deadlineMs);
  }

  async leave(): Promise<void> {
    this.host?.close();
  }

  async closeIntake(): Promise<void> {
    this.#live().closeIntake();
  }

  async isQuiet(): Promise<boolean> {
    return this.#live().isQuiet;
  }

  async inspect(): Promise<ActorInfo[]> {
    return inspectHost(this.#live());
  }

  async end(): Promise<void> {
    this.host?.close();
    this.#parts.ended();
  }

  #live(): ActorHost {
    if (this.host === undefined)
      throw new Error('expected a thread that has become one of a system');
    return this.host;
  }
}

const STATE_NAMES = new Map<number, string>(
  Object.entries(CellState).map(([name, state]) => [state, name]),
);

/** Every actor of a host that has not stopped. */
export function inspectHost(host: ActorHost): ActorInfo[] {
  const infos: ActorInfo[] = [];
  for (const cell of host.cells()) {
    if (cell.state === CellState.stopped) continue;
    const { path, slot, generation, state, queued, inFlight, thread } = cell;
    infos.push({
      path,
      definition: cell.definition?.name ?? '',
      thread,
      slot,
      generation,
      state: STATE_NAMES.get(state) ?? '',
      queued,
      depth: host.table.depth(slot),
      stashed: host.table.stashed(slot),
      inFlight,
      restarts: cell.extras?.restarts ?? 0,
      children: cell.extras?.hasChildren ? cell.extras.children.count : 0,
    });
  }
  return infos;
}
