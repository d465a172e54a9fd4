/**
 * Every bound of what is stored, in one table, with its unit and its reason.
 * Runs on: any.
 */
export const STORE_LIMITS = {
  /** Partitions a data folder is made with, unless told. */
  partitions: 64,
  partitionsMax: 1_024,
  /** Newest items of an attribute kept in the record itself; older ones spill into chunks. */
  inlineItems: 16,
  /** The same bound in bytes. */
  inlineBytes: 2_048,
  /** Characters of the id of an entity type, an attribute or a series: they stand in every answer and key. */
  nameCharsMax: 128,
  /** Entity types of one model: each costs every thread its parsed form. */
  entityTypesMax: 1_024,
  /** Attributes of one entity type, mirrors apart. */
  attributesMax: 4_096,
  /** How deep a stored value may nest. */
  valueDepthMax: 32,
  /** The same for the codec, which also sees what values stand in (links with data, rows): never the narrower. */
  storedDepthMax: 80,
  /** One stored row in bytes: more than the largest body becomes, less than a thread cannot hold. */
  storedBytesMax: 64 * 1024 * 1024,
  /** Memory a thread's writer may keep after a large row, in bytes. */
  writerBytesKept: 4 * 1024 * 1024,
  /** Items that stay inline after a spill: the room up to inlineItems makes spills rare. */
  inlineItemsKept: 8,
  /** The same in bytes. */
  inlineBytesKept: 1_024,
  /** Items of one chunk. */
  chunkItems: 64,
  /** Estimated bytes of one chunk, unless a single item is larger: about a page, so that a read brings little else. */
  chunkBytes: 4_096,
  /** Samples of one timeseries item that joining may make. */
  seriesSamples: 512,
  /** Tasks a record remembers as those that touched it: a page of raw data-points and some. */
  recordTasks: 32,
  /** Entity ids in bytes of UTF-8: a key of LMDB has room for two of them. */
  idBytesMax: 768,
  /** Digits of an integer that comes as text; turning them to a bigint takes the square of their number. */
  integerDigitsMax: 4_300,
  /** Characters of the text of a data type: room for some thousand categories. */
  typeCharsMax: 65_536,
  /** Faults reported of one value: a list of a million wrong elements is told by its first ones. */
  faultsPerValueMax: 64,
  /** Objects and lists in one another in a body: a stored value within a data-point within the list, and some. */
  bodyDepthMax: 40,
  /** Objects, lists and members in one body: 25 a data-point for 100 000, up to 100 bytes of memory each. */
  bodyNodesMax: 2_500_000,
  /** Members of one object in a body. Parsing takes the square of their number: 16 000 some ms, two million half a minute. */
  objectMembersMax: 16_384,
  /** Bytes of the disk that no commit may take: a write that fails half-way may end the process. */
  diskReserveBytes: 16 * 1024 * 1024,
  /** On small disks the reserve is this part of them. */
  diskReserveDivisor: 16,
  /** What a row may add to the files besides its value, in bytes: often a quarter of a page of 4 096, seldom more. */
  diskRowBytes: 1_024,
  /** A key, in bytes: what LMDB takes with pages of 4 096. */
  keyBytesMax: 1_978,
  /** Rows of one commit to the state; what has gathered beyond waits for the next. A commit of this size takes some 100 ms. */
  commitPuts: 50_000,
  /** How long a request is remembered, so that its repetition does nothing, in ms. */
  requestKeptMs: 3_600_000,
  /**
   * Rows that remember requests, over all partitions: one for its key, one in each partition it has data for; about 450
   * bytes each. An even share of them is each partition's own, so there may be twice as many for a while.
   */
  requestRowsKept: 1_000_000,
  /** Old requests forgotten with each one that is remembered: more than one, so that a backlog shrinks. */
  requestsForgotten: 3,
  /** Changes a folder keeps for readers, unless told: some 20 MB. */
  changesKeptMax: 1_000_000,
  /** Bytes of one chunk of changes, about: some thousand of them, decoded at once by who reads. */
  changeChunkBytes: 64 * 1024,
  /** Old chunks of changes removed by one commit, which adds one or a few: a backlog shrinks, a commit stays short. */
  changeChunksTrimmed: 64,
  /** Characters of a cursor of changes: eight bytes for each of the most partitions there may be, and some. */
  changeCursorCharsMax: 12_000,
  /** Rows removed in one commit when a range is. */
  trimRows: 2_000,
  /** Findings an fsck lists; beyond, it counts. */
  findingsMax: 1_000,
  /** How long another opener of a folder is given to answer at its socket, in ms. */
  lockAnswerMs: 2_000,
  /** Named tokens of one entity; beyond, those that end first are let go, which changes nothing of when it ends. */
  ttlTokensMax: 1_024,
  /** Erasures that are done and still listed; the oldest are forgotten first. */
  erasuresKept: 100,
} as const;
