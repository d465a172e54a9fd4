/**
 * One call of a hook, as the hook sees it: its context. It ends with the call, so that a promise that was given up cannot
 * read what is no longer there.
 * Runs on: any.
 */
import { CodedError, type Logger } from '../../core/index.js';
import type { EntityId } from '../../stores/internal.js';
import type { HookContext, HookScope, RecordView } from './hook.js';
import type { RegisteredHook } from './hook-table.js';

export class HookCall implements HookContext {
  readonly #hook: RegisteredHook;
  readonly #scope: HookScope;
  #isEnded = false;
  #controller: AbortController | undefined;
  #unlisten: (() => void) | undefined;

  constructor(hook: RegisteredHook, scope: HookScope) {
    this.#hook = hook;
    this.#scope = scope;
  }

  get module(): string {
    return this.#hook.module.name;
  }

  get taskId(): string {
    return this.#scope.taskId;
  }

  get now(): number {
    return this.#scope.now;
  }

  get receivedAt(): number {
    return this.#scope.receivedAt;
  }

  get depth(): number {
    return this.#scope.depth;
  }

  get log(): Logger {
    return this.#hook.module.log;
  }

  get record(): RecordView | undefined {
    this.#check();
    return this.#scope.record();
  }

  /** Made when it is asked for: most hooks never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      const { signal } = this.#hook.module;
      const abort = (): void => controller.abort(signal.reason);
      if (this.#isEnded || signal.aborted) abort();
      else {
        signal.addEventListener('abort', abort, { once: true });
        this.#unlisten = () => signal.removeEventListener('abort', abort);
      }
    }
    return this.#controller.signal;
  }

  read(entity: string | { readonly id: string }, eid: EntityId): RecordView | undefined {
    this.#check();
    return this.#scope.read(typeof entity === 'string' ? entity : entity.id, eid);
  }

  /** The hook has ended; with a reason it was given up, and hears it by its signal. */
  end(reason?: unknown): void {
    this.#isEnded = true;
    this.#unlisten?.();
    if (reason !== undefined) this.#controller?.abort(reason);
  }

  #check(): void {
    if (this.#isEnded)
      throw new CodedError(
        'HOOK_ENDED',
        `${this.#hook.name}: expected the context to be used while the hook runs, got a use after its end`,
        { details: { hook: this.#hook.name, taskId: this.#scope.taskId } },
      );
  }
}
