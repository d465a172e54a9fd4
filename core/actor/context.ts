/**
 * The context a behaviour gets, one per incarnation. Fenced when that ends: a forgotten promise of an old life
 * cannot act for the new one.
 * Runs on: any.
 */
import { parseCron } from '../cron.js';
import { CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Logger } from '../logger.js';
import { ARGC_MASK, Argc } from '../message/envelope.js';
import type { ActorCell } from './actor-cell.js';
import type {
  ActorContext,
  Group,
  StopMode,
  StopReason,
  Terminated,
  Timers,
} from './actor-context.js';
import type { ActorRef, Deferred } from './actor-ref.js';
import type { CellCommand } from './cell-host.js';
import { RemoteParent } from './children.js';
import { DeferredReply } from './deferred-reply.js';
import type { HandlerMap, Recipe } from './definition.js';
import { onlyWhile } from './live-handler.js';
import type { Ref } from './ref.js';
import type { Replicas } from './replicas.js';
import type { ReplicaOptions, SpawnOptions } from './spawn-options.js';
import { returnStash } from './stash.js';

const STOPS: Readonly<Record<StopMode, CellCommand>> = {
  drain: { type: 'stop', mode: 'drain', reason: 'stopped' },
  stop: { type: 'stop', mode: 'stop', reason: 'stopped' },
  kill: { type: 'stop', mode: 'kill', reason: 'killed' },
};

export class Context implements ActorContext {
  #cell: ActorCell | undefined;

  constructor(cell: ActorCell) {
    this.#cell = cell;
  }

  fence(): void {
    this.#cell = undefined;
  }

  get path(): string {
    return this.#live().path;
  }

  get thread(): number {
    return this.#live().thread;
  }

  get restarts(): number {
    return this.#live().extras?.restarts ?? 0;
  }

  get log(): Logger {
    const cell = this.#live();
    return cell.host.logger.child({ actor: cell.path });
  }

  get abortSignal(): AbortSignal {
    const extras = this.#live().more();
    extras.abort ??= new AbortController();
    return extras.abort.signal;
  }

  get traceparent(): string | undefined {
    return this.#live().host.running.traceparentNow();
  }

  self<D>(): ActorRef<never> & D {
    return this.#live().refTo() as unknown as ActorRef<never> & D;
  }

  parent<D>(): (ActorRef<never> & D) | undefined {
    const { parent, host } = this.#live();
    if (parent === undefined) return undefined;
    if (!(parent instanceof RemoteParent)) return parent.refTo() as never;
    const { slot, generation, thread } = parent;
    return slot === undefined ? undefined : (host.refTo(slot, generation, thread) as never);
  }

  spawn<P>(recipe: Recipe<P>, options: ReplicaOptions): Replicas<P>;
  spawn<P>(recipe: Recipe<P>, options?: SpawnOptions): ActorRef<P>;
  spawn<P>(
    recipe: Recipe<P>,
    options: SpawnOptions | ReplicaOptions = {},
  ): ActorRef<P> | Replicas<P> {
    const cell = this.#live();
    if ('replicas' in options)
      return cell.host.spawnReplicas(recipe, options, cell) as unknown as Replicas<P>;
    return cell.host.spawn(recipe, options, cell) as unknown as ActorRef<P>;
  }

  async started(ref: ActorRef<unknown>): Promise<void> {
    const { slot, generation, thread } = ref as unknown as Ref;
    await this.#live().host.request(thread, { what: 'started', slot, generation });
  }

  watch(ref: ActorRef<unknown>, fn: (end: Terminated) => unknown): void {
    const cell = this.#live();
    cell.host.watch(cell, ref as unknown as Ref, fn);
  }

  unwatch(ref: ActorRef<unknown>): void {
    const cell = this.#live();
    cell.host.unwatch(cell, ref as unknown as Ref);
  }

