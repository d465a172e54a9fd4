/**
 * Every bound of the runtime in one table, with its unit, and the relations between bounds asserted.
 * Defaults a user may change are parsed in config.ts; the rest are properties of the protocol.
 * Runs on: any.
 */
import { assert } from './errors.js';

export const LIMITS = {
  /** Rows of the slot table: actors alive at once in one system. */
  actorsMax: 1 << 20,
  /** Slots a thread takes from, or gives back to, the shared free list at a time. */
  slotBlock: 256,
  /** Logical threads of a system, main included; a bit each in a waiter mask. */
  threadsMax: 32,

  /** Default bound of a mailbox, in messages. */
  mailboxMessages: 10_000,
  /** Default bound of a mailbox, in bytes of strings and binaries queued in it. */
  mailboxBytes: 64 * 1024 * 1024,
  /** Default bound of a stash, in messages. */
  stashMessages: 1_000,
  /** Messages one actor handles before the next one has its turn. */
  turnMessages: 64,
  /** How long a thread handles messages before timers and I/O have their chance, in ms. */
  passMs: 1,

  /** Messages in one frame. */
  frameMessages: 256,
  /** At multiples of this a frame is closed sooner if the receiver has taken all there was: both then work at once. */
  frameMessagesIdle: 64,
  /** Estimated bytes after which a frame is closed. */
  frameBytes: 32 * 1024,
  /** Bytes posted and not yet decoded, per channel; a single larger frame may travel alone. */
  creditBytes: 256 * 1024,
  /** Messages that wait on the sender's side of one channel for credit; beyond, `tell` answers full. */
  outboxMessages: 1 << 14,
  /** The same bound in estimated bytes. */
  outboxBytes: 8 * 1024 * 1024,
  /** Binaries from this size on travel beside the frame: copied once, and not kept for a thread that dies. */
  attachedBytes: 16 * 1024,
  /** Posted messages whose begin a sender can still learn of, per channel (a power of two). */
  retainedMessages: 1 << 14,
  /** Bytes of posted frames a sender keeps to give again when a thread dies, per channel. */
  retainedBytes: 4 * 1024 * 1024,
  /** Distinct object shapes a channel learns before it starts a new dictionary. */
  shapesPerEpoch: 1_024,
  /** Memory a thread's packer may keep after a large message, in bytes. */
  packerBytesKept: 4 * 1024 * 1024,
  /** Handler names a channel learns by number; later ones travel as text. */
  handlerNamesPerChannel: 4_096,
  /** Bytes of the ring of a ring transport (a power of two). */
  ringBytes: 512 * 1024,
  /** Frames larger than this go round the ring, by the port. */
  ringFrameBytes: 64 * 1024,
  /** Frames that one poll of a channel delivers at most; a ring's is bounded by creditBytes too. */
  framesPerPoll: 1_024,
  /** Turns of the event loop in which an idle reader of a ring looks again before it asks to be woken. */
  ringIdleTurns: 32,

  /** Default deadline of an ask, in ms. */
  askMs: 5_000,
  /** Default deadline of a send that waits for room, in ms. */
  sendMs: 5_000,
  /** Accepted sends a thread may await without returning to its event loop: else a loop of sends starves timers and I/O. */
  sendsPerRound: 1_024,
  /** Asks in flight per thread. */
  asksMax: 1 << 20,
  /** Asks an answer may be waiting behind: the chain an envelope carries. */
  askChainMax: 16,
  /** Resolution of the deadline wheel, in ms. */
  wheelTickMs: 8,
  /** Longest sleep of the deadline wheel, in ms; also how long its timer outlives the last deadline. */
  wheelSleepMs: 128,

  /** Default restart budget: this many failures within the window. */
  restartsMax: 10,
  restartWindowMs: 60_000,
  /** Default backoff before a restart: nothing for the first failure, then doubling from min to max. */
  backoffMinMs: 10,
  backoffMaxMs: 10_000,
  backoffJitter: 0.2,
  /** Deaths of one logical thread within the window before it is given up. */
  threadRestartsMax: 20,
  threadRestartWindowMs: 60_000,

  /** How long a thread that was given up rests before it is tried again: doubling each time, from this to this, in ms. */
  threadRestMinMs: 60_000,
  threadRestMaxMs: 600_000,
  /** Default deadline of what a thread has in hand when it is replaced on purpose, in ms. */
  replaceMs: 5_000,
  /** How long such a thread looks for a moment without work in hand before new work is held back from it, in ms. */
  replacePauseMs: 250,
  /** How often it looks, in ms. */
  vacateLookMs: 2,
  /** How long its actors' hooks, and its last messages, may take beyond the deadline before it is killed, in ms. */
  vacateGraceMs: 2_000,

  /** Default deadline of system.stop() and system.drain(), in ms. */
  stopMs: 10_000,
  /** How often a draining actor looks whether what was admitted and has not come was taken back, in ms. */
  drainLookMs: 2,
  /** Deadline of one control call between threads, in ms. */
  controlMs: 5_000,
  /** How long a host may take to start in a new thread, in ms. */
  threadStartMs: 30_000,
  /** How long a thread that is told to end may go on before it is terminated; while it still starts `controlMs`, in ms. */
  threadEndMs: 500,
  /** How long after its import a module may take to define an actor, in ms. */
  definitionMs: 1_000,
  /** How long one message may keep a thread busy before it is reported, in ms. */
  handlerOverrunMs: 1_000,
  /** How often the threads are looked at for an overrun, in ms. */
  watchdogMs: 250,

  /** Items a stream reader lets the producer be ahead. */
  streamDemand: 64,
  /** Default bound of an event reader's buffer, in events; beyond, the oldest is dropped and counted. */
  eventsBuffered: 1_024,
  /** Points per replica on the hash ring. */
  hashRingPoints: 64,
  /** Replicas of one set. */
  replicasMax: 1_024,
  /** Messages a replica set keeps for keys whose owner is changing; beyond, `tell` answers full. */
  replicasHeldMessages: 10_000,
  /** Default budget of a replica that ends by itself: this many fresh ones within the window. */
  replicaRenewalsMax: 10,
  replicaRenewalWindowMs: 60_000,
  /** How long a hand-over waits before it asks an owner again whether it has finished, in ms. */
  handOverRetryMs: 50,
  /** How long a thread may stay with a run that is over its time limit before it is killed, in ms. */
  runGraceMs: 50,
  /** Characters of an actor's or a handler's name. */
  nameCharsMax: 200,
  /** Default bytes of one call through an exposed endpoint. */
  endpointBytes: 1024 * 1024,
  /** Default calls in flight through an exposed endpoint. */
  endpointCalls: 256,
  /** Arguments of one call through a port. */
  endpointArguments: 64,
  /** Nesting of the arguments of a call through an exposed endpoint. */
  endpointDepth: 100,
  /** Testkit: rows of a test system's slot table, unless it is given actorsMax. */
  testActorsMax: 4_096,
  /** Testkit: steps a system may take without coming to rest. */
  testStepsMax: 1_000_000,
  /** Testkit: how long a probe of a real system waits for what it expects, in ms. */
  testExpectMs: 3_000,
  /** Testkit: the last steps a trace shows. */
  traceKept: 1_000,
  /** Faults that the refusal of a schema names; the rest are counted. */
  schemaFaultsNamed: 16,
} as const;

