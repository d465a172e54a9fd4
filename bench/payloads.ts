/**
 * What is sent over threads in the `tell/...` benchmarks: the messages, how many, and what a
 * receiver adds up so that received = sent can be checked. Receivers on threads import this too.
 * Runs on: any.
 */

/** A four-field message, new for every tell. */
export interface FourFields {
  readonly type: 'visit';
  readonly id: number;
  readonly by: string;
  readonly who: string;
}

/** A message of about 1 kB, nearly all of it text. */
export interface Text {
  readonly id: number;
  readonly subject: string;
  readonly text: string;
}

export interface Payload<T> {
  /** Messages in one measurement. */
  readonly tells: number;
  /**
   * The message number `index`. Buffers are the same one each time: they are copied on their way.
   */
  readonly make: (index: number) => T;
  /** What the receiver adds up for the message it got; the sender expects the same sum. */
  readonly weigh: (message: T) => number;
}

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(21);
const BUFFER_64_KB = patterned(64 * 1024);
const BUFFER_8_MB = patterned(8 * 1024 * 1024);

export const PAYLOADS = {
  number: payload({ tells: 400_000, make: (index) => index, weigh: (message: number) => message }),
  'four-fields': payload({
    tells: 400_000,
    make: (index): FourFields => ({ type: 'visit', id: index, by: 'gate-17', who: 'Ada' }),
    weigh: (message) => message.id + message.by.length + message.who.length,
  }),
  'text-1kb': payload({
    tells: 50_000,
    make: (index): Text => ({ id: index, subject: 'a pangram', text: TEXT }),
    weigh: (message) => message.id + message.text.length,
  }),
  'buffer-64kb': payload({ tells: 4_000, make: () => BUFFER_64_KB, weigh: weighBuffer }),
  'buffer-8mb': payload({ tells: 32, make: () => BUFFER_8_MB, weigh: weighBuffer }),
} as const;

/** The payloads by name: `tell/NAME` is the benchmark. */
export type PayloadName = keyof typeof PAYLOADS;

/**
 * A payload by name, its message type forgotten: for senders and receivers that handle any of them.
 */
export function payloadOf(name: PayloadName): Payload<unknown> {
  return PAYLOADS[name] as Payload<unknown>;
}

/** What a receiver's sum has to be after the first `tells` messages of a payload. */
export function expectedWeight(name: PayloadName, tells: number): number {
  const { make, weigh } = payloadOf(name);
  let sum = 0;
  for (let index = 0; index < tells; index++) sum += weigh(make(index));
  return sum;
}

function payload<T>(spec: Payload<T>): Payload<T> {
  return spec;
}

function patterned(bytes: number): Uint8Array {
  const buffer = new Uint8Array(bytes);
  for (let index = 0; index < bytes; index++) buffer[index] = index & 0xff;
  return buffer;
}

/** First and last byte beside the length: all of it arrived, at the right place. */
function weighBuffer(buffer: Uint8Array): number {
  return buffer.byteLength + buffer[0]! + buffer[buffer.byteLength - 1]!;
}
