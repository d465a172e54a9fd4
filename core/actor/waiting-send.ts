/**
 * A send that found its target full: it waits for room behind the others of its thread, until the message is
 * taken, the target ends, its deadline passes, or its signal is triggered. Waiting for an actor that waits for
 * the sender would never end, and fails at once.
 * Runs on: any.
 */
import { type CodedError, hasCode } from '../errors.js';
import type { RoomEntry } from '../mailbox/room.js';
import { linkOf } from '../message/envelope.js';
import { Admission } from '../slot-table.js';
import { Counter } from '../thread-table.js';
import { WheelEntry } from '../timer-wheel.js';
import type { AskOptions } from './actor-ref.js';
import { actorStopped, askAborted, askCycle } from './ask.js';
import type { Ref } from './ref.js';

/** Resolves when `attempt` was accepted. Rejects MAILBOX_FULL, ACTOR_STOPPED, ASK_ABORTED, ASK_CYCLE. */
export function waitForRoom(
  ref: Ref,
  options: AskOptions,
  name: string,
  attempt: () => Admission,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const cycle = sendCycle(ref, name);
    if (cycle !== undefined) return reject(cycle);
    const { counters } = ref.host;
    // It was counted as refused, but it waits; how it ends is counted instead.
    counters[Counter.refused] = (counters[Counter.refused] as number) - 1;
    const refuse = (error: unknown): void => {
      const counter = hasCode(error, 'ACTOR_STOPPED') ? Counter.stopped : Counter.refused;
      counters[counter] = (counters[counter] as number) + 1;
      reject(error);
    };
    const entry = new WaitingSend(ref, name, attempt, resolve, refuse);
    entry.begin(options);
  });
}

/** To itself, or to an actor that waits for an answer of this one: both wait for ever. */
export function sendCycle(ref: Ref, name: string): CodedError | undefined {
  const { running } = ref.host;
  if (running.current() === undefined) return undefined;
  const chain = running.chain();
  if (linkOf(chain, ref.slot, ref.generation) === undefined) return undefined;
  return askCycle(
    ref.path,
    name,
    chain,
    'to wait for room in an actor that does not wait for this one',
  );
}

export class WaitingSend extends WheelEntry implements RoomEntry {
  isOver = false;
  #signal: AbortSignal | undefined;

  constructor(
    readonly ref: Ref,
    readonly name: string,
    readonly tryOnce: () => Admission,
    readonly resolve: () => void,
    readonly reject: (error: unknown) => void,
  ) {
    super();
  }

  begin(options: AskOptions): void {
    if (this.arm(options)) this.ref.host.room.wait(this.ref.slot, this);
  }

  /** Sets its deadline and signal; false when it is over already. */
  arm(options: AskOptions): boolean {
    const { host } = this.ref;
    const { signal } = options;
    if (signal?.aborted) this.#giveUp(askAborted(this.ref, this.name, signal));
    if (this.isOver) return false;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#aborted, { once: true });
    const deadlineMs = options.deadlineMs ?? host.sendMs;
    if (deadlineMs !== Infinity) host.asks.wheel.add(this, deadlineMs);
    return true;
  }

  attempt(): boolean {
    const answer = this.tryOnce();
    if (answer === Admission.full) return false;
    this.#end();
    if (answer === Admission.accepted) this.resolve();
    else this.reject(actorStopped(this.ref.path, `"${this.name}"`));
    return true;
  }

  /** The deadline. */
  fail(error: unknown): void {
    this.#giveUp(error);
  }

  readonly #aborted = (): void => {
    if (this.#signal !== undefined) this.#giveUp(askAborted(this.ref, this.name, this.#signal));
  };

  #giveUp(error: unknown): void {
    if (this.isOver) return;
    this.#end();
    this.ref.host.room.leave(this.ref.slot, this);
    this.reject(error);
  }

  #end(): void {
    this.isOver = true;
    this.ref.host.asks.wheel.cancel(this);
    this.#signal?.removeEventListener('abort', this.#aborted);
  }
}
