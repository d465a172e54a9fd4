/**
 * The public door of the runtime. Reading order of what is behind it: actor/definition (what an author writes),
 * actor/actor-ref (what a sender sees), actor/actor-context (what an actor may do), system/actor-system (the
 * front); then slot-table, transport/outgoing-channel and actor/actor-cell for how a message travels.
 */
export type {
  ActorContext,
  Group,
  StopMode,
  StopReason,
  Terminated,
  Timers,
} from './actor/actor-context.js';
export { group } from './actor/actor-context.js';
export type {
  ActorRef,
  ArgsOf,
  AskOptions,
  Calls,
  Deferred,
  ItemOf,
  RefTo,
  Remote,
  ReplyOf,
  Sender,
  SenderTo,
  StreamName,
  Told,
} from './actor/actor-ref.js';
export {
  type Accepts,
  type Behaviour,
  type Definition,
  type DefinitionOptions,
  defineActor,
  type Handler,
  type ProtocolOf,
  type Recipe,
} from './actor/definition.js';
export { type ExposeOptions, expose } from './actor/expose.js';
export type { KeySender, ReplicaSender, Replicas } from './actor/replicas.js';
export type {
  MailboxOptions,
  ReplicaOptions,
  Routing,
  SpawnOptions,
  ThreadChoice,
} from './actor/spawn-options.js';
export type { Directive, Failure, Strategy, SupervisionOptions } from './actor/supervision.js';
export type { SystemOptions } from './config.js';
export { CodedError, ERROR_CODES, type ErrorCode, hasCode, Refusal, refuse } from './errors.js';
export type * from './journal.js';
export { adaptLogger, jsonLogger, type Logger, silentLogger } from './logger.js';
export type { OverflowRule } from './mailbox/overflow.js';
export { move } from './message/codec.js';
export type {
  KeyRunner,
  Pool,
  PoolOptions,
  PoolStats,
  Runner,
  RunOptions,
} from './routing/pool.js';
export { type ActorSystem, createSystem } from './system/actor-system.js';
export type { ReplacedThread, ReplaceOptions } from './system/replacements.js';
export type { Drained } from './system/shutdown.js';
export type { SystemStats } from './system/system-stats.js';
export type * from './system-events.js';
export type { ActorInfo } from './threads/thread-control.js';
