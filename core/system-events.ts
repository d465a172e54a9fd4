/**
 * What a system tells about itself, by event name: the map behind `system.events`. Payloads are plain data that
 * may cross threads; actors appear as addresses, never as references that keep them alive.
 * Runs on: any.
 */
import type { LogFields, LogLevel } from './logger.js';

/**
 * Where an actor is: all numbers whole and 0 or more. Slot and generation tell one tenant of a slot from the next;
 * the path is for people. Printed and parsed in message/address.ts.
 */
export interface ActorAddress {
  /** The names from the root, as its parents gave them. */
  readonly path: string;
  /** The row in the slot table. */
  readonly slot: number;
  /** Which tenant of the slot it is. */
  readonly generation: number;
  /** Logical thread, 0 is main: it keeps its number when a dead worker thread is replaced. */
  readonly thread: number;
}

/** Why a message could not be handled. */
export type DeadLetterReason =
  /** The actor had stopped. */
  | 'stopped'
  /** The behaviour failed to start, so what waited for it cannot be handled. */
  | 'startFailed'
  /** The handler threw while it had the message. */
  | 'handlerFailed'
  /** The overflow rule of the mailbox dropped it. */
  | 'evicted'
  /** The thread died before the message was handled. */
  | 'threadDied'
  /** It holds something that cannot cross threads. */
  | 'notEncodable'
  /** The actor has no handler of that name. */
  | 'unknownHandler'
  /** The handler's schema refused the arguments. */
  | 'refusedBySchema'
  /** It was in hand when the actor was restarted. */
  | 'restarted'
  /** It asked an actor that waits for the asker. */
  | 'askCycle'
  /** The actor was killed with the message queued. */
  | 'killed';

export interface ActorStarted {
  readonly actor: ActorAddress;
  /** Name of the definition. */
  readonly definition: string;
}

export interface ActorStopped {
  readonly actor: ActorAddress;
  /** The failure that ended it; undefined if it was asked to stop. */
  readonly error: Error | undefined;
}

export interface ActorRestarted {
  readonly actor: ActorAddress;
  readonly error: Error;
  /** Restarts of this actor so far, this one included. */
  readonly restarts: number;
}

export interface ActorFailed {
  readonly actor: ActorAddress;
  readonly error: Error;
  /** The handler that threw; undefined if the actor failed outside one. */
  readonly handler: string | undefined;
  readonly directive: 'resume' | 'restart' | 'stop' | 'escalate';
  /** How long a restart is held back. */
  readonly delayMs: number;
}

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  /** Undefined if the receiver was never known. */
  readonly target: ActorAddress | undefined;
  readonly handler: string;
  /** Absent when the body did not survive, or is not kept. */
  readonly args?: readonly unknown[];
  /** Messages this notice stands for, at least 1. */
  readonly count: number;
}

export interface MailboxHighWater {
  readonly actor: ActorAddress;
  /** Messages queued; the notice comes again each time this has doubled. */
  readonly messages: number;
  readonly messagesMax: number;
}

export interface ThreadStarted {
  readonly thread: number;
  /** It was kept warm for one that has died. */
  readonly isSpare: boolean;
}

export interface ThreadDied {
  readonly thread: number;
  readonly error: Error;
  /** Actors that were on it. */
  readonly actors: number;
}

export interface ThreadReplaced {
  readonly thread: number;
  /** From the end of the one to the other ready. */
  readonly tookMs: number;
  /** True if a warm spare stepped in. */
  readonly bySpare: boolean;
  /** It had died; the program has asked for it; or it had been given up and is tried again. */
  readonly why: 'died' | 'asked' | 'rested';
  /** The same for people. */
  readonly reason: string;
}

export interface ThreadGivenUp {
  readonly thread: number;
  /** When it is tried again. */
  readonly restMs: number;
}

export interface HandlerOverrun {
  /** Undefined if the thread is busy outside any handler. */
  readonly actor: ActorAddress | undefined;
  readonly handler: string | undefined;
  readonly thread: number;
  /** How long it had been running when noticed. */
  readonly ranMs: number;
  readonly limitMs: number;
}

export interface SystemStopping {
  readonly reason: 'stop' | 'signal' | 'guardian';
  readonly deadlineMs: number;
}

export interface LogEvent {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  readonly thread: number;
}

/** Event name -> payload. A type, not an interface, so that it fits any string-keyed map. */
export type SystemEvents = {
  actorStarted: ActorStarted;
  actorStopped: ActorStopped;
  actorRestarted: ActorRestarted;
  actorFailed: ActorFailed;
  deadLetter: DeadLetter;
  mailboxHighWater: MailboxHighWater;
  threadStarted: ThreadStarted;
  threadDied: ThreadDied;
  threadReplaced: ThreadReplaced;
  threadGivenUp: ThreadGivenUp;
  handlerOverrun: HandlerOverrun;
  systemStopping: SystemStopping;
  log: LogEvent;
};
