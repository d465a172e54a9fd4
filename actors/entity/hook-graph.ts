/**
 * What hooks read and write, as a graph: attribute -> hook that reads it -> attribute it may change. Hooks that must run
 * in an order have one only while this graph has no circle, so a hook that would close one is refused when it is
 * registered, and leaves nothing behind.
 * Pure but for its own nodes. Runs on: any.
 *
 *      host.ip --> [geo] --> host.country --> [risk] --> host.risk
 *                                                           |
 *                                        [geo] may not depend on it: the circle is named
 */

/** A hook by its name, with the attributes (`entity.attr`) it reads and may change. */
export interface HookNode {
  readonly name: string;
  readonly reads: readonly string[];
  readonly changes: readonly string[];
}

/** The hooks so far. */
export class HookGraph {
  readonly #nodes = new Set<HookNode>();
  readonly #readers = new Map<string, Set<HookNode>>();
  readonly #writers = new Map<string, Set<HookNode>>();

  /**
   * Takes the hook in. Gives the circle it would have closed, from its own name to its own name over attributes and
   * hooks, and is then as it was before.
   */
  add(node: HookNode): readonly string[] | undefined {
    const circle = this.#circle(node);
    if (circle !== undefined) return circle;
    this.#nodes.add(node);
    for (const attribute of node.reads) at(this.#readers, attribute).add(node);
    for (const attribute of node.changes) at(this.#writers, attribute).add(node);
    return undefined;
  }

  /** Forgets a hook. One that is not there is left alone. */
  remove(node: HookNode): void {
    if (!this.#nodes.delete(node)) return;
    for (const attribute of node.reads) this.#readers.get(attribute)?.delete(node);
    for (const attribute of node.changes) this.#writers.get(attribute)?.delete(node);
  }

  /** Names of the hooks that may change an attribute: with more than one, their order decides. */
  writersOf(attribute: string): readonly string[] {
    return [...(this.#writers.get(attribute) ?? [])].map((node) => node.name);
  }

  /** Depth first, without recursion, from what the hook changes to what it reads. */
  #circle(start: HookNode): readonly string[] | undefined {
    const goals = new Set(start.reads);
    const seen = new Set<string>();
    const open = start.changes.map((attribute) => ({ attribute, path: [start.name, attribute] }));
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { attribute, path } = next;
      if (goals.has(attribute)) return [...path, start.name];
      if (seen.has(attribute)) continue;
      seen.add(attribute);
      for (const reader of this.#readers.get(attribute) ?? []) {
        for (const changed of reader.changes)
          open.push({ attribute: changed, path: [...path, reader.name, changed] });
      }
    }
    return undefined;
  }
}

function at(map: Map<string, Set<HookNode>>, key: string): Set<HookNode> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = new Set<HookNode>();
  map.set(key, fresh);
  return fresh;
}