  stop(ref?: ActorRef<unknown>, mode: StopMode = 'stop'): void {
    const cell = this.#live();
    const command = STOPS[mode];
    if (ref === undefined) return cell.command(command);
    const { slot, generation, path } = ref as unknown as Ref;
    if (slot === cell.slot && generation === cell.generation) return cell.command(command);
    for (const child of cell.extras?.hasChildren ? cell.extras.children : []) {
      if (child.slot === slot && child.generation === generation)
        return cell.host.command(child, command);
    }
    if (!cell.host.table.isLive(slot, generation)) return;
    throw new CodedError(
      'ASSERTION_FAILED',
      `expected ${cell.path} to stop itself or a child, got ${path}`,
      {
        details: { path: cell.path, other: path },
      },
    );
  }

  stash(): void {
    const cell = this.#live();
    const { running, taken } = cell.host;
    const { concurrency = 1, stashMax = LIMITS.stashMessages } = cell.definition?.options ?? {};
    if (
      running.cell !== cell ||
      typeof taken.name !== 'string' ||
      running.isStashed ||
      concurrency > 1
    ) {
      const where =
        concurrency > 1
          ? `concurrency 1, got ${concurrency}`
          : 'the synchronous part of a handler, once';
      throw new CodedError('STASH_MISUSED', `expected ctx.stash() of ${cell.path} in ${where}`, {
        details: { path: cell.path },
      });
    }
    const extras = cell.more();
    if (extras.stash.length >= stashMax) {
      throw new CodedError(
        'STASH_FULL',
        `expected at most ${stashMax} stashed messages in ${cell.path}, got one more`,
        {
          details: { path: cell.path, stashMax },
        },
      );
    }
    const { name, payload } = taken;
    const meta = typeof taken.meta === 'number' ? taken.meta & ARGC_MASK : taken.meta;
    if (extras.stash.length === 0) extras.stash = [];
    extras.stash.push({ name, payload, meta });
    running.isStashed = true;
    running.asker = undefined;
    cell.settleStashed(extras.stash.length);
  }

  unstash(): number {
    const cell = this.#live();
    if (cell.host.running.cell !== cell) {
      throw new CodedError(
        'STASH_MISUSED',
        `expected ctx.unstash() of ${cell.path} in the synchronous part of a handler or the behaviour`,
      );
    }
    return returnStash(cell);
  }

  become(handlers?: HandlerMap): void {
    const cell = this.#live();
    cell.more().overlay = handlers;
    cell.handlersChanged();
  }

  defer<T>(): Deferred<T> {
    const cell = this.#live();
    const { running, taken } = cell.host;
    if (running.cell !== cell) {
      throw new CodedError(
        'DEFER_MISUSED',
        `expected ctx.defer() of ${cell.path} in the synchronous part of a handler`,
      );
    }
    const extras = cell.more();
    extras.deferred ??= new Set();
    const { deferred } = extras;
    const reply = new DeferredReply<T>(running, cell.path, String(taken.name), (ended) =>
      deferred.delete(ended as DeferredReply),
    );
    running.asker = undefined;
    deferred.add(reply as DeferredReply);
    return reply;
  }

  get timers(): Timers {
    const cell = this.#live();
    const live = (): ActorCell => this.#live();
    return {
      after: (key, ms, fn) => once(live(), key, checkMs(key, ms), fn),
      every: (key, ms, fn) => every(live(), key, checkMs(key, ms), fn),
      cron: (key, expression, fn, options) => {
        const cron = parseCron(expression, options?.timeZone);
        onCron(live(), key, (after) => cron.next(after), fn, cell.host.clock.wallNow());
      },
      cancel: (key) => {
        live().extras?.timers?.get(key)?.();
        live().extras?.timers?.delete(key);
      },
      has: (key) => live().extras?.timers?.has(key) ?? false,
    };
  }

  receiveTimeout(ms: number | undefined, fn?: () => unknown): void {
    const cell = this.#live();
    const extras = cell.more();
    extras.receiveTimeout?.cancel();
    extras.receiveTimeout =
      ms === undefined || fn === undefined
        ? undefined
        : { ms: checkMs('receiveTimeout', ms), fn, cancel: () => {} };
    extras.armReceiveTimeout();
  }

  onStop(fn: (reason: StopReason) => unknown): void {
    const extras = this.#live().more();
    extras.onStop ??= [];
    extras.onStop.push(fn);
  }

