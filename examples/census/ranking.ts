/**
 * Counts by name, and the largest of them. Pure.
 * Runs on: any.
 */

/** Adds to the count of a name. */
export function share(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/** The largest first, equal ones by name; none of nothing. */
export function largest(counts: ReadonlyMap<string, number>, top = Infinity): [string, number][] {
  return [...counts]
    .filter(([, count]) => count > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, top);
}
