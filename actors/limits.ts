/**
 * Every bound of the platform, in one table, with its unit and its reason.
 * Runs on: any.
 */
export const PLATFORM_LIMITS = {
  /** Body of one ingest request. */
  bodyBytesMax: 32 * 1024 * 1024,
  /** Data-points in one ingest request. */
  bodyItemsMax: 100_000,
  /** Hooks deriving from what hooks derived: a chain longer than this is stopped, as a dead letter. */
  derivedDepthMax: 32,
  /** Descendants that one task from outside may have, split among the children. */
  derivedBudget: 10_000,
  /** Entities whose hooks are in flight at once, per partition. */
  entitiesInFlightMax: 16,
  /** Tasks stored and not applied, per partition; beyond, ingest answers 503. A partition that is idle takes any request. */
  lagMax: 20_000,
  /** Derived tasks stored and not delivered, per partition; beyond, ingest answers 503 until they are. */
  outboxMax: 100_000,
  /** Requests under way in one ingest replica, and their bytes; one more is told 503. */
  ingestRequestsMax: 256,
  ingestBytesMax: 64 * 1024 * 1024,
  /** Bytes of requests in the mailbox of one ingest replica: two of the largest bodies. */
  ingestMailboxBytes: 64 * 1024 * 1024,
  /** What 503 tells a sender to wait. */
  retryAfterMs: 1_000,
  /** Faults an answer lists; the rest is counted. An answer is not to be larger than what it answers. */
  faultsListed: 1_000,
  /** How long a partition may take to store its part of a request. */
  appendMs: 30_000,
  /** How long a request waits until its effects are stored, when asked to. */
  appliedMs: 30_000,
  /** Messages in the mailbox of a partition: more than the tasks that may be on their way to it. */
  partitionMailbox: 65_536,
  /** Bytes of log entries a partition keeps in memory per lane; what waits beyond them is read from the log again. */
  laneBytesKept: 512 * 1024,
  /** Rows of the log read at a time, and about their bytes. */
  laneRowsRead: 64,
  laneBytesRead: 256 * 1024,
  /** How long a partition works on its tasks before others of its thread have their turn. */
  workSliceMs: 2,
  /** How long one turn may keep a thread, a hook's endless loop say, before that thread is replaced; above any honest one. */
  threadStuckMs: 15_000,
  /** Deaths of the process at one task that make it a dead letter. A kill from outside counts too: nobody can tell. */
  processDeathsMax: 3,
  /** Stored bytes after which a page of dead letters ends: one may hold a task of a whole body. */
  deadLettersBytes: 4 * 1024 * 1024,
  /** Tasks that have waited for so long are applied with as much right as new ones are taken in. */
  behindMs: 5_000,
  /** How soon a partition that a full disk stopped looks for room, and for how long at most it does not look. */
  diskRetryMs: 500,
  diskRetryMsMax: 4_000,
  /** A disk that has room takes again when it has refused nothing for so long; above the pause between two looks. */
  diskQuietMs: 10_000,
  /** Rows a partition gathers while its last commit is under way; then it waits for it. */
  gatheredRowsMax: 4_096,
  /** Tasks of busy entities a partition sets aside to go on with others. */
  parkedMax: 256,
  /** Tasks in one derived entry: a hook, or a delete, may derive thousands at once. */
  derivedEntryTasks: 512,
  /** Links to a deleted entity that one commit takes out; the rest follow, as many at a time, as tasks of their own. */
  unlinksAtOnce: 1_000,
  /** Entities whose creation hooks one commit has run again; the rest follow, as many at a time. */
  refreshedAtOnce: 256,
  /** Rows of an outbox in one message, and about their bytes. */
  deliveryRows: 256,
  deliveryBytes: 256 * 1024,
  /** How long a target may take to store derived tasks before they are sent again. */
  deliveryMs: 30_000,
  /** First and longest wait before derived tasks are sent again, doubling. */
  deliveryRetryMs: 10,
  deliveryRetryMsMax: 2_000,
  /** Dead letters taken into the log again, or dropped, in one commit. */
  deadLettersAtOnce: 1_000,
  /** Erasures that are not done; one more is refused. Each is looked up with every task, and stored with every step. */
  erasuresMax: 1_000,
  /** Rows of the log, or dead letters, looked at in one turn of an erasure, and about their bytes. */
  eraseRows: 64,
  eraseBytes: 256 * 1024,
  /** Keys of links looked at in one turn of it. */
  eraseLinkRows: 1_000,
  /** First and longest wait before a step of an erasure that failed is tried again, doubling. */
  eraseRetryMs: 10,
  eraseRetryMsMax: 2_000,
  /** How long the command line waits before it looks again how far an erasure is. */
  eraseLookMs: 200,
  /** How long the engine waits for actors to start, or to answer when it looks at them. */
  engineStepMs: 60_000,
  /** Default deadline of a stop: what is not applied by then is applied after the next start. */
  engineStopMs: 10_000,
  /** How long nothing may move while tasks of a former model are finished: above two deaths of a stuck thread. */
  formerModelStuckMs: 120_000,
  /** Connections at the door of a data folder: a few shells; more are closed at once. */
  doorConnectionsMax: 16,
  /** One call or answer at that door: an ingest body and its head. */
  doorFrameBytesMax: 64 * 1024 * 1024,
  /** A connection that says nothing for so long is closed. */
  doorIdleMs: 10 * 60_000,
  /** How long the command line waits for one answer there. */
  doorCallMs: 120_000,
  /** Bytes of one request of the command line; many small ones leave room for other senders. */
  ingestBodyBytes: 4 * 1024 * 1024,
  /** First and longest wait of the command line before it sends again, when nobody says how long. */
  ingestRetryMs: 250,
  ingestRetryMsMax: 10_000,
  /** Data-points in one request of an import: fixed, as a repeated import must be cut as the first was. */
  importBodyItems: 5_000,
  /** A line of an imported file: a document of 16 MiB is several times as long as extended JSON. */
  importLineBytesMax: 128 * 1024 * 1024,
  /** How long a hook may wait for what it awaits, unless its registration says otherwise. */
  hookTimeoutMs: 10_000,
  /** A hook that holds its thread for longer is recorded: everything else on the thread waits for it. */
  hookOverrunMs: 250,
  /** Tasks of one hook call that are looked at; the rest is dropped and recorded. */
  hookTasksMax: 10_000,
  /** Faults of hooks kept per thread, for people to read. */
  hookFaultsKept: 256,
  /** Faults of one bad result that are recorded one by one. */
  hookResultFaultsMax: 8,
  /** The logger hears of the same hook failing the same way at most once in this time. */
  hookFaultQuietMs: 1_000,
  /** How long a module may take to be set up, to start, to take a configuration, or to stop. */
  moduleStepMs: 60_000,
  /** How long one module may take to be loaded and set up when new code is tried out: a step, and its import. */
  moduleCheckMs: 90_000,
  /** How long a module's file that has called createPlatform may still load; then it is taken to wait for the platform. */
  moduleProgramMs: 1_000,
  /** Calls that the modules of a thread take at once: reports beside one reload. */
  moduleCallsMax: 16,
  /** What a hook of a module with one instance gets beside its own time, for the way there and back. */
  hookTravelMs: 5_000,
} as const;

