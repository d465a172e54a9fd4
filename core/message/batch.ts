/**
 * A batch while it is being filled: what is sent over one channel until it is packed, in the layout of frame.ts.
 * Runs on: any.
 */
import type { WireError } from '../errors.js';
import { Argc, type AskChain } from './envelope.js';
import { type NameTable, Op, type ReplyTo, type WireChain, weightOf } from './frame.js';
import { Packed } from './packed.js';
import type { Signal } from './signal.js';

// In this file, where V8 folds them: a constant of another module is loaded and checked at each use.
const {
  tell: TELL,
  ask: ASK,
  stream: STREAM,
  run: RUN,
  again: AGAIN,
  askAgain: ASK_AGAIN,
  trace: TRACE,
  reply: REPLY,
  fail: FAIL,
  item: ITEM,
  signal: SIGNAL,
  begun: BEGUN,
  many: TO_MANY,
  name: NAME,
} = Op;
const { none: NONE, one: ONE, many: MANY } = Argc;

/** A batch being filled. */
export class Batch {
  readonly entries: unknown[] = [];
  /** User messages in it: what was admitted and is accounted for. */
  messages = 0;
  /** Entries of any kind. */
  count = 0;
  /** Estimated bytes. */
  bytes = 0;
  /** Target of the last tell, and of the last ask: most messages go where the one before went. */
  #told: Target = NOBODY;
  #asked: Target = NOBODY;
  /** Where the count of the last AGAIN is, and where it ended: at the end of the batch it can take more. */
  #countAt = 0;
  #againEnd = 0;

  constructor(readonly table: NameTable) {}

  tell(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    traceparent?: string,
  ): void {
    if (traceparent !== undefined) this.entries.push(TRACE, traceparent);
    if (argc === ONE && isSame(this.#told, slot, generation, name)) {
      this.#tellAgain(payload);
    } else {
      const number = this.#nameOf(name);
      this.#told = { slot, generation, name };
      if (argc === NONE) this.entries.push(TELL, slot, generation, number);
      else this.entries.push(TELL + argc, slot, generation, number, payload);
    }
    this.messages++;
    this.#grow(argc, payload);
  }

  #tellAgain(payload: unknown): void {
    const { entries } = this;
    if (entries.length === this.#againEnd) {
      entries[this.#countAt] = (entries[this.#countAt] as number) + 1;
      entries.push(payload);
    } else {
      this.#countAt = entries.length + 1;
      entries.push(AGAIN, 1, payload);
    }
    this.#againEnd = entries.length;
  }

  ask(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    replyTo: ReplyTo,
    traceparent?: string,
  ): void {
    if (traceparent !== undefined) this.entries.push(TRACE, traceparent);
    const { thread, epoch, ask, chain, isStream, wantsBegun } = replyTo;
    const isPlain = !isStream && wantsBegun !== true && chain === undefined;
    const asked = this.#asked;
    if (
      isPlain &&
      isSame(asked, slot, generation, name) &&
      asked.thread === thread &&
      asked.epoch === epoch
    ) {
      this.entries.push(ASK_AGAIN + argc, ask);
    } else {
      const number = this.#nameOf(name);
      this.#asked = { slot, generation, name, thread, epoch };
      const op = (isStream ? STREAM : wantsBegun === true ? RUN : ASK) + argc;
      this.entries.push(op, slot, generation, number, thread, epoch, ask, chainToWire(chain));
    }
    if (argc !== NONE) this.entries.push(payload);
    this.messages++;
    this.#grow(argc, payload);
  }

  reply(ask: number, value: unknown): void {
    this.entries.push(REPLY, ask, value);
    this.#grow(ONE, value);
  }

  fail(ask: number, error: WireError): void {
    this.entries.push(FAIL, ask, error);
    this.#grow(ONE, error.stack);
  }

  item(ask: number, value: unknown): void {
    this.entries.push(ITEM, ask, value);
    this.#grow(ONE, value);
  }

  signal(signal: Signal): void {
    this.entries.push(SIGNAL, signal);
    this.#grow(NONE, undefined);
  }

  begun(ask: number): void {
    this.entries.push(BEGUN, ask);
    this.#grow(NONE, undefined);
  }

  /** The same message to several actors of one thread: `targets` are slot, generation, slot, …. */
  many(targets: readonly number[], name: string, argc: Argc, payload: unknown): void {
    const number = this.#nameOf(name);
    this.entries.push(TO_MANY, number, argc, payload, targets);
    this.messages += targets.length / 2;
    const isPacked = payload instanceof Packed;
    this.bytes += 8 * targets.length + (isPacked ? payload.byteLength : 0);
    this.#grow(argc, isPacked ? undefined : payload);
  }

  #nameOf(name: string): number | string {
    const number = this.table.numberOf(name);
    if (number !== undefined) return number;
    if (!this.table.learn(name)) return name;
    this.entries.push(NAME, name);
    return this.table.names.length - 1;
  }

  #grow(argc: Argc, payload: unknown): void {
    this.count++;
    this.bytes += 16 + (argc === NONE ? 0 : weightOf(payload, argc === MANY ? 3 : 2));
  }
}

/** Whom a message was for, and with an ask where its answer goes. */
interface Target {
  readonly slot: number;
  readonly generation: number;
  readonly name: string;
  readonly thread?: number;
  readonly epoch?: number;
}

const NOBODY: Target = { slot: -1, generation: -1, name: '' };

function isSame(target: Target, slot: number, generation: number, name: string): boolean {
  return target.slot === slot && target.generation === generation && target.name === name;
}

function chainToWire(chain: AskChain | undefined): WireChain {
  if (chain === undefined) return null;
  const wire: (number | string)[] = [];
  for (let link: AskChain | undefined = chain; link !== undefined; link = link.up) {
    wire.push(link.slot, link.generation, link.turn, link.path);
  }
  return wire;
}
