/**
 * The sending half of a channel: gathers entries into batches, packs and posts them while there is credit, keeps
 * what waits for it, and retains what was posted until it has begun.
 *
 *   tell/ask/… ─▶ batch ─(256 messages, 32 KiB, or the end of the pass)─▶ [backlog] ─credit─▶ frame ─▶ sink
 *                                                                                           └─▶ retained
 *
 * Runs on: any.
 */
import { CodedError, errorToWire } from '../errors.js';
import { LIMITS } from '../limits.js';
import { attachedBytes } from '../message/attachments.js';
import { Batch } from '../message/batch.js';
import { messagesIn, readBatch, splitBatch } from '../message/batch-reader.js';
import { type EncodedFrame, type FrameEncoder, findUnencodable } from '../message/codec.js';
import { Argc } from '../message/envelope.js';
import { NameTable, Op, type ReplyTo } from '../message/frame.js';
import type { Signal } from '../message/signal.js';
import { Admission, type SlotTable } from '../slot-table.js';
import { Counter } from '../thread-table.js';
import { ChannelMemory, FIRST_SEQUENCE } from './channel-memory.js';
import { RetainedFrames } from './retained-frames.js';
import type { FrameSink } from './transport.js';

// In this file, where V8 folds them: a constant of another module is loaded and checked at each use.
const {
  outboxBytes: OUTBOX_BYTES,
  outboxMessages: OUTBOX_MESSAGES,
  frameMessages: FRAME_MESSAGES,
  frameBytes: FRAME_BYTES,
  frameMessagesIdle: FRAME_MESSAGES_IDLE,
} = LIMITS;
const { framesOut: FRAMES_OUT, bytesOut: BYTES_OUT } = Counter;

/** A message read out of a dead channel, to be given again or buried. */
export interface SalvagedMessage {
  readonly slot: number;
  readonly generation: number;
  readonly name: string;
  readonly argc: Argc;
  readonly payload: unknown;
  readonly traceparent: string | undefined;
  readonly replyTo: ReplyTo | undefined;
}

/** What a channel needs of its thread. */
export interface ChannelHost {
  readonly table: SlotTable;
  /** The sender's accounts, see thread-table.ts. */
  readonly counters: Float64Array;
  /** Asks for a flush at the end of the pass, or soon. */
  channelDirty(channel: OutgoingChannel): void;
  /** A message that cannot cross: its admission has been withdrawn; its asker must hear. */
  messageUnencodable(message: SalvagedMessage, error: CodedError): void;
}

export class OutgoingChannel {
  readonly memory: ChannelMemory;
  isDirty = false;
  /** Messages for its thread are held back: that thread is being vacated. Answers and signals still go. */
  isHeld = false;
  readonly #host: ChannelHost;
  readonly #sink: FrameSink;
  readonly #encoder: FrameEncoder;
  readonly #names = new NameTable();
  readonly #retained: RetainedFrames;
  #batch: Batch;
  #backlog: Batch[] = [];
  #backlogBytes = 0;
  #sequence = FIRST_SEQUENCE;
  #isClosed = false;

  constructor(
    readonly thread: number,
    /** The life of the receiving thread this channel leads to. */
    readonly epoch: number,
    host: ChannelHost,
    sink: FrameSink,
    memory: SharedArrayBuffer,
    encoder: FrameEncoder,
  ) {
    this.#host = host;
    this.#sink = sink;
    this.memory = new ChannelMemory(memory);
    this.#encoder = encoder;
    this.#retained = new RetainedFrames(this.memory);
    this.#batch = new Batch(this.#names);
  }

  /** Reserves room for one message in the target's mailbox and in this channel. */
  admit(slot: number, generation: number): Admission {
    if (this.#backlogBytes > OUTBOX_BYTES || this.memory.unposted() >= OUTBOX_MESSAGES) {
      return this.#host.table.isLive(slot, generation) ? Admission.full : Admission.stopped;
    }
    return this.#host.table.admit(slot, generation, this.memory.words, this.#host.counters);
  }

  /** Sends an admitted message. */
  tell(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    traceparent?: string,
  ): void {
    this.#batch.tell(slot, generation, name, argc, payload, traceparent);
    this.#grown();
  }

