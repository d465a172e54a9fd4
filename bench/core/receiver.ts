/**
 * The actors of the rows about sending: one that takes payloads and says what came, one that adds.
 * Runs on: any.
 */
import { type ActorRef, defineActor, type ProtocolOf } from '../../core/index.js';
import { expectEqual } from '../bench-error.js';
import { expectedWeight, type PayloadName, payloadOf } from '../payloads.js';
import { perSecond } from '../timing.js';

/** What a receiver got since `begin`. */
export interface Receipt {
  readonly count: number;
  readonly sum: number;
}

/** Takes the messages of a payload and adds up their weights. */
export const receiver = defineActor(import.meta.url, 'receiver', () => {
  let weigh = payloadOf('number').weigh;
  let count = 0;
  let sum = 0;
  return {
    begin(name: PayloadName) {
      weigh = payloadOf(name).weigh;
      count = 0;
      sum = 0;
    },
    take(message: unknown) {
      count++;
      sum += weigh(message);
    },
    /** Answers the weight of one message. */
    weight: (message: unknown): number => weigh(message),
    receipt: (): Receipt => ({ count, sum }),
  };
});

export type ReceiverRef = ActorRef<ProtocolOf<typeof receiver>>;

/** Adds two numbers. */
export const adder = defineActor(import.meta.url, 'adder', () => ({
  add: (a: number, b: number) => a + b,
}));

export type AdderRef = ActorRef<ProtocolOf<typeof adder>>;

/** A receipt may wait behind a flood. */
const RECEIPT_MS_MAX = 60_000;

/**
 * Sends the first `tells` messages of a payload and waits until all have been handled. `tell` waits
 * only where the mailbox or the way to it is full, `send` awaits every message. Resolves to messages
 * a second; throws ANSWER_WRONG when one is missing.
 */
export async function flood(
  ref: ReceiverRef,
  name: PayloadName,
  { how, tells }: { readonly how: 'tell' | 'send'; readonly tells: number },
): Promise<number> {
  const { make } = payloadOf(name);
  await ref.ask('begin', name);
  let receipt: Receipt = { count: 0, sum: 0 };
  const rate = await perSecond(tells, async () => {
    for (let index = 0; index < tells; index++) {
      if (how === 'send') await ref.send('take', make(index));
      else if (ref.tell('take', make(index)) !== 'accepted') await ref.send('take', make(index));
    }
    receipt = await ref.with({ deadlineMs: RECEIPT_MS_MAX, whenFull: 'wait' }).ask('receipt');
  });
  expectEqual(`${name} received`, receipt.count, tells);
  expectEqual(`sum of ${name} received`, receipt.sum, weightOf(name, tells));
  return rate;
}

/**
 * Asks for the weight of `asks` messages of a payload, `inFlight` at a time. Resolves to asks a
 * second; every answer is checked.
 */
export async function askFlood(
  ref: ReceiverRef,
  name: PayloadName,
  { asks, inFlight }: { readonly asks: number; readonly inFlight: number },
): Promise<number> {
  const { make } = payloadOf(name);
  const asking = ref.with({ whenFull: 'wait' });
  await ref.ask('begin', name);
  let next = 0;
  let sum = 0;
  const loop = async (): Promise<void> => {
    while (next < asks) {
      const weight = await asking.ask('weight', make(next++));
      sum += weight;
    }
  };
  const rate = await perSecond(asks, () => Promise.all(Array.from({ length: inFlight }, loop)));
  expectEqual(`sum of ${name} answered`, sum, weightOf(name, asks));
  return rate;
}

const weights = new Map<string, number>();

/** Computed once: adding up is not what is measured. */
function weightOf(name: PayloadName, tells: number): number {
  const key = `${name} ${tells}`;
  const weight = weights.get(key) ?? expectedWeight(name, tells);
  weights.set(key, weight);
  return weight;
}
