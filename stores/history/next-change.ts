/**
 * When the value or confidence of an observations attribute may next be another one, so that what was computed for one
 * instant can be kept until then. Nothing is kept yet: values are computed at each read; snapshots will ask this.
 * Runs on: any.
 */
import type { Item } from '../record.js';
import type { Attribute } from '../schema/attribute.js';

/**
 * The first instant after `t`, in whole ms, at which the values of these items may differ from those at `t`: never too
 * late, possibly too early. Within a ramp that is the next ms; undefined when nothing ever changes by time alone.
 */
export function nextChangeAt(
  items: readonly Item[],
  attribute: Attribute,
  t: number,
): number | undefined {
  const { preValidityMs, postValidityMs, expireTimeMs } = attribute.history;
  let next = Infinity;
  for (const { t1, t2, c } of items) {
    if (c === 0 && expireTimeMs === undefined) continue;
    const isClimbing = preValidityMs > 0 && t >= t1 - preValidityMs && t < t1;
    const isFalling = postValidityMs > 0 && t >= t2 && t < t2 + postValidityMs;
    if (isClimbing || isFalling) return t + 1;
    const edges = [t1 - preValidityMs, t1, t2 + 1, t2 + postValidityMs];
    if (expireTimeMs !== undefined) edges.push(t2 + expireTimeMs + 1);
    for (const edge of edges) if (edge > t && edge < next) next = edge;
  }
  return next === Infinity ? undefined : next;
}
