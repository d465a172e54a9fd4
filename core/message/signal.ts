/**
 * The runtime's own messages between threads. They travel in the data channel, in order with user messages, as
 * plain objects; lifecycle commands then overtake the queue of the actor they are for, all others do not.
 * Runs on: any.
 */
import type { WireError } from '../errors.js';

/** Which tenant of which slot. */
export interface SlotId {
  readonly slot: number;
  readonly generation: number;
}

export type EndReason = 'stopped' | 'failed' | 'killed' | 'threadDied' | 'gone';

/** A child to be made: the supervisor keeps this, and sends it again after the thread has died. */
export interface SpawnSignal extends SlotId {
  readonly type: 'spawn';
  readonly definition: string;
  readonly url: string;
  /** Start arguments, packed alone. */
  readonly args: Uint8Array;
  readonly name: string | undefined;
  readonly path: string;
  readonly parent: SlotId | undefined;
  readonly parentThread: number;
  readonly restarts: number;
  readonly capacity: number;
  readonly bytesMax: number;
  readonly overflow: 'reject' | 'drop-oldest' | 'drop-newest';
  readonly priorities: Readonly<Record<string, number>> | undefined;
}

export type Signal =
  | SpawnSignal
  /** Child -> supervisor. */
  | {
      readonly type: 'childFailed';
      readonly child: SlotId;
      readonly phase: 'start' | 'handle' | 'restart';
      readonly handler: string | undefined;
      readonly error: WireError;
      readonly parent: SlotId | undefined;
    }
  | {
      readonly type: 'childEnded';
      readonly child: SlotId;
      readonly reason: EndReason;
      readonly parent: SlotId | undefined;
    }
  /** Supervisor -> child. */
  | ({ readonly type: 'resume' } & SlotId)
  | ({ readonly type: 'restart' } & SlotId)
  | ({
      readonly type: 'stop';
      readonly mode: 'drain' | 'stop' | 'kill';
      readonly reason: EndReason;
    } & SlotId)
  /** Death-watch, per watching thread. */
  | ({ readonly type: 'watch'; readonly thread: number } & SlotId)
  | ({ readonly type: 'unwatch'; readonly thread: number } & SlotId)
  | ({ readonly type: 'terminated'; readonly reason: EndReason } & SlotId)
  /** Owner -> a thread whose senders wait: this many may try. */
  | ({ readonly type: 'room'; readonly quota: number } & SlotId)
  /** Receiver -> sender of a channel that said it was starved. */
  | { readonly type: 'credit'; readonly thread: number }
  /** Reader -> producer of a stream. */
  | {
      readonly type: 'demand';
      readonly thread: number;
      readonly ask: number;
      readonly count: number;
    }
  | { readonly type: 'cancel'; readonly thread: number; readonly ask: number }
  /** The asked message went on to another actor. */
  | ({ readonly type: 'askMoved'; readonly ask: number } & SlotId & { readonly thread: number })
  /** Thread to thread request, answered like an ask. */
  | {
      readonly type: 'request';
      readonly ask: number;
      readonly from: number;
      readonly epoch: number;
      readonly request: HostRequest;
    }
  /** An actor that may hold registered names has ended. Main only. */
  | ({ readonly type: 'released' } & SlotId)
  /** Group membership, replicated to every thread. */
  | ({ readonly type: 'joined' | 'left'; readonly group: string; readonly thread: number } & SlotId)
  /** A thread of its own is wanted under this number. Main only. */
  | { readonly type: 'threadWanted'; readonly thread: number }
  /** The last actor of a dedicated thread has ended. Main only. */
  | { readonly type: 'threadIdle'; readonly thread: number }
  /** A message that had not begun on a thread that is vacated: main gives it again to the thread's next life. Main only. */
  | {
      readonly type: 'handedOver';
      readonly thread: number;
      readonly message: unknown;
    }
  /** A handler's name got a number in a thread: for the watchdog. */
  | {
      readonly type: 'handlerNamed';
      readonly thread: number;
      readonly number: number;
      readonly name: string;
    }
  /** A notice for main's event stream. */
  | { readonly type: 'event'; readonly name: string; readonly payload: unknown };

/** What one host asks another. */
export type HostRequest =
  | ({ readonly what: 'started' } & SlotId)
  /** Answered once all that this thread had sent to the actor before is over. */
  | ({ readonly what: 'passed' } & SlotId)
  | ({ readonly what: 'register'; readonly name: string; readonly thread: number } & SlotId)
  | { readonly what: 'lookup'; readonly name: string };
