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
 *
 * `name` is the number a NAME entry gave, or the text itself once a channel has learned its share.
 * Runs on: any.
 */
import type { WireError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { Argc, type AskChain } from './envelope.js';
import { Packed } from './packed.js';
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

/** A batch being filled. */
export class Batch {
  readonly entries: unknown[] = [];
  /** User messages in it: what was admitted and is accounted for. */
  messages = 0;
  /** Entries of any kind. */
  count = 0;
  /** Estimated bytes. */
  bytes = 0;

  constructor(readonly table: NameTable) {}

  tell(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    traceparent?: string,
  ): void {
    if (traceparent !== undefined) this.entries.push(Op.trace, traceparent);
    const number = this.#nameOf(name);
    if (argc === Argc.none) this.entries.push(Op.tell, slot, generation, number);
    else this.entries.push(Op.tell + argc, slot, generation, number, payload);
    this.messages++;
    this.#grow(argc, payload);
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
    if (traceparent !== undefined) this.entries.push(Op.trace, traceparent);
    const number = this.#nameOf(name);
    const { thread, epoch, ask, isStream, wantsBegun } = replyTo;
    const op = (isStream ? Op.stream : wantsBegun === true ? Op.run : Op.ask) + argc;
    this.entries.push(op, slot, generation, number, thread, epoch, ask, chainToWire(replyTo.chain));
    if (argc !== Argc.none) this.entries.push(payload);
    this.messages++;
    this.#grow(argc, payload);
  }

  reply(ask: number, value: unknown): void {
    this.entries.push(Op.reply, ask, value);
    this.#grow(Argc.one, value);
  }

  fail(ask: number, error: WireError): void {
    this.entries.push(Op.fail, ask, error);
    this.#grow(Argc.one, error.stack);
  }

  item(ask: number, value: unknown): void {
    this.entries.push(Op.item, ask, value);
    this.#grow(Argc.one, value);
  }

  signal(signal: Signal): void {
    this.entries.push(Op.signal, signal);
    this.#grow(Argc.none, undefined);
  }

  begun(ask: number): void {
    this.entries.push(Op.begun, ask);
    this.#grow(Argc.none, undefined);
  }

  /** The same message to several actors of one thread: `targets` are slot, generation, slot, …. */
  many(targets: readonly number[], name: string, argc: Argc, payload: unknown): void {
    const number = this.#nameOf(name);
    this.entries.push(Op.many, number, argc, payload, targets);
    this.messages += targets.length / 2;
    const isPacked = payload instanceof Packed;
    this.bytes += 8 * targets.length + (isPacked ? payload.byteLength : 0);
    this.#grow(argc, isPacked ? undefined : payload);
  }

  #nameOf(name: string): number | string {
    const number = this.table.numberOf(name);
    if (number !== undefined) return number;
    if (!this.table.learn(name)) return name;
    this.entries.push(Op.name, name);
    return this.table.names.length - 1;
  }

  #grow(argc: Argc, payload: unknown): void {
    this.count++;
    this.bytes += 16 + (argc === Argc.none ? 0 : weightOf(payload, argc === Argc.many ? 3 : 2));
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

/** Reads every entry in order. `names` is the channel's table on the reading side and learns from NAME entries. */
export function readBatch(
  entries: readonly unknown[],
  names: NameTable,
  visitor: BatchVisitor,
): void {
  let traceparent: string | undefined;
  let i = 0;
  const end = entries.length;
  while (i < end) {
    const op = entries[i] as number;
    if (op < Op.ask) {
      const slot = entries[i + 1] as number;
      const generation = entries[i + 2] as number;
      const number = entries[i + 3] as number | string;
      const name = typeof number === 'string' ? number : (names.names[number] as string);
      const payload = op === 0 ? undefined : entries[i + 4];
      i += op === 0 ? 4 : 5;
      visitor.tell(slot, generation, name, op as Argc, payload, traceparent);
      traceparent = undefined;
    } else if (op < Op.trace) {
      const argc = (op % 3) as Argc;
      const number = entries[i + 3] as number | string;
      const name = typeof number === 'string' ? number : (names.names[number] as string);
      const payload = argc === Argc.none ? undefined : entries[i + 8];
      visitor.ask(
        entries[i + 1] as number,
        entries[i + 2] as number,
        name,
        argc,
        payload,
        traceparent,
        replyToAt(entries, i),
      );
      traceparent = undefined;
      i += argc === Argc.none ? 8 : 9;
    } else if (op === Op.reply) {
      visitor.reply(entries[i + 1] as number, entries[i + 2]);
      i += 3;
    } else if (op === Op.item) {
      visitor.item(entries[i + 1] as number, entries[i + 2]);
      i += 3;
    } else if (op === Op.fail) {
      visitor.fail(entries[i + 1] as number, entries[i + 2] as WireError);
      i += 3;
    } else if (op === Op.signal) {
      visitor.signal(entries[i + 1] as Signal);
      i += 2;
    } else if (op === Op.begun) {
      visitor.begun(entries[i + 1] as number);
      i += 2;
    } else if (op === Op.many) {
      readMany(entries, i, names, visitor);
      i += 5;
    } else {
      if (op === Op.name) names.learn(entries[i + 1] as string);
      else traceparent = entries[i + 1] as string;
      i += 2;
    }
  }
}

/** Cuts a batch into its entries, so that one that cannot be packed can be found and left out. */
export function splitBatch(entries: readonly unknown[]): unknown[][] {
  const parts: unknown[][] = [];
  let i = 0;
  while (i < entries.length) {
    const length = entryLength(entries[i] as number);
    parts.push(entries.slice(i, i + length));
    i += length;
  }
  return parts;
}

function entryLength(op: number): number {
  if (op < Op.ask) return op === 0 ? 4 : 5;
  if (op < Op.trace) return op % 3 === Argc.none ? 8 : 9;
  if (op === Op.many) return 5;
  return op === Op.reply || op === Op.fail || op === Op.item ? 3 : 2;
}

/** How many messages an entry stands for. */
export function messagesIn(part: readonly unknown[]): number {
  const op = part[0] as number;
  if (op === Op.many) return (part[4] as number[]).length / 2;
  return op < Op.trace ? 1 : 0;
}

/** All targets in a thread get the same value: it is unpacked once. */
function readMany(
  entries: readonly unknown[],
  i: number,
  names: NameTable,
  visitor: BatchVisitor,
): void {
  const number = entries[i + 1] as number | string;
  const name = typeof number === 'string' ? number : (names.names[number] as string);
  const argc = entries[i + 2] as Argc;
  const sent = entries[i + 3];
  const payload = sent instanceof Packed ? sent.open() : sent;
  const targets = entries[i + 4] as number[];
  for (let at = 0; at < targets.length; at += 2) {
    visitor.tell(targets[at] as number, targets[at + 1] as number, name, argc, payload, undefined);
  }
}

function replyToAt(entries: readonly unknown[], i: number): ReplyTo {
  return {
    thread: entries[i + 4] as number,
    epoch: entries[i + 5] as number,
    ask: entries[i + 6] as number,
    chain: chainFromWire(entries[i + 7] as WireChain),
    isStream: (entries[i] as number) >= Op.stream && (entries[i] as number) < Op.run,
    wantsBegun: (entries[i] as number) >= Op.run,
  };
}

function chainToWire(chain: AskChain | undefined): WireChain {
  if (chain === undefined) return null;
  const wire: (number | string)[] = [];
  for (let link: AskChain | undefined = chain; link !== undefined; link = link.up) {
    wire.push(link.slot, link.generation, link.turn, link.path);
  }
  return wire;
}

function chainFromWire(wire: WireChain): AskChain | undefined {
  if (wire === null) return undefined;
  let chain: AskChain | undefined;
  for (let i = wire.length - 4; i >= 0; i -= 4) {
    chain = {
      slot: wire[i] as number,
      generation: wire[i + 1] as number,
      turn: wire[i + 2] as number,
      path: wire[i + 3] as string,
      up: chain,
      length: (chain?.length ?? 0) + 1,
    };
  }
  return chain;
}
