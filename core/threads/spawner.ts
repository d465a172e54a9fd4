/**
 * Making an actor: choose its thread, claim its slot, and either build the cell here or send a spawn signal there.
 * The ref is good at once; messages queue until the actor has started.
 * Runs on: any.
 */
import { ActorCell } from '../actor/actor-cell.js';
import { failStart, startError } from '../actor/cell-life.js';
import { type Children, RemoteChild, RemoteParent } from '../actor/children.js';
import type { Recipe } from '../actor/definition.js';
import type { Ref } from '../actor/ref.js';
import {
  parseSpawnOptions,
  type SpawnOptions,
  type SpawnSettings,
  spawnSettings,
} from '../actor/spawn-options.js';
import { CodedError, textOf } from '../errors.js';
import { decodeAlone, encodeAlone } from '../message/codec.js';
import type { SpawnSignal } from '../message/signal.js';
import { Counter, Word } from '../thread-table.js';
import type { ActorHost } from './actor-host.js';

/** Throws ACTOR_NAME_TAKEN, CONFIG_INVALID, THREAD_UNKNOWN, SLOTS_EXHAUSTED, MESSAGE_NOT_ENCODABLE. */
export function spawnActor(
  host: ActorHost,
  recipe: Recipe<unknown>,
  options: SpawnOptions,
  parent: ActorCell | undefined,
): Ref {
  const { definition, args } = recipe;
  const settings = parseSpawnOptions(definition.name, options, host.options.mailbox);
  const children = parent === undefined ? host.root?.children : parent.more().children;
  if (children === undefined)
    throw new CodedError('ASSERTION_FAILED', 'expected a supervisor for a new actor');
  if (host.intakeClosed && parent === undefined) {
    throw new CodedError(
      'SYSTEM_STOPPED',
      `expected a running system to spawn "${definition.name}" in, got one that is stopping`,
    );
  }
  children.checkName(settings.name);
  const thread = threadFor(host, options, parent);
  const packed = thread === host.thread ? undefined : encodeAlone(args, { owner: host });
  const slot = host.slots.claim();
  const generation = host.table.let(
    slot,
    thread,
    settings.bound,
    packed === undefined ? undefined : host.thread,
  );
  host.count(Counter.spawned, 1);
  if (packed === undefined) {
    const cell = new ActorCell(host, slot, generation, settings);
    cell.definition = definition;
    cell.args = args;
    cell.parent = parent;
    host.addCell(cell);
    children.add(cell, settings.name, options.supervision);
    host.ready(cell);
    return cell.refTo();
  }
  const signal = spawnSignal(host, { slot, generation, recipe, packed, settings, parent });
  const child = new RemoteChild(signal, thread);
  adopt(host, child, children, options);
  if (host.channels.isDown(thread)) child.isDown = child.wantsSpawn = child.isAwaited = true;
  else host.signal(thread, signal);
  return host.refTo(slot, generation, thread, signal.path);
}

/** A spawn signal has come: builds the cell, or fills the one that messages have made already. */
export function receiveSpawn(host: ActorHost, signal: SpawnSignal): void {
  const { slot, generation, parent, parentThread, definition: name, url } = signal;
  if (!host.table.isLive(slot, generation)) {
    // Somebody's stop was faster than the spawn.
    host.signal(parentThread, {
      type: 'childEnded',
      child: { slot, generation },
      reason: 'stopped',
      parent,
    });
    return;
  }
  const cell = host.cellFor(slot, generation);
  if (cell === undefined) return;
  host.table.setSpawner(slot, undefined);
  cell.settings = spawnSettings(signal);
  const above = signal.path.slice(0, signal.path.lastIndexOf('/'));
  cell.parent = new RemoteParent(parentThread, parent?.slot, parent?.generation ?? 0, above);
  if (signal.restarts > 0) cell.more().restarts = signal.restarts;
  host.loader.find(name, url, (found) => {
    if (found instanceof CodedError) return failStart(cell, startError(cell.path, found));
    cell.definition = found;
    cell.args = decodeAlone(signal.args, { owner: host }) as unknown[];
    host.ready(cell);
  });
}

/** Takes a child on another thread into the books. */
function adopt(
  host: ActorHost,
  child: RemoteChild,
  children: Children,
  options: SpawnOptions,
): void {
  children.add(child, options.name, options.supervision);
  // The slot was let anew: its earlier tenant has ended, though the news of that is still on its way.
  const before = host.remoteChildren.get(child.slot);
  if (before !== undefined) host.casualties.childEnded(before.child, 'stopped');
  host.remoteChildren.set(child.slot, { child, children });
}

function threadFor(host: ActorHost, options: SpawnOptions, parent: ActorCell | undefined): number {
  const { near, thread = (near as unknown as Ref | undefined)?.thread } = options;
  if (thread === 'main') return 0;
  if (thread === 'dedicated') return dedicatedThread(host);
  if (thread === undefined)
    return parent === undefined ? (host.root?.place(options) ?? host.thread) : host.thread;
  const isKnown = Number.isInteger(thread) && thread >= 0 && thread < host.threads.threads;
  const isGivenUp = isKnown && host.threads.load(thread, Word.serving) === -1;
  if (isKnown && !isGivenUp) return thread;
  const got = isGivenUp ? `${thread}, which has died too often` : textOf(thread);
  throw new CodedError(
    'THREAD_UNKNOWN',
    `expected a thread from 0 to ${host.threads.threads - 1}, got ${got}`,
    {
      details: { thread },
    },
  );
}

/** A new logical thread: away until main has started it, so that what is sent meanwhile is held. */
function dedicatedThread(host: ActorHost): number {
  const thread = host.threads.claimThread();
  if (thread === undefined) {
    throw new CodedError(
      'THREAD_UNKNOWN',
      'expected room for one thread more, got none: the system has all it can have',
    );
  }
  host.channels.down(thread);
  if (host.root === undefined) host.signal(0, { type: 'threadWanted', thread });
  else host.root.threadWanted(thread);
  return thread;
}

interface SpawnParts {
  readonly slot: number;
  readonly generation: number;
  readonly recipe: Recipe<unknown>;
  readonly packed: Uint8Array;
  readonly settings: SpawnSettings;
  readonly parent: ActorCell | undefined;
}

function spawnSignal(host: ActorHost, parts: SpawnParts): SpawnSignal {
  const { slot, generation, recipe, packed, settings, parent } = parts;
  const { name, capacity, bytesMax, overflow, priorities } = settings;
  const { definition } = recipe;
  return {
    type: 'spawn',
    slot,
    generation,
    definition: definition.name,
    url: definition.url,
    args: packed,
    name,
    path: `${parent?.path ?? ''}/${name ?? `${definition.name}#${slot}.${generation}`}`,
    parent: parent === undefined ? undefined : { slot: parent.slot, generation: parent.generation },
    parentThread: host.thread,
    restarts: 0,
    capacity,
    bytesMax,
    overflow,
    priorities,
  };
}
