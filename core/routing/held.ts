/**
 * One message of a replica set that waits in a lane: what it was, who waits for it, and how it ends: taken by a
 * replica, or given up when there is none to come.
 * Runs on: any.
 */
import { PendingAsk } from '../actor/ask.js';
import type { CellHost } from '../actor/cell-host.js';
import type { Ref } from '../actor/ref.js';
import { StreamReader } from '../actor/stream.js';
import type { WaitingSend } from '../actor/waiting-send.js';
import type { CodedError } from '../errors.js';
import type { Argc, Envelope } from '../message/envelope.js';
import { Counter } from '../thread-table.js';

/** What a sender wants to be sent. */
export interface Message {
  readonly name: string;
  readonly argc: Argc;
  readonly payload: unknown;
  readonly envelope: Envelope | undefined;
}

export class Held {
  constructor(
    /** Undefined when it may go to any replica, or must go to one whatever the keys. */
    readonly key: string | number | undefined,
    readonly message: Message,
    /** Set for a send, which hears when a mailbox has taken the message; others count as accepted already. */
    readonly waiting: WaitingSend | undefined,
  ) {}

  /** True when nobody wants it any more. */
  get isOver(): boolean {
    const { envelope } = this.message;
    if (this.waiting !== undefined) return this.waiting.isOver;
    return (envelope instanceof PendingAsk || envelope instanceof StreamReader) && envelope.isDone;
  }

  /** A replica's mailbox has it. */
  taken(by: Ref): void {
    aim(this.message.envelope, by);
    this.waiting?.attempt();
  }

  /** It will never be sent. `last` is whom it was for. */
  giveUp(host: CellHost, last: Ref, error: CodedError): void {
    if (this.isOver) return;
    const { counters } = host;
    if (this.waiting !== undefined) {
      counters[Counter.stopped] = (counters[Counter.stopped] as number) + 1;
      return this.waiting.fail(error);
    }
    counters[Counter.accepted] = (counters[Counter.accepted] as number) + 1;
    counters[Counter.deadLetters] = (counters[Counter.deadLetters] as number) + 1;
    const { name, argc, payload, envelope } = this.message;
    const reason =
      error.code === 'MESSAGE_NOT_ENCODABLE' || error.code === 'BINARY_MOVED'
        ? 'notEncodable'
        : 'stopped';
    host.deadLetter(last, { name, argc, payload, asker: envelope?.asker }, reason, error);
  }
}

/** Tells an ask or a stream who has its message, so that it hears when that one's thread dies. */
export function aim(envelope: Envelope | undefined, at: Ref): void {
  if (envelope instanceof PendingAsk || envelope instanceof StreamReader) envelope.target = at;
}
