/**
 * How an actor is spawned: its name, where it runs, how much its mailbox holds, what its supervisor does when
 * it fails; and how many replicas of it there are.
 * Runs on: any.
 */
import { CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { OverflowRule } from '../mailbox/overflow.js';
import type { ActorRef } from './actor-ref.js';
import type { SupervisionOptions } from './supervision.js';

export interface MailboxOptions {
  /** Messages it holds, the one being handled included. Default 10 000; `Infinity` must be written. */
  readonly capacity?: number;
  /** Bytes of strings and binaries it holds, estimated. Default 64 MiB; `Infinity` must be written. */
  readonly bytes?: number;
  /** What a full mailbox does. Default reject: the sender hears `full` and nothing is lost. */
  readonly overflow?: OverflowRule;
  /** Higher first; first-in first-out within one. By handler name; others have 0. */
  readonly priorities?: Readonly<Record<string, number>>;
}

/** A pool thread by number (from 1), the main thread, or a thread of its own. */
export type ThreadChoice = number | 'main' | 'dedicated';

export interface SpawnOptions {
  /** Unique among its siblings. Default: the definition's name and a number. */
  readonly name?: string;
  readonly mailbox?: MailboxOptions;
  /** What the supervisor does when this child fails; laid over the supervisor's own options. */
  readonly supervision?: SupervisionOptions;
  /** Default: the parent's thread for ctx.spawn, the least loaded for system.spawn, spread for replicas. */
  readonly thread?: ThreadChoice;
  /** On the thread of that actor. */
  readonly near?: ActorRef<unknown>;
}

export type Routing = 'round-robin' | 'random' | 'least-loaded' | 'hash';

export interface ReplicaOptions extends SpawnOptions {
  readonly replicas: number;
  /** How tell, send and ask without a key choose a replica. Default round-robin; 'hash' is that without a key. */
  readonly routing?: Routing;
  /** Fresh replicas for one that ends by itself, within a minute; then the set goes on without it. Default 10. */
  readonly renewalsMax?: number;
}

/** Replica options with defaults; `spawn` is what each replica is spawned with, its name and thread aside. */
export interface ReplicaSettings {
  readonly replicas: number;
  readonly routing: Routing;
  readonly renewalsMax: number;
  readonly spawn: SpawnOptions;
}

const ROUTINGS: readonly Routing[] = ['round-robin', 'random', 'least-loaded', 'hash'];

/** Throws CONFIG_INVALID with every fault. */
export function parseReplicaOptions(definition: string, options: ReplicaOptions): ReplicaSettings {
  const {
    replicas,
    routing = 'round-robin',
    renewalsMax = LIMITS.replicaRenewalsMax,
    ...spawn
  } = options;
  const faults: string[] = [];
  const fault = replicaCountFault('replicas', replicas);
  if (fault !== undefined) faults.push(fault);
  if (!ROUTINGS.includes(routing))
    faults.push(`routing: expected one of ${ROUTINGS.join(', ')}, got ${textOf(routing)}`);
  if (!(renewalsMax >= 0))
    faults.push(`renewalsMax: expected 0 or more, got ${textOf(renewalsMax)}`);
  if (faults.length > 0) {
    throw new CodedError('CONFIG_INVALID', `replicas of "${definition}": ${faults.join('; ')}`, {
      details: { faults },
    });
  }
  return { replicas, routing, renewalsMax, spawn };
}

/** What is wrong with a number of replicas, if anything. */
export function replicaCountFault(option: string, count: number): string | undefined {
  if (Number.isInteger(count) && count >= 1 && count <= LIMITS.replicasMax) return undefined;
  return `${option}: expected an integer from 1 to ${LIMITS.replicasMax}, got ${textOf(count)}`;
}

/** Spawn options with defaults, as they travel. */
export interface SpawnSettings {
  readonly name: string | undefined;
  readonly capacity: number;
  readonly bytesMax: number;
  readonly overflow: OverflowRule;
  readonly priorities: Readonly<Record<string, number>> | undefined;
  /** Messages that admission lets in: what the other options come to, as the slot table has it. */
  readonly bound: number;
}

/** A mailbox without a bound: as many messages as the slot table can count. */
export const UNBOUNDED = 0x7fffffff;

/** Settings of which nothing is to be checked any more; all are made here, so that all have one shape. */
export function spawnSettings({
  name,
  capacity,
  bytesMax,
  overflow,
  priorities,
}: Omit<SpawnSettings, 'bound'>): SpawnSettings {
  // What a full mailbox evicts is its owner's to choose: admission has let the message in.
  const bound = overflow === 'reject' ? Math.min(capacity, UNBOUNDED) : UNBOUNDED;
  return { name, capacity, bytesMax, overflow, priorities, bound };
}

/** Throws CONFIG_INVALID with every fault. */
export function parseSpawnOptions(
  definition: string,
  options: SpawnOptions,
  defaults: { readonly capacity: number; readonly bytes: number },
): SpawnSettings {
  if (options.name === undefined && options.mailbox === undefined) return plainSettings(defaults);
  const { name, mailbox = {} } = options;
  const settings = spawnSettings({
    name,
    capacity: mailbox.capacity ?? defaults.capacity,
    bytesMax: mailbox.bytes ?? defaults.bytes,
    overflow: mailbox.overflow ?? 'reject',
    priorities: mailbox.priorities,
  });
  const faults: string[] = [];
  if (name !== undefined && !isName(name)) {
    throw new CodedError(
      'ACTOR_NAME_INVALID',
      `expected an actor name of 1 to ${LIMITS.nameCharsMax} characters without "/" or "#", got ${textOf(name)}`,
    );
  }
  if (
    !(
      settings.capacity >= 1 &&
      (Number.isInteger(settings.capacity) || settings.capacity === Infinity)
    )
  ) {
    faults.push(
      `mailbox.capacity: expected an integer of 1 or more, got ${textOf(mailbox.capacity)}`,
    );
  }
  if (!(settings.bytesMax >= 1))
    faults.push(`mailbox.bytes: expected 1 or more, got ${textOf(mailbox.bytes)}`);
  if (!['reject', 'drop-oldest', 'drop-newest'].includes(settings.overflow)) {
    faults.push(
      `mailbox.overflow: expected reject, drop-oldest or drop-newest, got ${textOf(settings.overflow)}`,
    );
  }
  if (faults.length > 0) {
    throw new CodedError('CONFIG_INVALID', `spawn of "${definition}": ${faults.join('; ')}`, {
      details: { faults },
    });
  }
  return settings;
}

const plain = new WeakMap<object, SpawnSettings>();

/** The settings of every actor that is spawned without any: one object for all. */
function plainSettings(defaults: {
  readonly capacity: number;
  readonly bytes: number;
}): SpawnSettings {
  let settings = plain.get(defaults);
  if (settings === undefined) {
    const { capacity, bytes: bytesMax } = defaults;
    const overflow = 'reject';
    settings = spawnSettings({
      name: undefined,
      capacity,
      bytesMax,
      overflow,
      priorities: undefined,
    });
    plain.set(defaults, settings);
  }
  return settings;
}

function isName(name: unknown): boolean {
  return (
    typeof name === 'string' &&
    name !== '' &&
    name.length <= LIMITS.nameCharsMax &&
    !/[/#]/.test(name)
  );
}
