/**
 * What a pool thread runs: one unending task that serves main's control calls and hosts actors. It must not be able
 * to fail at load, so user modules are imported later, on demand. Inside a thread, createSystem() never settles: a
 * module may define actors and be a program at once.
 * Runs on: thread.
 */
import type { MessagePort } from 'node:worker_threads';
import { systemClock } from '../clock.js';
import { systemExecutor } from '../executor.js';
import type { Logger, LogLevel } from '../logger.js';
import { seededRandom } from '../random.js';
import { call, serve, transferring } from '../rpc.js';
import type { ActorHost } from './actor-host.js';
import { importModule, markThread } from './import-module.js';
import { flatControl, type MainControl, ThreadServer } from './thread-control.js';
import { crossing } from './thread-events.js';
import { transportNamed } from './transports.js';

/** What the pool gives the task. */
export interface ThreadTask {
  /** main -> thread */
  readonly control: MessagePort;
  /** thread -> main */
  readonly main: MessagePort;
  /** Any message: end now. */
  readonly ending: MessagePort;
}

/** Exit code of a thread that was told to end. */
const ENDED = 1;

/** Resolves when main has ended the host. */
export default async function threadTask(task: ThreadTask): Promise<void> {
  markThread();
  // No handler and no native call is under way here.
  task.ending.once('message', () => process.exit(ENDED));
  task.ending.unref();
  const main = call<MainControl>(task.main, { name: 'main' });
  const quietly = (sent: Promise<unknown>): void => {
    // Main is gone, or stopping: then nobody is left to tell.
    sent.catch(() => {});
  };
  await new Promise<void>((resolve) => {
    const server = new ThreadServer({
      clock: systemClock,
      executor: systemExecutor,
      importModule,
      transportFor: transportNamed,
      loggerFor: (host) => threadLogger(host, {}),
      randomFor: (seed) => seededRandom(seed),
      connect: (from, to, memory, end, transfer) => {
        quietly(main.api.connect(from, to, memory, transferring(end, transfer as never)));
      },
      handlerNamed: (thread, number, name) => quietly(main.api.handlerNamed(thread, number, name)),
      imported: (url) => quietly(main.api.imported(url)),
      ended: resolve,
    });
    serve(flatControl(server), task.control);
  });
  main.close();
  task.ending.close();
  // The answer to end() must leave before the port does.
  await new Promise<void>((resolve) => setImmediate(resolve));
  task.control.close();
}

/** Lines go to main, whose logger prints them. */
function threadLogger(host: () => ActorHost, fixed: Readonly<Record<string, unknown>>): Logger {
  const line =
    (level: LogLevel) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const { thread } = host();
      host().signal(0, {
        type: 'event',
        name: 'log',
        payload: crossing({ level, message, fields: { ...fixed, ...fields }, thread }),
      });
    };
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => threadLogger(host, { ...fixed, ...fields }),
  };
}
