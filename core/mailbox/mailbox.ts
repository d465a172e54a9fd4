/**
 * A mailbox holds an actor's accepted messages until their turn. Admission (is there room?) happened before, in
 * the slot table; a mailbox only orders. The runtime's commands (stop, restart, …) do not pass through it.
 * Runs on: any.
 */
import type { Meta } from '../message/envelope.js';
import type { Taken } from './fifo.js';

export interface Mailbox {
  /** Messages in it. */
  readonly size: number;
  push(name: unknown, payload: unknown, meta: Meta): void;
  /** Puts a message back before all others of its kind: what was stashed, newest first. */
  unshift(name: unknown, payload: unknown, meta: Meta): void;
  /** Takes the next message into the register; false when empty. */
  shift(into: Taken): boolean;
  /** Takes the message that an overflow costs: the oldest, of the lowest priority; false when empty. */
  shiftLeast(into: Taken): boolean;
  /** Called once when empty and no longer needed. */
  release(): void;
}