/** Bounds of the HTTP surface and of what reads do for it. */
export const HTTP_LIMITS = {
  /** Requests in hand at once; more are told 503. */
  requestsMax: 1_024,
  /** Requests in hand at once of one address; more are told 429. A sender rarely has more than one. */
  clientRequestsMax: 256,
  /** Connections open at once; more wait in the kernel. */
  connectionsMax: 4_096,
  /** Bytes of bodies held at once, over all requests: eight bodies of the largest size. */
  bodyBytesInFlightMax: 256 * 1024 * 1024,
  /** Body of a request that is about one entity; it is parsed on the main thread. */
  smallBodyBytesMax: 1024 * 1024,
  /** Head of a request: node's own default, given explicitly. The longest path that can come. */
  headerBytesMax: 16 * 1024,
  /** A head that takes longer than this is ended, and so is a request with its body. */
  headersMs: 15_000,
  requestMs: 120_000,
  /** How often the two above are looked at. */
  connectionsCheckMs: 5_000,
  keepAliveMs: 60_000,
  /** A handler that does not answer by then is given up, whatever it waits for. */
  handlerMs: 180_000,
  /** How long a stop waits for what is in hand. */
  stopMs: 10_000,
  /** What 503 and 429 tell a client to wait where nothing better is known. */
  retryAfterMs: 1_000,
  /** How long a read waits for the positions it was given. */
  positionWaitMs: 10_000,
  /** Characters of a position token: five bytes a number would do for a thousand partitions. */
  positionTokenLengthMax: 14_000,
  /** Characters of an idempotency key. */
  idempotencyKeyLengthMax: 255,
  /** Bytes that may wait for the disk, per log file of data-points. */
  pointLogBytesWaitingMax: 16 * 1024 * 1024,
  /** Rows a list answers at once; a longer one is streamed. */
  listRowsAtOnceMax: 1_000,
  /** How long a read keeps the main thread before others have their turn, in ms. */
  readSliceMs: 10,
  /** Entities a scan reads at a time. */
  scanPageRows: 200,
  /** How long a read that looks at all entities, or at the log, may take in all. */
  scanMs: 30_000,
  /** Sources whose validity is told apart. */
  sourcesMax: 10_000,
  /** Characters of one of them: senders name them, and they are kept in memory. */
  sourceCharsMax: 1_024,
  /** Different values that a count of distinct ones may hold. */
  distinctValuesMax: 100_000,
  /** Tasks of the log that one raw read looks at, newest first. */
  rawTasksMax: 200_000,
  /** Data-points one raw read gathers. */
  rawRowsMax: 50_000,
  /** Of how many newest data-points at least a raw read tells which are newest by t1. */
  rawSortedMin: 1_000,
  /** Dead letters listed at once. */
  deadLettersMax: 1_000,
  /** Streams of changes open at once, of the requests in hand; more are told 503. */
  feedsMax: 64,
  /** How long a stream of changes may say nothing: below what proxies wait before they hang up. */
  feedHeartbeatMs: 15_000,
  /** Changes made to text at a time for a stream; the next ones when its client has taken these. */
  feedPieceChanges: 200,
  /** Changes one page lists. */
  changesPageMax: 5_000,
  /** How long a page may wait for its first change. */
  changesWaitMsMax: 60_000,
} as const;

/** Bounds of a configuration folder, which is somebody's input. */
export const CONFIG_LIMITS = {
  /** One file; the largest seen in use are some tens of kB. */
  fileBytesMax: 1024 * 1024,
  /** Files and folders in it, those of modules included. */
  entriesMax: 4_096,
  /** All files together. */
  bytesMax: 64 * 1024 * 1024,
  /** How deep folders and values may nest. */
  nestingMax: 64,
  /** Values in one file, those counted again that aliases repeat. */
  valuesMax: 200_000,
  /** How often aliases may repeat one value, aliases within it multiplied. */
  aliasesMax: 1_000,
  /** Faults of one file as YAML that are named: after the first few the rest follows from them. */
  yamlFaultsMax: 20,
  /** Characters of the name of a module. */
  moduleNameCharsMax: 128,
} as const;
