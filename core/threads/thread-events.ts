/**
 * Events on their way to main: which kinds there are, as bits of an interest mask in shared memory, so that a kind
 * nobody listens for costs one load.
 * Runs on: any.
 */
import type { Child } from '../actor/children.js';
import { textOf } from '../errors.js';
import type { ActorAddress, SystemEvents } from '../events.js';
import { findUnencodable } from '../message/codec.js';

/** The position is the bit. */
export const EVENT_NAMES: readonly (keyof SystemEvents & string)[] = [
  'actorStarted',
  'actorStopped',
  'actorRestarted',
  'actorFailed',
  'deadLetter',
  'mailboxHighWater',
  'threadStarted',
  'threadDied',
  'threadReplaced',
  'handlerOverrun',
  'systemStopping',
  'log',
  'threadGivenUp',
];

export function addressOf(child: Child): ActorAddress {
  const { path, slot, generation, thread } = child;
  return { path, slot, generation, thread };
}

/**
 * An event as it can cross threads: of a dead letter that cannot, the arguments stay behind; fields of a log line go as
 * text. Otherwise the notice itself would be lost.
 */
export function crossing<T extends object>(event: T): T {
  if (findUnencodable(event) === undefined) return event;
  const { args: _left, ...rest } = event as {
    args?: unknown;
    fields?: Readonly<Record<string, unknown>>;
  };
  const { fields } = rest;
  if (fields === undefined) return rest as T;
  const texts = Object.entries(fields).map(([key, value]) => {
    return [key, findUnencodable(value) === undefined ? value : textOf(value)];
  });
  return { ...rest, fields: Object.fromEntries(texts) } as T;
}
