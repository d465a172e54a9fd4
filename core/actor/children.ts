/**
 * The children of one supervisor, in the order they were started, and what it does when one of them fails. The
 * decision is the pure function in supervision.ts; this is the bookkeeping around it. A supervisor is an actor's
 * cell, or the guardian at the root.
 * Runs on: any.
 */
import type { Cancel } from '../clock.js';
import { CodedError } from '../errors.js';
import type { SlotId, SpawnSignal } from '../message/signal.js';
import type { CellHost } from './cell-host.js';
import {
  affected,
  decide,
  type Failure,
  type FailureHistory,
  NO_FAILURES,
  type SupervisionOptions,
} from './supervision.js';

/** One actor as its supervisor knows it. A cell on the same thread is its own entry. */
export abstract class Child {
  next: Child | undefined = undefined;
  previous: Child | undefined = undefined;
  abstract readonly slot: number;
  abstract readonly generation: number;
  abstract readonly thread: number;
  abstract readonly path: string;
}

/** A child on another thread: what it takes to make it again after that thread has died. */
export class RemoteChild extends Child {
  restarts = 0;
  /** Its thread has died; not made again yet. */
  isDown = false;
  /** Its supervisor has decided to make it again. */
  wantsSpawn = false;
  /** Spawned while its thread was away: not made for the first time yet. */
  isAwaited = false;
  /** Set when it was told to stop: after its thread's death it is not made again. */
  isStopping = false;

  constructor(
    readonly spawn: SpawnSignal,
    readonly thread: number,
  ) {
    super();
  }

  get slot(): number {
    return this.spawn.slot;
  }

  get generation(): number {
    return this.spawn.generation;
  }

  get path(): string {
    return this.spawn.path;
  }
}

/** A supervisor elsewhere. */
export class RemoteParent {
  constructor(
    readonly thread: number,
    /** Undefined for the guardian. */
    readonly slot: number | undefined,
    readonly generation: number,
    /** Empty for the guardian. */
    readonly path: string,
  ) {}

  get id(): SlotId | undefined {
    const { slot, generation } = this;
    return slot === undefined ? undefined : { slot, generation };
  }
}

/** Who supervises. */
export interface Supervisor {
  readonly host: CellHost;
  readonly path: string;
  readonly supervision: SupervisionOptions;
  /** The supervisor gives up on a child: it fails in its stead. */
  escalate(child: Child, error: Error): void;
  /** The last child is gone while the supervisor was waiting for that. */
  childless(): void;
}

