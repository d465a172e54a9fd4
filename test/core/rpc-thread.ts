/**
 * The other thread of the rpc tests: serves by the port it is given, or calls as a stranger with plain Comlink.
 * Runs on: thread.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Endpoint } from 'comlink';
import { wrap } from 'comlink';
import adapter from 'comlink/dist/umd/node-adapter.js';
import { CodedError, refuse } from '../../core/errors.js';
import { serve } from '../../core/rpc.js';

export const served = {
  add: (a: number, b: number) => a + b,
  later: async (value: unknown) => value,
  hold: () => new Promise<never>(() => {}),
  exit: (): void => process.exit(3),
  exitLater: () => new Promise<never>(() => setImmediate(() => process.exit(4))),
  refuse: (): never => {
    throw refuse('NOT_FOUND', 'no account 7', { account: 7 });
  },
  fail: async (): Promise<never> => {
    const cause = Object.assign(new RangeError('too far'), { code: 'FAR' });
    throw new CodedError('THREAD_UNKNOWN', 'expected a thread, got 9', {
      details: { thread: 9 },
      cause,
    });
  },
};

/** What a stranger reports of its calls of an exposed actor. */
export interface StrangerReport {
  readonly total: unknown;
  readonly refusal: string;
}

const nodeEndpoint = adapter as unknown as (port: MessagePort) => Endpoint;

async function callAsStranger(reportTo: MessagePort): Promise<void> {
  const actor = wrap<{ add(n: number): number; reset(): void }>(
    nodeEndpoint(parentPort as MessagePort),
  );
  const total = await actor.add(5);
  const refusal = await actor.reset().then(
    () => 'none',
    (error: Error) => error.message,
  );
  reportTo.postMessage({ total, refusal } satisfies StrangerReport);
}

const { port, as } = (workerData ?? {}) as { port?: MessagePort; as?: 'server' | 'stranger' };
if (port !== undefined && as === 'server') serve(served, port);
if (port !== undefined && as === 'stranger') await callAsStranger(port);
