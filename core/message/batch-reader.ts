/**
 * A batch taken apart again, in the layout of frame.ts: entry by entry for a receiver, or cut into entries that are
 * whole in themselves.
 * Runs on: any.
 */
import type { WireError } from '../errors.js';
import { Argc, type AskChain } from './envelope.js';
import { type BatchVisitor, type NameTable, Op, type ReplyTo, type WireChain } from './frame.js';
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
const { none: NONE, one: ONE } = Argc;

/** Reads every entry in order. `names` is the channel's table on the reading side and learns from NAME entries. */
export function readBatch(
  entries: readonly unknown[],
  names: NameTable,
  visitor: BatchVisitor,
): void {
  let traceparent: string | undefined;
  let i = 0;
  /** Where the last tell and the last ask stand. */
  let told = 0;
  let asked = 0;
  const end = entries.length;
  while (i < end) {
    const op = entries[i] as number;
    if (op === AGAIN) {
      const slot = entries[told + 1] as number;
      const generation = entries[told + 2] as number;
      const number = entries[told + 3] as number | string;
      const name = typeof number === 'string' ? number : (names.names[number] as string);
      const until = i + 2 + (entries[i + 1] as number);
      for (i += 2; i < until; i++) {
        visitor.tell(slot, generation, name, ONE, entries[i], traceparent);
        traceparent = undefined;
      }
    } else if (op < ASK) {
      told = i;
      const slot = entries[i + 1] as number;
      const generation = entries[i + 2] as number;
      const number = entries[i + 3] as number | string;
      const name = typeof number === 'string' ? number : (names.names[number] as string);
      const payload = op === 0 ? undefined : entries[i + 4];
      i += op === 0 ? 4 : 5;
      visitor.tell(slot, generation, name, op as Argc, payload, traceparent);
      traceparent = undefined;
    } else if (op < TRACE) {
      asked = i;
      const argc = (op % 3) as Argc;
      const number = entries[i + 3] as number | string;
      const name = typeof number === 'string' ? number : (names.names[number] as string);
      const payload = argc === NONE ? undefined : entries[i + 8];
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
      i += argc === NONE ? 8 : 9;
    } else if (op >= ASK_AGAIN) {
      const argc = (op - ASK_AGAIN) as Argc;
      const number = entries[asked + 3] as number | string;
      visitor.ask(
        entries[asked + 1] as number,
        entries[asked + 2] as number,
        typeof number === 'string' ? number : (names.names[number] as string),
        argc,
        argc === NONE ? undefined : entries[i + 2],
        traceparent,
        replyAgain(entries, asked, entries[i + 1] as number),
      );
      traceparent = undefined;
      i += argc === NONE ? 2 : 3;
    } else if (op === REPLY) {
      visitor.reply(entries[i + 1] as number, entries[i + 2]);
      i += 3;
    } else if (op === ITEM) {
      visitor.item(entries[i + 1] as number, entries[i + 2]);
      i += 3;
    } else if (op === FAIL) {
      visitor.fail(entries[i + 1] as number, entries[i + 2] as WireError);
      i += 3;
    } else if (op === SIGNAL) {
      visitor.signal(entries[i + 1] as Signal);
      i += 2;
    } else if (op === BEGUN) {
      visitor.begun(entries[i + 1] as number);
      i += 2;
    } else if (op === TO_MANY) {
      readMany(entries, i, names, visitor);
      i += 5;
    } else {
      if (op === NAME) names.learn(entries[i + 1] as string);
      else traceparent = entries[i + 1] as string;
      i += 2;
    }
  }
}

/** Cuts a batch into its entries, each whole in itself, so that one that cannot be packed can be found and left out. */
export function splitBatch(entries: readonly unknown[]): unknown[][] {
  const parts: unknown[][] = [];
  let told: readonly unknown[] = [];
  let asked: readonly unknown[] = [];
  let i = 0;
  while (i < entries.length) {
    const op = entries[i] as number;
    const length = op === AGAIN ? 2 + (entries[i + 1] as number) : entryLength(op);
    const part = entries.slice(i, i + length);
    i += length;
    if (op < ASK) told = part;
    else if (op < TRACE) asked = part;
    if (op === AGAIN)
      for (const payload of part.slice(2)) parts.push([TELL + ONE, ...told.slice(1, 4), payload]);
    else parts.push(op >= ASK_AGAIN ? wholeAsk(asked, part) : part);
  }
  return parts;
}

function wholeAsk(asked: readonly unknown[], again: readonly unknown[]): unknown[] {
  const op = ASK + (again[0] as number) - ASK_AGAIN;
  return [op, ...asked.slice(1, 6), again[1], null, ...again.slice(2)];
}

function entryLength(op: number): number {
  if (op < ASK) return op === 0 ? 4 : 5;
  if (op < TRACE) return op % 3 === NONE ? 8 : 9;
  if (op === TO_MANY) return 5;
  if (op >= ASK_AGAIN) return op - ASK_AGAIN === NONE ? 2 : 3;
  return op === REPLY || op === FAIL || op === ITEM ? 3 : 2;
}

/** How many messages an entry stands for. */
export function messagesIn(part: readonly unknown[]): number {
  const op = part[0] as number;
  if (op === TO_MANY) return (part[4] as number[]).length / 2;
  return op < TRACE ? 1 : 0;
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
    isStream: (entries[i] as number) >= STREAM && (entries[i] as number) < RUN,
    wantsBegun: (entries[i] as number) >= RUN,
  };
}

function replyAgain(entries: readonly unknown[], asked: number, ask: number): ReplyTo {
  return {
    thread: entries[asked + 4] as number,
    epoch: entries[asked + 5] as number,
    ask,
    chain: undefined,
    isStream: false,
    wantsBegun: false,
  };
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
