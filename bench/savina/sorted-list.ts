/**
 * A sorted linked list that keeps duplicates, linear on purpose: what the program around it
 * measures is a server whose work grows with its state.
 * Runs on: any.
 */

interface Node {
  readonly value: number;
  next: Node | undefined;
}

export class SortedList {
  #first: Node | undefined;

  /** Puts `value` behind those that are not greater. */
  add(value: number): void {
    let before: Node | undefined;
    let after = this.#first;
    while (after !== undefined && after.value <= value) {
      before = after;
      after = after.next;
    }
    const node: Node = { value, next: after };
    if (before === undefined) this.#first = node;
    else before.next = node;
  }

  /** Goes on to the end where the value is missing, as Savina's does. */
  contains(value: number): boolean {
    for (let node = this.#first; node !== undefined; node = node.next) {
      if (node.value === value) return true;
    }
    return false;
  }

  /** Counts, by walking it all. */
  size(): number {
    let size = 0;
    for (let node = this.#first; node !== undefined; node = node.next) size++;
    return size;
  }

  sum(): number {
    let sum = 0;
    for (let node = this.#first; node !== undefined; node = node.next) sum += node.value;
    return sum;
  }
}