export class Children {
  readonly #supervisor: Supervisor;
  #first: Child | undefined = undefined;
  #last: Child | undefined = undefined;
  #count = 0;
  #names: Map<string, Child> | undefined = undefined;
  /** What differs from the supervisor's own options, for children that were spawned so. */
  #overrides: Map<Child, SupervisionOptions> | undefined = undefined;
  #histories: Map<Child, FailureHistory> | undefined = undefined;
  #delayed: Map<Child, Cancel> | undefined = undefined;
  /** Failures that the supervisor was made to answer for. */
  #escalated: Map<Child, Failure> | undefined = undefined;
  #whenEnded: Map<number, () => void> | undefined = undefined;
  #isStopping = false;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
  }

  get count(): number {
    return this.#count;
  }

  /** Throws ACTOR_NAME_TAKEN. */
  checkName(name: string | undefined): void {
    if (name === undefined || !this.#names?.has(name)) return;
    throw new CodedError(
      'ACTOR_NAME_TAKEN',
      `expected a name new among the children of ${this.#supervisor.path}, got "${name}"`,
      {
        details: { name, parent: this.#supervisor.path },
      },
    );
  }

  add(child: Child, name: string | undefined, override: SupervisionOptions | undefined): void {
    if (name !== undefined) {
      this.#names ??= new Map();
      this.#names.set(name, child);
    }
    if (override !== undefined) {
      this.#overrides ??= new Map();
      this.#overrides.set(child, override);
    }
    child.previous = this.#last;
    if (this.#last === undefined) this.#first = child;
    else this.#last.next = child;
    this.#last = child;
    this.#count++;
    if (this.#isStopping) this.#stop(child, 'stop');
  }

  named(name: string): Child | undefined {
    return this.#names?.get(name);
  }

  has(child: Child): boolean {
    return this.#first === child || child.previous !== undefined;
  }

  /** Takes out a child that has ended. The name is free from here on. */
  remove(child: Child, name: string | undefined): void {
    if (!this.has(child)) return;
    if (child.previous === undefined) this.#first = child.next;
    else child.previous.next = child.next;
    if (child.next === undefined) this.#last = child.previous;
    else child.next.previous = child.previous;
    child.next = undefined;
    child.previous = undefined;
    this.#count--;
    if (name !== undefined && this.#names?.get(name) === child) this.#names.delete(name);
    this.#overrides?.delete(child);
    this.#histories?.delete(child);
    this.#delayed?.get(child)?.();
    this.#delayed?.delete(child);
    this.#escalated?.delete(child);
    const ended = this.#whenEnded?.get(child.slot);
    this.#whenEnded?.delete(child.slot);
    ended?.();
    if (this.#count === 0 && this.#isStopping) this.#supervisor.childless();
  }

  /** Calls `ended` once that child has ended for good and its name is free. */
  whenEnded(slot: number, ended: () => void): void {
    this.#whenEnded ??= new Map();
    this.#whenEnded.set(slot, ended);
  }

  *[Symbol.iterator](): Iterator<Child> {
    for (let child = this.#first; child !== undefined; ) {
      const { next } = child;
      yield child;
      child = next;
    }
  }

  /** Stops all, the last started first. `childless` is called when all have ended; true when there was none. */
  stopAll(mode: 'stop' | 'kill'): boolean {
    this.#isStopping = true;
    if (this.#count === 0) return true;
    for (let child = this.#last; child !== undefined; ) {
      const { previous } = child;
      this.#stop(child, mode);
      child = previous;
    }
    return false;
  }

  /** After a restart the supervisor may have children again. */
  reopen(): void {
    this.#isStopping = false;
  }

  /** Its thread is replaced on purpose: a restart that it waited for comes with that. */
  willBeRemade(child: Child): void {
    this.#delayed?.get(child)?.();
    this.#delayed?.delete(child);
  }

  /** True when its budget has no end. */
  neverGivesUp(child: Child): boolean {
    return this.#optionsFor(child).restartsMax === Infinity;
  }

  /** Decides about a failure, and acts. */
  failed(child: Child, failure: Failure): void {
    const { host } = this.#supervisor;
    if (this.#isStopping) return this.#stop(child, 'stop');
    const options = this.#optionsFor(child);
    const history = this.#histories?.get(child) ?? NO_FAILURES;
    const verdict = decide(options, history, failure, host.clock.now(), host.random);
    this.#histories ??= new Map();
    this.#histories.set(child, verdict.history);
    host.childFailed(child, failure, verdict);
    switch (verdict.directive) {
      case 'resume':
        if (failure.phase === 'handle') host.command(child, { type: 'resume' });
        else this.#restart(child, 0, options);
        return;
      case 'stop':
        host.command(child, { type: 'stop', mode: 'stop', reason: 'failed' });
        return;
      case 'escalate':
        this.#escalated ??= new Map();
        this.#escalated.set(child, failure);
        this.#supervisor.escalate(child, verdict.reason ?? failure.error);
        return;
      case 'restart':
        this.#restart(child, verdict.delayMs, options);
    }
  }

  /** The supervisor that had failed in their stead goes on: so do they. */
  resumeEscalated(): void {
    const escalated = this.#escalated;
    this.#escalated = undefined;
    for (const [child, { phase }] of escalated ?? []) {
      if (phase === 'handle') this.#supervisor.host.command(child, { type: 'resume' });
      else this.#restart(child, 0, { strategy: 'one-for-one' });
    }
  }

  #optionsFor(child: Child): SupervisionOptions {
    const override = this.#overrides?.get(child);
    const own = this.#supervisor.supervision;
    return override === undefined ? own : { ...own, ...override };
  }

  #restart(child: Child, delayMs: number, options: SupervisionOptions): void {
    const { host } = this.#supervisor;
    const act = (): void => {
      this.#delayed?.delete(child);
      if (!this.has(child)) return;
      const strategy = options.strategy ?? 'one-for-one';
      const all =
        strategy === 'one-for-one' ? [child] : affected(strategy, [...this], child).restart;
      for (const one of all) host.command(one, { type: 'restart' });
    };
    if (delayMs <= 0) return act();
    this.#delayed ??= new Map();
    this.#delayed.get(child)?.();
    this.#delayed.set(child, host.clock.after(delayMs, act));
  }

  #stop(child: Child, mode: 'stop' | 'kill'): void {
    this.#delayed?.get(child)?.();
    this.#supervisor.host.command(child, {
      type: 'stop',
      mode,
      reason: mode === 'kill' ? 'killed' : 'stopped',
    });
  }
}
