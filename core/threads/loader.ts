/**
 * Finds the definition of an actor that another thread has spawned here, importing its module if need be. The actor
 * may start as soon as the definition registers: the import of a module that is also a program never ends, since
 * inside a pool thread createSystem() does not; and that of one which imports the package later ends too soon.
 * Runs on: any.
 */
import { type ActorDefinition, whenDefined } from '../actor/definition.js';
import type { Clock } from '../clock.js';
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';

export class Loader {
  readonly #clock: Clock;
  readonly #importModule: (url: string) => Promise<unknown>;
  readonly #imports = new Map<string, Promise<unknown>>();

  constructor(clock: Clock, importModule: (url: string) => Promise<unknown>) {
    this.#clock = clock;
    this.#importModule = importModule;
  }

  /**
   * Calls back once: with the definition, possibly at once, or with ACTOR_MODULE_FAILED or
   * ACTOR_DEFINITION_MISSING.
   */
  find(name: string, url: string, then: (found: ActorDefinition | CodedError) => void): void {
    let isDone = false;
    let forget = (): void => {};
    let disarm = (): void => {};
    const finish = (found: ActorDefinition | CodedError): void => {
      if (isDone) return;
      isDone = true;
      disarm();
      forget();
      then(found);
    };
    forget = whenDefined(name, finish);
    if (isDone) return;
    disarm = this.#clock.after(LIMITS.threadStartMs, () =>
      finish(missing(name, url, `after ${LIMITS.threadStartMs} ms`)),
    );
    this.#load(url).then(
      () => {
        // A CommonJS module that imports the package defines its actors only after it has been loaded itself.
        if (isDone) return;
        disarm();
        disarm = this.#clock.after(LIMITS.definitionMs, () =>
          finish(missing(name, url, 'after its import')),
        );
      },
      (cause: unknown) => {
        const text = cause instanceof Error ? cause.message : String(cause);
        finish(
          new CodedError(
            'ACTOR_MODULE_FAILED',
            `expected to import ${url} for the actor "${name}", got: ${text}`,
            {
              details: { name, url },
              cause,
            },
          ),
        );
      },
    );
  }

  /** A module that failed is tried anew next time: Node remembers the failure, so its reason stays the same. */
  #load(url: string): Promise<unknown> {
    const known = this.#imports.get(url);
    if (known !== undefined) return known;
    const loading = this.#importModule(url);
    this.#imports.set(url, loading);
    loading.catch(() => this.#imports.delete(url));
    return loading;
  }
}

function missing(name: string, url: string, when: string): CodedError {
  return new CodedError(
    'ACTOR_DEFINITION_MISSING',
    `expected ${url} to define the actor "${name}", got none ${when}`,
    {
      details: { name, url },
    },
  );
}
