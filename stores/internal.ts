/**
 * What our own upper floor may use of what is stored, beside its public door. Nothing here is promised to users.
 * Reading order: schema (values, data-points, the model), records and history, entries, stores, folder.
 * Runs on: any.
 */

export {
  type Applied,
  type ApplyContext,
  type AttributeChunk,
  applyPoints,
  type LinkEffect,
  type PointsToApply,
} from './apply-points.js';
export { encodeChangeChunk, type StoredChange } from './change-codec.js';
export {
  folderDigest,
  printChangeCursor,
  readChangeCursor,
} from './change-cursor.js';
export { ChangeLog, type ChangeRow } from './change-log.js';
export { Committer } from './committer.js';
export {
  type DeadLetter,
  type DeadLetterReason,
  decodeDeadLetter,
  encodeDeadLetter,
} from './dead-letter-codec.js';
export { type DeadLetterRow, DeadLetterStore } from './dead-letter-store.js';
export { roomFault } from './disk-room.js';
export type { OwnEntity } from './effects.js';
export {
  EntityStore,
  type LinkPage,
  type LinkRow,
  type ListOptions,
  type StoredEntity,
} from './entity-store.js';
export {
  type Cause,
  decodeEntry,
  encodeEntries,
  encodeEntry,
  hookOf,
  type LinkChange,
  type LogEntry,
  type Origin,
  type Task,
  type TaskPoint,
} from './entry-codec.js';
export { type Append, type Appended, EntryLog, type LogRow } from './entry-log.js';
export { type Durability, type Environments, openEnvironments } from './environment.js';
export {
  type AcceptedErasure,
  type AskedErasure,
  addCounts,
  type EndedErasure,
  type EraseCounts,
  type EraseLedger,
  eraseCut,
  NO_COUNTS,
  readEraseLedger,
  writeEraseLedger,
} from './erase-ledger.js';
export {
  type AttributeOf,
  type ErasedEntity,
  eraseFromEntry,
  eraseFromTask,
  isEmptyTask,
  isTaskOf,
  withoutPointsTo,
} from './erase-task.js';
export { ErasedIndex } from './erased-index.js';
export { type Folder, type OpenFolderOptions, openFolder } from './folder.js';
export type { ConnectionHandler } from './folder-lock.js';
export { type Finding, type FsckReport, fsck } from './fsck.js';
export {
  type AttributeNumbers,
  type CurrentValues,
  currentValues,
  type Evidence,
  explainValue,
  observedAt,
  printValues,
  type ReadChunks,
  type Stored,
} from './history/current-values.js';
export { type Interval, itemsBetween, samplesBetween } from './history/history-between.js';
export { linkTargets } from './history/link-targets.js';
export { nextChangeAt } from './history/next-change.js';
export { retainedItems } from './history/retention.js';
export { lengthOf, type Sample, samplesOf } from './history/series.js';
export {
  type ChunkRange,
  chunksForInstant,
  chunksForInterval,
  EVERYTHING,
} from './history/spill.js';
export { joinItems } from './history/timeline.js';
export { type ValueAt, valuesAt } from './history/value-at.js';
export type { RequestKey, SeenRequest } from './idempotency.js';
export * from './index.js';
export type { EntityAddress, LinkSource } from './keys.js';
export {
  FIRST_CURSOR,
  LANES,
  type Lane,
  type LaneCursor,
  type PartitionCursor,
  placeOf,
  seqOf,
} from './lane.js';
export { STORE_LIMITS } from './limits.js';
export { LinkIndex } from './link-index.js';
export {
  type ModelChange,
  modelChange,
  modelChangeText,
  type Retyped,
} from './model-change.js';
export {
  type AttributeNumber,
  assignNumbers,
  type EntityNumber,
  ModelNumbers,
  type ModelNumbersForm,
  NO_NUMBERS,
} from './model-numbers.js';
export { Outbox, type OutboxRow, outboxSource } from './outbox.js';
export { partitionOf } from './partition-of.js';
export type { PartitionState } from './partition-state.js';
export { isSweep, type Sweep, sweepTask, type Unlink } from './piecework.js';
export {
  type AttributeMap,
  type Chunk,
  type EntityRecord,
  type Item,
  newRecord,
  type PlainValue,
  type SeriesValue,
  type Spilled,
} from './record.js';
export { copyRecord, decodeRecord, encodeRecord } from './record-codec.js';
export { type LinkRemoval, removeLinks } from './remove-links.js';
export { KIND_NUMBERS, storedForm } from './schema/attribute.js';
export { modelOf } from './schema/build-model.js';
export { type DataPoint, type Located, parseDataPoint, parsePointOf } from './schema/data-point.js';
export { parseDuration, printDuration } from './schema/duration.js';
export { idText, idType } from './schema/entity-id.js';
export { type BodyLimits, parseJsonBody, parseJsonText, printJson } from './schema/json-body.js';
export { creationTokens, mergeTokens, ttlTokensOf } from './schema/lifetime.js';
export {
  foundText,
  pathText,
  type SpecFault,
  type SpecPath,
  sentenceOf,
  unknownName,
} from './schema/spec-fault.js';
export {
  choice,
  duration,
  flag,
  integer,
  isMapping,
  leaf,
  listOf,
  longDuration,
  mapping,
  mappingOf,
  or,
  orNull,
  type ReadOf,
  refuseUnknown,
  type Shape,
  text,
} from './schema/spec-shape.js';
export { parseTime, printTime, toTime } from './schema/time-value.js';
export { socketPathOf } from './socket-path.js';
