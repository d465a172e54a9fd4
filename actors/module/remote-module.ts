/**
 * The near end of a module that has one instance for all threads: its hooks as stubs in the table of this thread, each a
 * message there and back. What the hook returns is checked here, as if it had run here.
 * Runs on: any.
 */
import { type ActorRef, CodedError, hasCode } from '../../core/index.js';
import { errorFromWire } from '../../core/internal.js';
import type { HookContext, HookModule } from '../entity/hook.js';
import type { HookTable } from '../entity/hook-table.js';
import type { KitInit } from '../entity/kit-init.js';
import type { HookSubject } from '../entity/run-hook.js';
import type { HostedModule } from './hosted-module.js';
import { moduleFailed } from './module-loader.js';
import type { ModuleHome } from './module-stage.js';
import { RefreshFlag } from './refresh-flag.js';
import { type HookForm, hookKey, type SingleForm } from './single-module.js';
import type { SingleModulesProtocol } from './single-modules-actor.js';

/** The one place, as the threads see it. */
export interface SinglePlace {
  readonly ref: ActorRef<SingleModulesProtocol>;
  readonly init: KitInit;
}

/** An ask that ended so may be asked again: the place is coming back. */
const PASSING = ['ACTOR_THREAD_DIED', 'ACTOR_RESTARTED', 'THREAD_DIED'] as const;

export class RemoteModule implements HostedModule {
  readonly name: string;
  readonly #place: SinglePlace;
  readonly #home: ModuleHome;
  readonly #refresh = new RefreshFlag();
  readonly #controller = new AbortController();
  #form: SingleForm;
  #module: HookModule;
  #installed: { readonly table: HookTable; readonly rank: number } | undefined;

  private constructor(name: string, place: SinglePlace, home: ModuleHome, form: SingleForm) {
    this.name = name;
    this.#place = place;
    this.#home = home;
    this.#form = form;
    this.#module = this.#moduleOf(form);
  }

  /** Has the module set up where it lives, unless it is. Rejects MODULE_FAILED. */
  static async open(name: string, place: SinglePlace, home: ModuleHome): Promise<RemoteModule> {
    return new RemoteModule(name, place, home, await openAt(place, name));
  }

  get generation(): number {
    return this.#form.generation;
  }

  install(table: HookTable, rank: number): void {
    try {
      for (const form of this.#form.hooks) this.#hookIn(table, rank, form);
    } catch (cause) {
      table.remove((hook) => hook.module === this.#module);
      const text = cause instanceof Error ? cause.message : String(cause);
      throw moduleFailed(this.name, 'one instance', text, cause);
    }
    this.#installed = { table, rank };
  }

  async start(): Promise<void> {} // it was started where it lives

  async prepare(): Promise<void> {} // so was this

  async discard(): Promise<void> {}

  /** The instance has its new configuration already: takes over the hooks it has now. */
  async commit(): Promise<void> {
    const form = await openAt(this.#place, this.name);
    const old = this.#module;
    this.#form = form;
    this.#module = this.#moduleOf(form);
    if (this.#installed === undefined) return;
    const { table, rank } = this.#installed;
    table.remove((hook) => hook.module === old);
    this.install(table, rank);
  }

  async stop(): Promise<void> {
    this.#installed?.table.remove((hook) => hook.module === this.#module);
    this.#controller.abort();
  }

  #moduleOf({ generation }: SingleForm): HookModule {
    const log = this.#home.log.child({ module: this.name });
    return { name: this.name, generation, log, signal: this.#controller.signal };
  }

  #hookIn(table: HookTable, rank: number, form: HookForm): void {
    const { type, etype, attr, timeoutMs, mayChange } = form;
    const key = hookKey(form);
    // A task hook has two arguments, all others the id of the entity before them.
    const callback = (...args: unknown[]): Promise<unknown> => {
      const [subject, ctx] = args.slice(-2) as [HookSubject, HookContext];
      return this.#call(key, subject, ctx, timeoutMs);
    };
    table.register(this.#module, rank, {
      type,
      callback,
      name: form.name.slice(this.name.length + 1),
      // The hook's own limit runs where it lives; here a little later, for the way.
      timeoutMs: timeoutMs + this.#place.init.limits.hookTravelMs,
      ...(etype === undefined ? {} : { etype }),
      ...(attr === undefined ? {} : { attr }),
      ...(mayChange === undefined ? {} : { mayChange, refresh: this.#refresh }),
    });
  }

  async #call(
    key: string,
    subject: HookSubject,
    ctx: HookContext,
    timeoutMs: number,
  ): Promise<unknown> {
    const { taskId, now, receivedAt, depth, signal } = ctx;
    const { ref } = this.#place;
    const sender = ref.with({
      deadlineMs: timeoutMs + this.#place.init.limits.hookTravelMs,
      signal,
      whenFull: 'wait',
    });
    const order = { key, subject, taskId, now, receivedAt, depth };
    for (;;) {
      signal.throwIfAborted();
      try {
        const answer = await sender.ask('call', this.name, order);
        if (answer.type === 'returned') return answer.value;
        if (answer.type === 'thrown') throw errorFromWire(answer.error);
        await this.#reopen(key);
      } catch (error) {
        if (!PASSING.some((code) => hasCode(error, code))) throw error;
      }
    }
  }

  /** The place has begun anew and does not know the module yet; or the hook is no more since a reload. */
  async #reopen(key: string): Promise<void> {
    const { hooks } = await openAt(this.#place, this.name);
    if (hooks.some((form) => hookKey(form) === key)) return;
    throw new CodedError(
      'HOOK_ENDED',
      `${key}: expected a hook of "${this.name}", got none by now`,
      {
        details: { module: this.name, hook: key },
      },
    );
  }
}

async function openAt({ ref, init }: SinglePlace, name: string): Promise<SingleForm> {
  const sender = ref.with({ deadlineMs: init.limits.moduleStepMs, whenFull: 'wait' });
  for (;;) {
    try {
      return await sender.ask('open', init, name);
    } catch (error) {
      if (!PASSING.some((code) => hasCode(error, code))) throw error;
    }
  }
}
