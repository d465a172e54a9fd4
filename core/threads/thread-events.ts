/**
 * Events on their way to main: which kinds there are, as bits of an interest mask in shared memory, so that a kind
 * nobody listens for costs one load.
 * Runs on: any.
 */
import type { Child } from '../actor/children.js';
import type { ActorAddress, SystemEvents } from '../events.js';

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
];

export function addressOf(child: Child): ActorAddress {
  const { path, slot, generation, thread } = child;
  return { path, slot, generation, thread };
}