  async register(name: string): Promise<void> {
    const cell = this.#live();
    const { slot, generation, thread } = cell;
    await cell.host.request(0, { what: 'register', name, slot, generation, thread });
    cell.more().registeredName = name;
  }

  async lookup<P>(name: string): Promise<ActorRef<P> | undefined> {
    const found = await this.#live().host.request(0, { what: 'lookup', name });
    return found as ActorRef<P> | undefined;
  }

  join(group: Group<unknown>): void {
    const cell = this.#live();
    const extras = cell.more();
    extras.groups ??= new Set();
    extras.groups.add(group.name);
    cell.host.groups.join(cell.refTo(), group.name);
  }

  leave(group: Group<unknown>): void {
    const cell = this.#live();
    if (cell.extras?.groups?.delete(group.name)) cell.host.groups.leave(cell.refTo(), group.name);
  }

  publish(group: Group<unknown>, name: string, ...args: unknown[]): number {
    const argc = Math.min(args.length, 2) as Argc;
    const payload = argc === Argc.many ? args : args[0];
    let accepted = 0;
    for (const member of this.#live().host.groups.members(group.name)) {
      if (member.offer(name, argc, payload, undefined) === 0) accepted++;
    }
    return accepted;
  }

  #live(): ActorCell {
    const cell = this.#cell;
    if (cell !== undefined) return cell;
    throw new CodedError(
      'CONTEXT_FENCED',
      'expected a context to be used while its incarnation lives, got a use after it had ended',
    );
  }
}

function checkMs(key: string, ms: number): number {
  if (typeof ms === 'number' && ms >= 0 && ms !== Infinity) return ms;
  throw new CodedError(
    'CONFIG_INVALID',
    `expected a timer "${key}" of 0 ms or more, got ${textOf(ms)}`,
    { details: { key } },
  );
}

function once(cell: ActorCell, key: string, ms: number, fn: () => unknown): void {
  const extras = cell.more();
  const cancel = cell.host.clock.after(ms, () => {
    if (!isSet()) return;
    if (!cell.host.intakeClosed) return cell.notice(onlyWhile(isTaken, fn));
    extras.timers?.delete(key);
  });
  const stop = (): void => cancel();
  const isSet = (): boolean => extras.timers?.get(key) === stop;
  /** Until it runs it can still be cancelled. */
  const isTaken = (): boolean => isSet() && extras.timers?.delete(key) === true;
  extras.setTimer(key, stop);
}

/** At multiples of `ms` from its start; a beat is skipped while the last one still waits in the mailbox. */
function every(cell: ActorCell, key: string, ms: number, fn: () => unknown): void {
  const { clock } = cell.host;
  const startMs = clock.now();
  const periodMs = Math.max(ms, 1);
  beat(cell, key, fn, () => periodMs - ((clock.now() - startMs) % periodMs));
}

function onCron(
  cell: ActorCell,
  key: string,
  next: (afterMs: number) => number,
  fn: () => unknown,
  nowMs: number,
): void {
  let dueMs = next(nowMs);
  beat(cell, key, fn, () => {
    const now = cell.host.clock.wallNow();
    while (dueMs <= now) dueMs = next(dueMs);
    return dueMs - now;
  });
}

/** Fires again and again; `untilNext` says how long to wait for the next beat. */
function beat(cell: ActorCell, key: string, fn: () => unknown, untilNext: () => number): void {
  const extras = cell.more();
  const { clock } = cell.host;
  let isQueued = false;
  let cancel = (): void => {};
  const stop = (): void => cancel();
  const isTaken = (): boolean => {
    isQueued = false;
    return extras.timers?.get(key) === stop;
  };
  const arm = (): void => {
    cancel = clock.after(untilNext(), () => {
      if (extras.timers?.get(key) !== stop) return;
      arm();
      if (isQueued || cell.host.intakeClosed) return;
      isQueued = true;
      cell.notice(onlyWhile(isTaken, fn));
    });
  };
  extras.setTimer(key, stop);
  arm();
}
