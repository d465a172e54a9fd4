/**
 * The options of a system: what a user may write, what the runtime works with, and the one function between them.
 * All faults are named at once; a default stands here or, where it is a bound, in limits.ts.
 * Runs on: any.
 */
import { availableParallelism } from 'node:os';
import { SHARE_ENV } from 'node:worker_threads';
import { LIMITS } from './limits.js';
import { jsonLogger, type Logger } from './logger.js';
import { OptionReader, present, throwFaults } from './option-reader.js';
import { readSupervision, type SupervisionOptions } from './supervision-options.js';

/** Bounds of one thread's memory, as Node's worker threads take them. */
export interface ThreadMemoryLimits {
  readonly maxOldGenerationSizeMb?: number;
  readonly maxYoungGenerationSizeMb?: number;
  readonly stackSizeMb?: number;
}

/** The environment of the pool threads: variables, or SHARE_ENV of node:worker_threads for the very same. */
export type ThreadEnv = Readonly<Record<string, string>> | typeof SHARE_ENV;

/** What `createSystem()` takes. Everything is optional. */
export interface SystemOptions {
  /** Of letters, digits, '-', '_' and '.'; shown in logs and errors. Default 'troupe'. */
  readonly name?: string;
  /** Pool threads beside main. 0: everything runs on main. Default: the cores there are. */
  readonly threads?: number;
  /** Warm threads that step in for a dead one. Default 1, with threads: 0 none. */
  readonly spareThreads?: number;
  /** Actors alive at once: rows of the slot table. Default and most: LIMITS.actorsMax. */
  readonly actorsMax?: number;
  /** Default bounds of every mailbox: `capacity` in messages, `bytes` of strings and binaries; Infinity must be written. */
  readonly mailbox?: { readonly capacity?: number; readonly bytes?: number };
  /** Default deadline of an ask. 5 s. */
  readonly askMs?: number;
  /** Default deadline of a send that waits for room. 5 s. */
  readonly sendMs?: number;
  /** Default deadline of stop() and drain(). 10 s. */
  readonly stopMs?: number;
  /** How long one message may keep a thread busy before that is reported. Default 1 s; Infinity: never reported. */
  readonly handlerOverrunMs?: number;
  /** Replace a thread whose handler overruns; its actors are restarted elsewhere. Default false. */
  readonly replaceOverrunThread?: boolean;
  /** Default: JSON lines from level 'warn' up, on stderr. */
  readonly logger?: Logger;
  /** Of each pool thread. Default: Node's. */
  readonly resourceLimits?: ThreadMemoryLimits;
  /** What carries frames between threads. Default 'ring'. */
  readonly transport?: 'port' | 'ring';
  /** Seeds all randomness of the system. Default: a different one each time. */
  readonly seed?: number;
  /** Default: a copy of this process's environment. */
  readonly env?: ThreadEnv;
  /** How the root of the tree answers failures that reach it. */
  readonly guardian?: SupervisionOptions;
  /** Stop in order on SIGINT and SIGTERM. Default false: an embedded library leaves signals alone. */
  readonly handleSignals?: boolean;
}

/** The options with their defaults: complete, checked, frozen. */
export interface SystemConfig {
  readonly name: string;
  readonly threads: number;
  readonly spareThreads: number;
  readonly actorsMax: number;
  readonly mailbox: { readonly capacity: number; readonly bytes: number };
  readonly askMs: number;
  readonly sendMs: number;
  readonly stopMs: number;
  readonly handlerOverrunMs: number;
  readonly replaceOverrunThread: boolean;
  readonly logger: Logger;
  readonly resourceLimits: ThreadMemoryLimits;
  readonly transport: 'port' | 'ring';
  readonly seed: number | undefined;
  readonly env: ThreadEnv | undefined;
  readonly guardian: SupervisionOptions;
  readonly handleSignals: boolean;
}

const THREADS_MAX = LIMITS.threadsMax - 1; // main is one of them
const NAME = /^[\w.-]+$/;

/** Options from a user -> the configuration. Throws one CONFIG_INVALID that lists every fault. */
export function parseSystemOptions(input: unknown = {}): SystemConfig {
  const faults: string[] = [];
  const read = new OptionReader('', input, faults);
  const config: SystemConfig = {
    name: readName(read) ?? 'troupe',
    ...readThreads(read),
    actorsMax: read.integer('actorsMax', { min: 1, max: LIMITS.actorsMax }) ?? LIMITS.actorsMax,
    mailbox: readMailbox(read.nested('mailbox')),
    askMs: read.number('askMs', { above: 0 }) ?? LIMITS.askMs,
    sendMs: read.number('sendMs', { above: 0 }) ?? LIMITS.sendMs,
    stopMs: read.number('stopMs', { min: 0 }) ?? LIMITS.stopMs,
    handlerOverrunMs:
      read.number('handlerOverrunMs', { above: 0, orInfinity: true }) ?? LIMITS.handlerOverrunMs,
    replaceOverrunThread: read.flag('replaceOverrunThread') ?? false,
    logger:
      read.implementation<Logger>('logger', ['debug', 'info', 'warn', 'error', 'child']) ??
      jsonLogger({ level: 'warn' }),
    resourceLimits: readMemoryLimits(read.nested('resourceLimits')),
    transport: read.choice('transport', ['port', 'ring']) ?? 'ring',
    seed: read.number('seed'),
    env: readEnv(read),
    guardian: Object.freeze(readSupervision(read.nested('guardian'))),
    handleSignals: read.flag('handleSignals') ?? false,
  };
  read.end();
  throwFaults('system options', faults);
  return Object.freeze(config);
}

function readName(read: OptionReader): string | undefined {
  const expected = `1 to ${LIMITS.nameCharsMax} letters, digits, '-', '_' or '.'`;
  return read.value<string>('name', expected, (value) => {
    return typeof value === 'string' && value.length <= LIMITS.nameCharsMax && NAME.test(value);
  });
}

function readThreads(read: OptionReader): Pick<SystemConfig, 'threads' | 'spareThreads'> {
  const asked = read.integer('threads', { min: 0, max: THREADS_MAX });
  const threads = asked ?? Math.min(availableParallelism(), THREADS_MAX);
  const spares = read.integer('spareThreads', { min: 0, max: THREADS_MAX });
  if (threads === 0 && spares !== undefined && spares > 0)
    read.fault('spareThreads', `expected 0 with threads: 0, got ${spares}`);
  return { threads, spareThreads: spares ?? (threads > 0 ? 1 : 0) };
}

function readMailbox(read: OptionReader): SystemConfig['mailbox'] {
  const bounds = { min: 1, orInfinity: true };
  const capacity = read.integer('capacity', bounds) ?? LIMITS.mailboxMessages;
  const bytes = read.integer('bytes', bounds) ?? LIMITS.mailboxBytes;
  read.end();
  return Object.freeze({ capacity, bytes });
}

function readMemoryLimits(read: OptionReader): ThreadMemoryLimits {
  const limits = {
    maxOldGenerationSizeMb: read.number('maxOldGenerationSizeMb', { above: 0 }),
    maxYoungGenerationSizeMb: read.number('maxYoungGenerationSizeMb', { above: 0 }),
    stackSizeMb: read.number('stackSizeMb', { above: 0 }),
  };
  read.end();
  return Object.freeze(present(limits));
}

function readEnv(read: OptionReader): ThreadEnv | undefined {
  return read.value<ThreadEnv>('env', 'an object of strings, or SHARE_ENV', (value) => {
    if (value === SHARE_ENV) return true;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return Object.values(value).every((variable) => typeof variable === 'string');
  });
}
