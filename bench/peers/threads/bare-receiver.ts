/**
 * The receiving thread of the bare postMessage benchmarks: one receiver per port. A port gets a
 * setup, then messages (or arrays of them), then null; it answers with what it received.
 * Runs on: thread.
 */
import { type MessagePort, workerData } from 'node:worker_threads';
import { type PayloadName, payloadOf } from '../../payloads.js';

/** What a port is told before the messages of one measurement. */
export interface Setup {
  readonly payload: PayloadName;
  readonly isBatched: boolean;
}

/** What a port answers after null. */
export interface Receipt {
  readonly count: number;
  readonly sum: number;
}

function receive(port: MessagePort): void {
  let weigh: ((message: unknown) => number) | undefined;
  let isBatched = false;
  let count = 0;
  let sum = 0;
  port.on('message', (message: unknown) => {
    if (weigh === undefined) {
      const setup = message as Setup;
      weigh = payloadOf(setup.payload).weigh;
      isBatched = setup.isBatched;
      count = 0;
      sum = 0;
    } else if (message === null) {
      weigh = undefined;
      const receipt: Receipt = { count, sum };
      port.postMessage(receipt);
    } else if (isBatched) {
      for (const one of message as unknown[]) {
        count++;
        sum += weigh(one);
      }
    } else {
      count++;
      sum += weigh(message);
    }
  });
  port.postMessage('ready');
}

for (const port of (workerData as { readonly ports: readonly MessagePort[] }).ports) receive(port);
