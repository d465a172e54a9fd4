/**
 * The pool of threads, the only door of piscina: starts them, gives each its unending host task, sees them die,
 * kills one when told, ends them all. Settings and detours answer known traps of the pool: threads must not sleep
 * in Atomics.wait, close() is no barrier, a task's promise is the one sign of a thread's end, and a thread that is terminated
 * while it calls a native module can take the process along: so it is told to end, and terminated only if it does not.
 * Runs on: main.
 */
import { MessageChannel, MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { SystemConfig } from '../config.js';
import { CodedError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { type Caller, call, serve, transferring } from '../rpc.js';
import { flatControl, type MainControl, type ThreadControl } from './thread-control.js';

/**
 * Half of Node's stack: a thread must not be able to pack what main, with its smaller one, cannot unpack. More young
 * generation than Node's 48: messages live for a moment, and those that wait in mailboxes should not be copied twice.
 */
const THREAD_MEMORY = { stackSizeMb: 2, maxYoungGenerationSizeMb: 96 } as const;

/** One started thread, spare or in use. */
export interface PoolThread {
  readonly control: ThreadControl;
  /** Resolves, once, when the thread is gone; with an error unless it was ended in order. */
  readonly gone: Promise<Error | undefined>;
  /** Ends it: between two turns of its event loop, or in the middle of what keeps it for longer than `threadEndMs`. */
  kill(reason: string): void;
}

export class ThreadPool {
  readonly #piscina: Piscina;
  readonly #main: MainControl;
  readonly #threads = new Set<PoolThread>();

  constructor(config: SystemConfig, main: MainControl) {
    this.#main = main;
    this.#piscina = new Piscina({
      filename: new URL('./thread-boot.cjs', import.meta.url).href,
      minThreads: config.threads + config.spareThreads,
      maxThreads: LIMITS.threadsMax + config.spareThreads,
      concurrentTasksPerWorker: 1,
      idleTimeout: Infinity,
      atomics: 'disabled',
      recordTiming: false,
      trackUnmanagedFds: true,
      resourceLimits: { ...THREAD_MEMORY, ...config.resourceLimits },
      ...(config.env === undefined ? {} : { env: config.env as NodeJS.ProcessEnv }),
    });
    // A thread that dies between tasks is replaced by the pool; without a listener it would end the process.
    this.#piscina.on('error', () => {});
  }

  /** Starts a host task in a thread of its own. */
  start(): PoolThread {
    const control = new MessageChannel();
    const main = new MessageChannel();
    const ending = new MessageChannel();
    const killer = new AbortController();
    const caller = call<ThreadControl>(control.port1, { name: 'a pool thread' });
    const stopServing = serve(this.#main, main.port1);
    const mainClosed = closed(main.port1);
    let killReason: string | undefined;
    let overdue: NodeJS.Timeout | undefined;
    let isUp = false;
    const run = this.#piscina.run(
      { control: control.port2, main: main.port2, ending: ending.port2 },
      { transferList: [control.port2, main.port2, ending.port2], signal: killer.signal },
    );
    const gone = run.then(
      () => undefined,
      (error: unknown) => deathOf(error, killReason),
    );
    const thread: PoolThread = {
      control: withPorts(caller, () => {
        isUp = true;
      }),
      // What it had still asked of main (channels it opened) must be heard before its death is.
      gone: gone.then(async (error) => {
        caller.lost(
          error instanceof CodedError
            ? error
            : deathOf(new Error('the thread has ended'), undefined),
        );
        // Killed before it had begun, it never took its ends: nobody else closes them then, and they keep the process.
        for (const port of [control.port2, main.port2, ending.port1, ending.port2]) port.close();
        clearTimeout(overdue);
        await mainClosed;
        stopServing();
        this.#threads.delete(thread);
        return error;
      }),
      kill: (reason) => {
        if (killReason !== undefined) return;
        killReason = reason;
        ending.port1.postMessage('end');
        overdue = setTimeout(() => killer.abort(), isUp ? LIMITS.threadEndMs : LIMITS.controlMs);
      },
    };
    this.#threads.add(thread);
    return thread;
  }

  /** Kills what is left and ends the pool. */
  async destroy(): Promise<void> {
    for (const thread of this.#threads) thread.kill('the system has stopped');
    await Promise.all([...this.#threads].map(({ gone }) => gone));
    await this.#piscina.destroy();
  }
}

/**
 * The same calls; a channel's end takes its ports along, and what has a deadline of its own has no other. The first waits
 * until the thread has loaded the runtime, which a loaded machine makes take longer than any call after it.
 */
function withPorts({ api, withDeadline }: Caller<ThreadControl>, isUp: () => void): ThreadControl {
  const patient = withDeadline(Number.POSITIVE_INFINITY);
  const starting = withDeadline(LIMITS.threadStartMs);
  return {
    ...flatControl(api),
    become: async (init) => {
      await starting.become(init);
      isUp();
    },
    pause: (deadlineMs) => patient.pause(deadlineMs),
    vacate: (deadlineMs) => patient.vacate(deadlineMs),
    accept: (from, epoch, memory, end) =>
      api.accept(from, epoch, memory, transferring(end, portsIn(end))),
  };
}

function portsIn(end: unknown): MessagePort[] {
  if (end instanceof MessagePort) return [end];
  if (typeof end !== 'object' || end === null) return [];
  return Object.values(end).filter((value): value is MessagePort => value instanceof MessagePort);
}

function deathOf(error: unknown, killReason: string | undefined): CodedError {
  const text = killReason ?? (error instanceof Error ? error.message : String(error));
  return new CodedError('THREAD_DIED', `a thread died: ${text}`, { cause: error });
}

function closed(port: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    port.once('close', resolve);
  });
}
