/**
 * A sorted linked list that keeps duplicates, linear on purpose: what the program around it
 * measures is a server whose work grows with its state. The nodes lie in one array, value and next
 * side by side: as objects they would be scattered over the heap, and waiting for memory would be
 * all that is measured.
 *
 * nodes:  | value next | value next | value next | ...      END = no next; a node is its position
 *
 * Runs on: any.
 */

const END = -1;
const NODE = 2;
const NODES_AT_FIRST = 1_024;

export class SortedList {
  #nodes = new Int32Array(NODES_AT_FIRST * NODE);
  #used = 0;
  #first = END;

  /** Puts `value` (a 32-bit integer) behind those that are not greater. */
  add(value: number): void {
    const node = this.#newNode();
    const nodes = this.#nodes;
    let before = END;
    let after = this.#first;
    while (after !== END && nodes[after]! <= value) {
      before = after;
      after = nodes[after + 1]!;
    }
    nodes[node] = value;
    nodes[node + 1] = after;
    if (before === END) this.#first = node;
    else nodes[before + 1] = node;
  }

  /** Goes on to the end where the value is missing, as Savina's does. */
  contains(value: number): boolean {
    const nodes = this.#nodes;
    for (let node = this.#first; node !== END; node = nodes[node + 1]!) {
      if (nodes[node] === value) return true;
    }
    return false;
  }

  /** Counts, by walking it all. */
  size(): number {
    const nodes = this.#nodes;
    let size = 0;
    for (let node = this.#first; node !== END; node = nodes[node + 1]!) size++;
    return size;
  }

  sum(): number {
    const nodes = this.#nodes;
    let sum = 0;
    for (let node = this.#first; node !== END; node = nodes[node + 1]!) sum += nodes[node]!;
    return sum;
  }

  #newNode(): number {
    if (this.#used === this.#nodes.length) {
      const larger = new Int32Array(this.#used * 2);
      larger.set(this.#nodes);
      this.#nodes = larger;
    }
    const node = this.#used;
    this.#used += NODE;
    return node;
  }
}
