/**
 * Where a task stands in the logs.
 * Runs on: any.
 */

/** The partition, its lane (0 derived, 1 external) and its number there. */
export type Position = readonly [partition: number, lane: number, number: number];
