/**
 * The receiving half of a channel: takes frames apart in order, numbers the messages as the sender does, and gives
 * the credit back. After the sender's death and its last frame it knows which admissions never came.
 * Runs on: any.
 */
import { attachedBytes } from '../message/attachments.js';
import { readBatch } from '../message/batch-reader.js';
import type { FrameDecoder } from '../message/codec.js';
import { type BatchVisitor, NameTable } from '../message/frame.js';
import { begunMark, ChannelMemory, FIRST_SEQUENCE } from './channel-memory.js';
import type { FrameSource } from './transport.js';

/** What the host does with what arrives; messages come with their begun mark. */
export interface Receiver extends BatchVisitor {
  /** Set by the channel before each message: its begun mark, to be kept with it. */
  mark: number;
}

export interface IncomingEvents {
  /** After each frame: its entries have all been handed over. */
  taken(channel: IncomingChannel, wasStarved: boolean): void;
  /** Once, after the last frame. */
  closed(channel: IncomingChannel): void;
}

export class IncomingChannel {
  readonly memory: ChannelMemory;
  /** True once the sender's end is gone and every frame has been read. */
  isClosed = false;
  readonly #names = new NameTable();
  readonly #visitor: BatchVisitor;
  #sequence = FIRST_SEQUENCE;

  constructor(
    readonly thread: number,
    readonly epoch: number,
    memory: SharedArrayBuffer,
    readonly source: FrameSource,
    readonly decoder: FrameDecoder,
    receiver: Receiver,
    events: IncomingEvents,
  ) {
    this.memory = new ChannelMemory(memory);
    this.#visitor = this.#numbering(receiver);
    source.start(
      (bytes, attachments) => {
        const length = bytes.length + attachedBytes(attachments);
        readBatch(decoder.decode(bytes, attachments) as unknown[], this.#names, this.#visitor);
        events.taken(this, this.memory.take(length));
      },
      () => {
        this.isClosed = true;
        events.closed(this);
      },
    );
  }

  /** Messages that have come. */
  get received(): number {
    return this.#sequence - FIRST_SEQUENCE;
  }

  close(): void {
    this.source.close();
  }

  #numbering(receiver: Receiver): BatchVisitor {
    const { thread } = this;
    return {
      tell: (slot, generation, name, argc, payload, traceparent) => {
        receiver.mark = begunMark(thread, this.#sequence++);
        receiver.tell(slot, generation, name, argc, payload, traceparent);
      },
      ask: (slot, generation, name, argc, payload, traceparent, replyTo) => {
        receiver.mark = begunMark(thread, this.#sequence++);
        receiver.ask(slot, generation, name, argc, payload, traceparent, replyTo);
      },
      reply: (ask, value) => receiver.reply(ask, value),
      fail: (ask, error) => receiver.fail(ask, error),
      item: (ask, value) => receiver.item(ask, value),
      signal: (signal) => receiver.signal(signal),
      begun: (ask) => receiver.begun(ask),
    };
  }
}
