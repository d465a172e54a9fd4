/**
 * What a durable mailbox needs of a log. The runtime only declares it, so that stores can be written against it:
 * no actor is durable yet. A journal may be shared by all threads of a system; each thread opens its own.
 * Runs on: any.
 *
 *   append -> flushed, numbered -> read -> handled -> saveState / settle -> gone
 *                                   ^---- a crash anywhere here: read again ----'
 */

/** The durable identity of an actor: unique in a data folder, the same after every restart of the process. */
export type JournalActor = string;

/** One message to be kept. */
export interface JournalMessage {
  readonly actor: JournalActor;
  /** Chosen by the sender; a second message of that id to the same actor is the same message. */
  readonly id: string;
  /** The encoded message. The journal has copied it when `append` returns its promise. */
  readonly body: Uint8Array;
}

/** A kept message with its number. */
export interface JournalRecord {
  /** Above 0, unique and ascending per actor in the order of appending; gaps are possible. */
  readonly sequence: number;
  readonly id: string;
  readonly body: Uint8Array;
}

export interface JournalState {
  readonly body: Uint8Array;
  /** The number of the last message whose effects it holds; 0 if none. */
  readonly sequence: number;
}

/**
 * Every promise rejects with the store's own error, as `cause` of a CodedError, when the store fails, and with
 * SYSTEM_STOPPED once close() was called. What was rejected was not done, in part either.
 */
export interface Journal {
  /**
   * Keeps a batch, whole or not at all. Resolves, after it has been flushed to where the journal promises it to
   * last, with one number per message in the order of the batch; a message whose id the actor already has keeps
   * its first number, settled or not, for as long as the journal remembers ids. Batches appended one after the
   * other are numbered in that order; the journal may flush several together.
   */
  append(batch: readonly JournalMessage[]): Promise<readonly number[]>;

  /**
   * Up to `recordsMax` flushed and unsettled messages of `actor` with numbers above `after` (0: from the start),
   * ascending; fewer than that, or none, means there are no more now.
   */
  read(actor: JournalActor, after: number, recordsMax: number): Promise<readonly JournalRecord[]>;

  /**
   * Marks one message as done: it is never read again. Resolves when that is as durable as an append. Settling a
   * number twice, or one that never was, does nothing.
   */
  settle(actor: JournalActor, sequence: number): Promise<void>;

  /**
   * Replaces the actor's state and settles the message that led to it in one commit: after a crash both are there
   * or neither is. `state.sequence` of 0 settles nothing.
   */
  saveState(actor: JournalActor, state: JournalState): Promise<void>;

  /** The state saved last; undefined if there is none. */
  loadState(actor: JournalActor): Promise<JournalState | undefined>;

  /** Flushes what was accepted, then lets go of the store. A second call returns the same promise. */
  close(): Promise<void>;
}
