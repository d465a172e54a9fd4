/**
 * What a full mailbox does with one message more. Pure.
 * Runs on: any.
 */

/**
 * `reject`: the sender hears `full`, nothing is lost. `drop-oldest` / `drop-newest`: always accepted; the owner
 * evicts the oldest queued message, or the arriving one, as a dead letter `evicted`.
 */
export type OverflowRule = 'reject' | 'drop-oldest' | 'drop-newest';

/** Which message the owner evicts when one arrives at `queued` of `capacity`. */
export function evicted(
  rule: OverflowRule,
  queued: number,
  capacity: number,
): 'none' | 'oldest' | 'newest' {
  if (queued < capacity || rule === 'reject') return 'none';
  return rule === 'drop-oldest' ? 'oldest' : 'newest';
}