  ask(
    slot: number,
    generation: number,
    name: string,
    argc: Argc,
    payload: unknown,
    to: ReplyTo,
    traceparent?: string,
  ): void {
    this.#batch.ask(slot, generation, name, argc, payload, to, traceparent);
    this.#grown();
  }

  reply(ask: number, value: unknown): void {
    this.#batch.reply(ask, value);
    this.#grown();
  }

  fail(ask: number, error: unknown): void {
    this.#batch.fail(ask, errorToWire(error));
    this.#grown();
  }

  item(ask: number, value: unknown): void {
    this.#batch.item(ask, value);
    this.#grown();
  }

  signal(signal: Signal): void {
    this.#batch.signal(signal);
    this.#grown();
  }

  /** Tells an asker that its message begins: at once, since what begins may keep this thread. */
  begun(ask: number): void {
    this.#batch.begun(ask);
    this.flush();
  }

  /** Sends one message, admitted by each of its targets: slot, generation, slot, …. */
  tellMany(targets: readonly number[], name: string, argc: Argc, payload: unknown): void {
    this.#batch.many(targets, name, argc, payload);
    this.#grown();
  }

  /** Posts all that credit allows. */
  flush(): void {
    this.isDirty = false;
    if (this.#isClosed) return;
    let sent = 0;
    while (sent < this.#backlog.length && this.#trySend(this.#backlog[sent] as Batch)) {
      this.#backlogBytes -= (this.#backlog[sent] as Batch).bytes;
      sent++;
    }
    if (sent > 0) this.#backlog = this.#backlog.slice(sent);
    if (this.#backlog.length > 0 || this.#batch.count === 0) return;
    const batch = this.#batch;
    if (batch.messages > 0 && !this.#hasCredit()) return;
    this.#batch = new Batch(this.#names);
    this.#send(batch);
  }

  /** True while messages wait on this side. */
  get isStarved(): boolean {
    return this.#backlog.length > 0 || this.#batch.count > 0;
  }

  /**
   * After the receiver's death: ends the channel and reads out every message that had not begun, oldest first.
   * Signals and replies are not among them; those who sent them send them again where they still matter.
   */
  salvage(): SalvagedMessage[] {
    this.#isClosed = true;
    const found: SalvagedMessage[] = [];
    const names = new NameTable();
    for (const name of this.#names.names) names.learn(name);
    for (const frame of this.#retained.frames()) {
      if (frame.bytes === undefined) continue;
      const entries = this.#encoder.decoderFor(frame.epoch).decode(frame.bytes) as unknown[];
      let sequence = frame.first;
      collect(entries, names, (message) => {
        if (!this.memory.hasBegun(sequence++)) found.push(message);
      });
    }
    for (const batch of [...this.#backlog, this.#batch]) {
      collect(batch.entries, names, (message) => found.push(message));
    }
    this.#backlog = [];
    this.#sink.close();
    return found;
  }

  close(): void {
    if (this.#isClosed) return;
    this.flush();
    this.#isClosed = true;
    this.#sink.close();
  }

  #grown(): void {
    const batch = this.#batch;
    if (this.#isDue(batch)) {
      this.#batch = new Batch(this.#names);
      if (this.#backlog.length > 0 || !this.#trySend(batch)) {
        this.#backlog.push(batch);
        this.#backlogBytes += batch.bytes;
      }
    } else if (!this.isDirty) {
      this.isDirty = true;
      this.#host.channelDirty(this);
    }
  }

  /** True when it should not wait for more: it is large enough, or the receiver has nothing left to do. */
  #isDue({ count, bytes }: Batch): boolean {
    if (count >= FRAME_MESSAGES || bytes >= FRAME_BYTES) return true;
    return count % FRAME_MESSAGES_IDLE === 0 && this.memory.inFlightBytes() === 0;
  }

  #hasCredit(): boolean {
    return this.memory.hasCredit() || this.memory.starve();
  }

  /** Replies and signals spend no credit, so a batch without messages always goes. */
  #trySend(batch: Batch): boolean {
    if (this.#isClosed || (batch.messages > 0 && !this.#hasCredit())) return false;
    this.#send(batch);
    return true;
  }

  #send(batch: Batch): void {
    let frame: EncodedFrame;
    let messages = batch.messages;
    try {
      frame = this.#encoder.encode(batch.entries);
    } catch {
      const left = this.#withoutUnencodable(batch.entries);
      messages = left.messages;
      if (left.entries.length === 0) return;
      frame = this.#encoder.encode(left.entries);
    }
    const length = frame.bytes.length + attachedBytes(frame.attachments);
    this.#sink.send(frame.bytes, frame.attachments, frame.transfer);
    this.memory.posted(messages, length);
    const counters = this.#host.counters;
    counters[FRAMES_OUT] = (counters[FRAMES_OUT] as number) + 1;
    counters[BYTES_OUT] = (counters[BYTES_OUT] as number) + length;
    if (messages === 0) return;
    const isRetainable =
      frame.attachments === undefined && frame.bytes.length <= LIMITS.creditBytes;
    const bytes = isRetainable ? frame.bytes : undefined;
    this.#retained.add({ bytes, epoch: frame.epoch, first: this.#sequence, messages });
    this.#encoder.forgetEpochsBefore(this.#retained.oldestEpoch ?? frame.epoch);
    this.#sequence += messages;
  }

  /** Leaves the culprits out; their askers hear, the rest is sent. */
  #withoutUnencodable(entries: readonly unknown[]): { entries: unknown[]; messages: number } {
    const kept: unknown[] = [];
    let messages = 0;
    const parts = splitBatch(entries);
    const faults = this.#encoder.faultsOf(parts);
    for (const [i, part] of parts.entries()) {
      const op = part[0] as number;
      const isMessage = op < Op.trace;
      const fault = faults[i];
      if (fault === undefined) {
        kept.push(...part);
        messages += messagesIn(part);
      } else if (op === Op.reply || op === Op.item) {
        kept.push(Op.fail, part[1], errorToWire(this.#named(part, fault)));
      } else if (isMessage || op === Op.many) {
        this.#bury(part, this.#named(part, fault));
      }
    }
    return { entries: kept, messages };
  }

  /** A message that cannot cross is taken back out of the journal's count and its target's depth. */
  #bury(part: unknown[], error: CodedError): void {
    collect(part, this.#names, (message) => {
      this.#host.table.withdraw(message.slot);
      this.memory.dropped();
      this.#host.messageUnencodable(message, error);
    });
  }

  /** The same fault with the handler's name, and where in its arguments the culprit stands. */
  #named(part: unknown[], fault: CodedError): CodedError {
    if (fault.code !== 'MESSAGE_NOT_ENCODABLE') return fault;
    const op = part[0] as number;
    const isMessage = op < Op.trace;
    const payload = part.at(-1);
    const isOne = isMessage && op % 3 === Argc.one;
    const at = findUnencodable(isOne ? [payload] : payload, isMessage ? 'args' : 'reply');
    const handler = isMessage ? this.#nameIn(part) : '';
    const where = isMessage ? `the arguments of "${handler}"` : 'a reply';
    const text = `expected ${where} to be able to cross threads, got ${at?.what ?? fault.message} at ${at?.path ?? 'an unknown place'}`;
    const details = { handler, path: at?.path ?? '', what: at?.what ?? '' };
    return new CodedError('MESSAGE_NOT_ENCODABLE', text, { details, cause: fault });
  }

  #nameIn(part: unknown[]): string {
    const number = part[3] as number | string;
    return typeof number === 'string' ? number : (this.#names.names[number] as string);
  }
}

function collect(
  entries: readonly unknown[],
  names: NameTable,
  found: (message: SalvagedMessage) => void,
): void {
  const ignore = (): void => {};
  readBatch(entries, names, {
    tell: (slot, generation, name, argc, payload, traceparent) =>
      found({ slot, generation, name, argc, payload, traceparent, replyTo: undefined }),
    ask: (slot, generation, name, argc, payload, traceparent, replyTo) =>
      found({ slot, generation, name, argc, payload, traceparent, replyTo }),
    reply: ignore,
    fail: ignore,
    item: ignore,
    signal: ignore,
    begun: ignore,
  });
}
