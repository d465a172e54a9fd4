/**
 * Several ranges of keys as one, in order: the least head of all comes next. A heap, since a list of entities has as many
 * ranges as there are partitions, and takes few keys of each.
 * Runs on: any.
 */

/** A range on its way: its next key, and what orders it. */
interface Way {
  readonly keys: Iterator<Uint8Array, unknown>;
  head: Uint8Array;
  rank: Uint8Array;
}

/**
 * The keys of all ranges, each of which is in order, by what they have from byte `rankAt` on. Reads no further in a range
 * than to the key behind the last one it gave; ends the ranges when it ends.
 */
export function* mergeKeys(
  ranges: readonly Iterable<Uint8Array>[],
  rankAt: number,
): Generator<Uint8Array, void, undefined> {
  const heap: Way[] = [];
  try {
    for (const range of ranges) {
      const way: Way = { keys: range[Symbol.iterator](), head: NONE, rank: NONE };
      if (!advance(way, rankAt)) continue;
      heap.push(way);
      rise(heap);
    }
    for (let least = heap[0]; least !== undefined; least = heap[0]) {
      yield least.head;
      if (!advance(least, rankAt)) {
        const last = heap.pop()!;
        if (last === least) continue;
        heap[0] = last;
      }
      sink(heap);
    }
  } finally {
    for (const way of heap) way.keys.return?.();
  }
}

const NONE = new Uint8Array();

function advance(way: Way, rankAt: number): boolean {
  const { value, done } = way.keys.next();
  if (done === true) return false;
  way.head = value as Uint8Array;
  way.rank = way.head.subarray(rankAt);
  return true;
}

/** The last one finds its place. */
function rise(heap: Way[]): void {
  let at = heap.length - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isBefore(heap[at]!, heap[above]!)) return;
    swap(heap, at, above);
    at = above;
  }
}

/** The first one finds its place. */
function sink(heap: Way[]): void {
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    const right = left + 1;
    if (left >= heap.length) return;
    const isRight = right < heap.length && isBefore(heap[right]!, heap[left]!);
    const below = isRight ? right : left;
    if (!isBefore(heap[below]!, heap[at]!)) return;
    swap(heap, at, below);
    at = below;
  }
}

function isBefore(a: Way, b: Way): boolean {
  return Buffer.compare(a.rank, b.rank) < 0;
}

function swap(heap: Way[], a: number, b: number): void {
  const way = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = way;
}