/** The relations the code relies on. Called once per thread when its host is made. */
export function assertLimits(): void {
  const l = LIMITS;
  assert(
    (l.retainedMessages & (l.retainedMessages - 1)) === 0,
    'retainedMessages to be a power of two',
  );
  assert(l.frameMessages <= l.retainedMessages, 'a frame to fit the retained window');
  assert(
    l.frameBytes * 2 <= l.creditBytes,
    'credit for at least two frames, so that a channel can stream',
  );
  assert(l.creditBytes <= l.retainedBytes, 'all posted frames to be retainable');
  assert((l.ringBytes & (l.ringBytes - 1)) === 0, 'ringBytes to be a power of two');
  assert(l.creditBytes <= l.ringBytes / 2, 'the frames on their way to fit the ring');
  assert(l.ringFrameBytes * 2 <= l.ringBytes, 'a frame to fit the ring wherever it begins');
  assert(
    l.shapesPerEpoch <= 4_096,
    'a dictionary to be ended before the packer reuses its numbers',
  );
  assert(l.frameMessages <= l.outboxMessages, 'a frame to fit the outbox');
  assert(l.threadsMax <= 32, 'one waiter bit per thread in an int32');
  assert(l.backoffMinMs <= l.backoffMaxMs, 'backoff to grow');
  assert(l.wheelTickMs <= l.wheelSleepMs, 'the deadline wheel to sleep at least one tick');
}
