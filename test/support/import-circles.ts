/**
 * Files that import each other in a circle, by Tarjan's algorithm: each circle once, as the files of one strongly
 * connected component.
 * Runs on: any.
 */

/** `graph` maps a file to those it imports. */
export function importCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const own = index.size;
    index.set(file, own);
    low.set(file, own);
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const reach = index.has(next)
        ? path.includes(next)
          ? (index.get(next) ?? own)
          : own
        : visit(next);
      low.set(file, Math.min(low.get(file) ?? own, reach));
    }
    if (low.get(file) === own) {
      const circle = path.splice(path.indexOf(file));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return low.get(file) ?? own;
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return circles;
}
