/** A thread that reads a channel and answers on another. Started by reading-thread.test.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { portTransport } from '../../../core/transport/port-transport.js';
import { ringTransport } from '../../../core/transport/ring-transport.js';

export interface ReadingThreadData {
  readonly transport: 'port' | 'ring';
  readonly end: unknown;
  /** Whether the channel keeps the thread alive. */
  readonly ref: boolean;
  /** Answers every frame by the same one, on a channel whose end is posted to the parent. */
  readonly echoes: boolean;
}

function main({ transport, end, ref, echoes }: ReadingThreadData): void {
  const kind = transport === 'port' ? portTransport : ringTransport;
  const source = kind.accept(end);
  const pair = kind.open();
  if (echoes) parentPort?.postMessage(pair.end, pair.endTransfer);
  source.start(
    (bytes) => {
      if (echoes) pair.sink.send(bytes);
      else parentPort?.postMessage('heard');
    },
    () => parentPort?.postMessage('closed'),
  );
  if (ref) source.ref();
  if (!echoes) parentPort?.postMessage('started');
}

if (workerData !== null) main(workerData as ReadingThreadData);
