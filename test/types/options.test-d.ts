/**
 * The options of a system, of a spawn and of supervision, and what a system tells. Compiled, never run.
 * Runs on: any.
 */
import { SHARE_ENV } from 'node:worker_threads';
import {
  type ActorInfo,
  type ActorRef,
  CodedError,
  createSystem,
  type Drained,
  defineActor,
  type ErrorCode,
  hasCode,
  jsonLogger,
  type ProtocolOf,
  type SpawnOptions,
  type SupervisionOptions,
  type SystemOptions,
  type SystemStats,
  type Terminated,
} from '../../core/index.js';
import { same } from '../support/same-type.js';

declare const here: string;
const counter = defineActor(here, 'counter', (_ctx, start: number) => ({ total: () => start }));

// A system.

const system = await createSystem({
  name: 'shop',
  threads: 2,
  spareThreads: 0,
  actorsMax: 1000,
  mailbox: { capacity: Infinity, bytes: 1 << 20 },
  askMs: 100,
  sendMs: 100,
  stopMs: 100,
  handlerOverrunMs: Infinity,
  replaceOverrunThread: true,
  logger: jsonLogger({ level: 'info' }),
  resourceLimits: { maxOldGenerationSizeMb: 64 },
  transport: 'ring',
  seed: 1,
  env: SHARE_ENV,
  guardian: { decide: 'stop' },
  handleSignals: true,
});
await createSystem();
export const noOptions: SystemOptions = {};
// @ts-expect-error no such option
export const misspelt: SystemOptions = { thread: 2 };
// @ts-expect-error a number
export const asText: SystemOptions = { threads: '2' };
// @ts-expect-error not a transport
export const byPigeon: SystemOptions = { transport: 'pigeon' };
// @ts-expect-error left out, not undefined
export const undefinedOption: SystemOptions = { threads: undefined };

// Its actors.

const visits = system.spawn(counter(10), { name: 'visits' });
same<typeof visits, ActorRef<ProtocolOf<typeof counter>>>();
// @ts-expect-error start arguments are those of the behaviour
system.spawn(counter('10'));
// @ts-expect-error a recipe, not a definition
system.spawn(counter);
void system.started(visits);
const ended = system.terminated(visits);
same<typeof ended, Promise<Terminated>>();
void system.stopActor(visits, 'kill');
const known = system.lookup<ProtocolOf<typeof counter>>('visits');
same<typeof known, ActorRef<ProtocolOf<typeof counter>> | undefined>();
const infos = system.inspect();
same<typeof infos, Promise<readonly ActorInfo[]>>();
const stats = system.stats();
same<typeof stats, SystemStats>();
const drained = system.stop({ deadlineMs: 10 });
same<typeof drained, Promise<Drained>>();

export const everySpawnOption: SpawnOptions = {
  name: 'a',
  mailbox: { capacity: 1, bytes: Infinity, overflow: 'drop-oldest', priorities: { stop: 1 } },
  supervision: { decide: 'resume' },
  thread: 1,
  near: visits,
};
export const onMain: SpawnOptions = { thread: 'main' };
export const alone: SpawnOptions = { thread: 'dedicated' };
// @ts-expect-error not a thread
export const elsewhere: SpawnOptions = { thread: 'elsewhere' };
// @ts-expect-error not a rule
export const dropping: SpawnOptions = { mailbox: { overflow: 'drop' } };

// Supervision.

export const everySupervisionOption: SupervisionOptions = {
  strategy: 'all-for-one',
  decide: ({ error, child, handler, phase, restarts }) => {
    same<typeof error, Error>();
    same<typeof child, string>();
    same<typeof handler, string | undefined>();
    same<typeof phase, 'start' | 'handle' | 'thread' | 'restart'>();
    return restarts > 3 ? 'escalate' : 'restart';
  },
  restartsMax: Infinity,
  windowMs: 1000,
  backoffMinMs: 1,
  backoffMaxMs: 100,
  backoffJitter: 0,
  resetAfterMs: 1000,
};
// @ts-expect-error not a directive
export const giveUp: SupervisionOptions = { decide: 'give-up' };
// @ts-expect-error a decision is one of the four words
export const giveUpLater: SupervisionOptions = { decide: () => 'give-up' };

// Events and errors.

system.events.on('deadLetter', ({ reason, count }) => {
  same<typeof count, number>();
  // @ts-expect-error not a reason
  return reason === 'lost';
});
// @ts-expect-error no such event
system.events.on('deadLetters', () => {});

export function codeOf(error: unknown): ErrorCode | undefined {
  if (hasCode(error, 'ASK_TIMEOUT')) {
    same<typeof error, CodedError<'ASK_TIMEOUT'>>();
    return error.code;
  }
  return error instanceof CodedError ? error.code : undefined;
}
