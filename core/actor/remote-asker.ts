/**
 * An asker on another thread: its answers go into the channel to that thread, unless that life of it is over. One of
 * this thread came back by another, after its ask had ended or its life had: it hears nothing.
 * Runs on: any.
 */
import type { AskChain, Asker } from '../message/envelope.js';
import type { ReplyTo } from '../message/frame.js';
import type { AskTarget, Awaiting } from './ask.js';
import type { CellHost } from './cell-host.js';

export class RemoteAsker implements Asker {
  #isDone = false;

  constructor(
    readonly host: CellHost,
    readonly replyTo: ReplyTo,
  ) {}

  get chain(): AskChain | undefined {
    return this.replyTo.chain;
  }

  get isStream(): boolean {
    return this.replyTo.isStream;
  }

  reply(value: unknown): void {
    if (this.#end()) this.#channel()?.reply(this.replyTo.ask, value);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#channel()?.fail(this.replyTo.ask, error);
  }

  get wantsBegun(): boolean {
    return this.replyTo.wantsBegun === true;
  }

  begins(): void {
    if (!this.#isDone) this.#channel()?.begun(this.replyTo.ask);
  }

  item(value: unknown): void {
    if (!this.#isDone) this.#channel()?.item(this.replyTo.ask, value);
  }

  /** A forwarded ask: its asker must know on whom the answer depends now. */
  moved({ slot, generation, thread }: AskTarget): void {
    const { ask } = this.replyTo;
    this.#channel()?.signal({ type: 'askMoved', ask, slot, generation, thread });
  }

  /** True when nobody is left there to hear. */
  get isGone(): boolean {
    return this.#channel() === undefined;
  }

  #end(): boolean {
    const wasDone = this.#isDone;
    this.#isDone = true;
    return !wasDone;
  }

  #channel(): ReturnType<CellHost['channelTo']> {
    const { thread, epoch } = this.replyTo;
    if (thread === this.host.thread) return undefined;
    const channel = this.host.channelTo(thread);
    return channel?.epoch === epoch ? channel : undefined;
  }
}

/** Where the answer of a message goes, for another thread to send it there. */
export function replyToOf(host: CellHost, asker: Asker): ReplyTo {
  if (asker instanceof RemoteAsker) return asker.replyTo;
  const { chain, isStream, wantsBegun = false } = asker;
  const ask = host.asks.register(asker as Awaiting);
  return { thread: host.thread, epoch: host.epoch, ask, chain, isStream, wantsBegun };
}
