/**
 * The layout of a batch: what a frame holds before it is packed. One flat array, entries one after the other,
 * each begun by its operation; packing a whole batch at once is several times cheaper than message by message.
 *
 *   TELL + argc   slot generation name [payload]
 *   ASK + argc    slot generation name thread epoch ask chain [payload]      (thread.ask hears the answer)
 *   STREAM + argc the same, answered by items
 *   RUN + argc    the same as ASK, whose asker also hears when its message begins
 *   TRACE         traceparent                      for the next entry
 *   NAME          text                             gives the next number to a handler name
 *   REPLY / FAIL / ITEM   ask value
 *   SIGNAL        signal
 *   BEGUN         ask
 *   MANY          name argc payload [slot generation …]   one payload, a message to each
 *   AGAIN         count payload …         so many TELLs of one argument, with slot, generation and name of the tell before
 *   AGAIN_ASK + argc   ask [payload]      ASK without a chain, else as the ask before it
 *
 * `name` is the number a NAME entry gave, or the text itself once a channel has learned its share.
 * Runs on: any.
 */
import type { WireError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Argc, AskChain } from './envelope.js';
import type { Signal } from './signal.js';

export const Op = {
  tell: 0,
  ask: 3,
  stream: 6,
  run: 9,
  trace: 12,
  name: 13,
  reply: 14,
  fail: 15,
  item: 16,
  signal: 17,
  begun: 18,
  many: 19,
  again: 20,
  askAgain: 21,
} as const;

/** The chain as it travels: slot, generation, turn, path of each actor that waits, newest first. */
export type WireChain = readonly (number | string)[] | null;

/** Where the answer of a message goes. */
export interface ReplyTo {
  readonly thread: number;
  readonly epoch: number;
  readonly ask: number;
  readonly chain: AskChain | undefined;
  readonly isStream: boolean;
  /** The asker wants to hear when its message begins. */
  readonly wantsBegun?: boolean;
}

/** What a reader of batches does with each kind of entry. */
export interface BatchVisitor {
  tell(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    traceparent: string | undefined,
  ): void;
  ask(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    traceparent: string | undefined,
    replyTo: ReplyTo,
  ): void;
  reply(ask: number, value: unknown): void;
  fail(ask: number, error: WireError): void;
  item(ask: number, value: unknown): void;
  signal(signal: Signal): void;
  begun(ask: number): void;
}

/** Handler names by number, the same on both sides of a channel. */
export class NameTable {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  #lastName: string | undefined = undefined;
  #lastNumber = -1;

  /** The number of a name, or undefined when it has none yet. */
  numberOf(name: string): number | undefined {
    if (name === this.#lastName) return this.#lastNumber;
    const number = this.#numbers.get(name);
    if (number !== undefined) {
      this.#lastName = name;
      this.#lastNumber = number;
    }
    return number;
  }

  /** Gives the next number to a name; false when the table is full. */
  learn(name: string): boolean {
    if (this.names.length >= LIMITS.handlerNamesPerChannel) return false;
    this.#numbers.set(name, this.names.length);
    this.names.push(name);
    return true;
  }
}

/**
 * Estimated bytes of a value: strings and binaries down to `depth` levels of plain objects and arrays; what
 * lies deeper counts a little. Cheap rather than exact; it bounds batches and mailboxes.
 */
export function weightOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  const { constructor: Class } = value;
  if (Class === Object) return depth === 0 ? 16 : weightOfObject(value, depth);
  if (Class === Array) return depth === 0 ? 16 : weightOfArray(value as unknown[], depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  return 16;
}

function weightOfObject(value: object, depth: number): number {
  let sum = 8;
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    sum += typeof inner === 'number' ? 8 : weightOf(inner, depth - 1);
  }
  return sum;
}

/** Looks at the first few items and takes the rest to be like them. */
function weightOfArray(value: readonly unknown[], depth: number): number {
  const looked = Math.min(value.length, 16);
  let sum = 8;
  for (let i = 0; i < looked; i++) sum += weightOf(value[i], depth - 1);
  return looked === value.length ? sum : Math.ceil((sum / looked) * value.length);
}
