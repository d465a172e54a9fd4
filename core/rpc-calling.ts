/**
 * The calling end of a port, as Comlink sees it. Comlink gives each call an id and a promise, and forgets those
 * whose answer never comes; this end sees to it that an answer always comes.
 * Runs on: any.
 *
 *   api.stats() --next--> Comlink: id, promise --postMessage--> here: pending ---port---> peer
 *                         Comlink: resolve <-----deliver------- here: settle <---port---- answer
 *                                                                    ^ deadline, lost(), closed port, not clonable
 *
 * Each id is settled once: whoever comes first takes it out of `pending`, and the others find nothing there. An open
 * port holds its listeners, and so this end and all that waits, whatever becomes of caller and proxies; and when the
 * port closes, all is settled. So no collection loses an answer.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Cancel, Clock } from './clock.js';
import { CodedError } from './errors.js';
import { callMessage, type Listener, readAnswer, transfersOf } from './rpc-message.js';

/** A call on its way through Comlink. */
export interface OutgoingCall {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly deadlineMs: number;
}

/** An answer that throws where Comlink reads it, inside its promise: the very error, past its handlers. */
export class FailedAnswer {
  readonly type = 'RAW';

  constructor(
    readonly id: string,
    readonly thrown: unknown,
  ) {}

  get value(): never {
    throw this.thrown;
  }
}

/** What Comlink is given: it reads `value` inside the promise of the call. */
type GivenAnswer =
  | { readonly id: string; readonly type: 'RAW'; readonly value: unknown }
  | FailedAnswer;

export class CallingEndpoint {
  /**
   * Set right before Comlink's method is called, taken in the postMessage that it calls at once: so arguments
   * pass by Comlink's transfer handlers, which belong to the whole process.
   */
  next: OutgoingCall | undefined = undefined;
  readonly #port: MessagePort;
  readonly #peer: string;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Cancel>();
  #deliver: Listener = () => {};
  #isOpen = true;
  #lost: CodedError | undefined = undefined;

  constructor(port: MessagePort, peer: string, clock: Clock) {
    this.#port = port;
    this.#peer = peer;
    this.#clock = clock;
    port.on('message', this.#receive);
    port.on('close', this.#portClosed);
  }

  /** Calls in flight. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Rejects all calls, now and later, with `error`, and closes the port. */
  lost(error: CodedError): void {
    this.#lost = error;
    this.#shut();
    for (const id of [...this.#pending.keys()]) this.#settle(new FailedAnswer(id, error));
  }

  close(): void {
    if (this.#lost === undefined)
      this.lost(
        new CodedError(
          'SYSTEM_STOPPED',
          `expected an open port to ${this.#peer}, got one closed on this side`,
          {
            details: { peer: this.#peer },
          },
        ),
      );
  }

  addEventListener(_type: string, listener: Listener): void {
    this.#deliver = listener;
  }

  removeEventListener(): void {}

  postMessage({ id }: { readonly id: string }): void {
    const call = this.next;
    this.next = undefined;
    // Comlink's RELEASE, when its proxies were collected: only close() ends this end.
    if (call === undefined) return;
    const { method, args, deadlineMs } = call;
    this.#pending.set(id, this.#deadline(id, method, deadlineMs));
    if (this.#lost !== undefined) {
      this.#settle(new FailedAnswer(id, this.#lost));
      return;
    }
    try {
      this.#port.postMessage(callMessage(id, method, args), transfersOf(args));
    } catch (cause) {
      this.#settle(new FailedAnswer(id, this.#notEncodable(method, cause)));
    }
  }

  #deadline(id: string, method: string, deadlineMs: number): Cancel {
    if (deadlineMs === Number.POSITIVE_INFINITY) return () => {};
    return this.#clock.after(deadlineMs, () => {
      const peer = this.#peer;
      const expected = `expected ${peer} to answer "${method}" within ${deadlineMs} ms`;
      const details = { peer, method, deadlineMs };
      const error = new CodedError('CONTROL_TIMEOUT', `${expected}, got no answer`, { details });
      this.#settle(new FailedAnswer(id, error));
    });
  }

  #notEncodable(method: string, cause: unknown): CodedError {
    const details = { peer: this.#peer, method };
    const text = `expected arguments of "${method}" that can be sent to ${this.#peer}, got some that cannot`;
    return new CodedError('MESSAGE_NOT_ENCODABLE', text, { details, cause });
  }

  readonly #receive = (data: unknown): void => {
    if (typeof data !== 'object' || data === null) return;
    const { id } = data as { id?: unknown };
    if (typeof id !== 'string' || !this.#pending.has(id)) return;
    const answer = readAnswer(data);
    if (answer === undefined) return;
    this.#settle('value' in answer ? { id, ...answer } : new FailedAnswer(id, answer.thrown));
  };

  #settle(answer: GivenAnswer): void {
    const cancel = this.#pending.get(answer.id);
    if (cancel === undefined) return;
    this.#pending.delete(answer.id);
    cancel();
    this.#deliver({ data: answer });
  }

  // What the peer had posted before is received before this.
  readonly #portClosed = (): void => {
    if (this.#lost !== undefined) return;
    const peer = this.#peer;
    const text = `expected an open port to ${peer}, got one closed on its side`;
    this.lost(new CodedError('THREAD_DIED', text, { details: { peer } }));
  };

  #shut(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#port.off('message', this.#receive);
    this.#port.off('close', this.#portClosed);
    this.#port.close();
  }
}
