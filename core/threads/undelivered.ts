/**
 * Messages that do not leave this thread: held while the one they are for is being replaced, or given up.
 * Runs on: any.
 */
import type { Ref } from '../actor/ref.js';
import { replyToOf } from '../actor/remote-asker.js';
import { CodedError } from '../errors.js';
import type { DeadLetterReason } from '../events.js';
import type { Argc, Meta } from '../message/envelope.js';
import { Counter, Word } from '../thread-table.js';
import type { SalvagedMessage } from '../transport/outgoing-channel.js';
import type { ActorHost } from './actor-host.js';

export class Undelivered {
  readonly #host: ActorHost;

  constructor(host: ActorHost) {
    this.#host = host;
  }

  /** Keeps a message until its thread is back. Answers like a mailbox. */
  hold(
    ref: Ref,
    name: string,
    argc: Argc,
    payload: unknown,
    meta: Meta,
  ): 'accepted' | 'full' | 'stopped' {
    const host = this.#host;
    const { slot, generation, thread } = ref;
    if (!host.table.isLive(slot, generation)) return 'stopped';
    const envelope = typeof meta === 'number' ? undefined : meta;
    const replyTo = envelope?.asker === undefined ? undefined : replyToOf(host, envelope.asker);
    const traceparent = envelope?.traceparent;
    const message = { slot, generation, name, argc, payload, traceparent, replyTo };
    if (!host.channels.hold(thread, message)) return 'full';
    host.words[Word.held] = (host.words[Word.held] as number) + 1;
    host.count(Counter.accepted, 1);
    return 'accepted';
  }

  /** What a channel could not pack; its admission has been taken back. */
  unencodable(message: SalvagedMessage, error: CodedError): void {
    const host = this.#host;
    const { slot } = message;
    host.news.madeOne(slot);
    this.#giveUp(message, host.table.owner(slot), 'notEncodable', () => error);
  }

  /** A message that will not be sent: its admission is counted as a dead letter by whoever keeps the slot. */
  bury(message: SalvagedMessage & { readonly thread?: number }, reason: DeadLetterReason): void {
    const { slot, name, thread = this.#host.table.owner(slot) } = message;
    this.#giveUp(message, thread, reason, (path) => {
      const text = `expected ${path} to take "${name}", but its thread died and it was not made again`;
      return new CodedError('ACTOR_THREAD_DIED', text, { details: { path, handler: name } });
    });
  }

  #giveUp(
    { slot, generation, name, argc, payload, replyTo }: SalvagedMessage,
    thread: number,
    reason: DeadLetterReason,
    errorFor: (path: string) => CodedError,
  ): void {
    const host = this.#host;
    const asker = replyTo === undefined ? undefined : host.askerOf(replyTo);
    const { path } = host.refTo(slot, generation, thread);
    host.count(Counter.deadLetters, 1);
    const target = { slot, generation, path };
    host.deadLetter(target, { name, argc, payload, asker }, reason, errorFor(path));
  }
}
