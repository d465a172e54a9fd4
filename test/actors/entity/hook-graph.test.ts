/**
 * The graph of what hooks read and change, against a naive search for circles.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HookGraph, type HookNode } from '../../../actors/entity/hook-graph.js';

const node = (name: string, reads: string[], changes: string[]): HookNode => {
  return { name, reads, changes };
};

test('hooks in a row have an order', () => {
  const graph = new HookGraph();
  assert.equal(graph.add(node('geo', ['host.ip'], ['host.country'])), undefined);
  assert.equal(graph.add(node('risk', ['host.country'], ['host.risk'])), undefined);
});

test('a hook that would close a circle is refused, with the way round', () => {
  const graph = new HookGraph();
  graph.add(node('geo', ['host.ip'], ['host.country']));
  graph.add(node('risk', ['host.country'], ['host.risk']));
  assert.deepEqual(graph.add(node('loop', ['host.risk'], ['host.ip'])), [
    'loop',
    'host.ip',
    'geo',
    'host.country',
    'risk',
    'host.risk',
    'loop',
  ]);
});

test('a hook that reads what it changes is a circle by itself', () => {
  const graph = new HookGraph();
  assert.deepEqual(graph.add(node('self', ['host.ip'], ['host.ip'])), ['self', 'host.ip', 'self']);
});

test('a refused hook leaves nothing behind', () => {
  const graph = new HookGraph();
  graph.add(node('geo', ['host.ip'], ['host.country']));
  assert.ok(graph.add(node('loop', ['host.country'], ['host.ip', 'host.other'])));
  assert.deepEqual(graph.writersOf('host.other'), []);
  assert.equal(graph.add(node('fine', ['host.other'], ['host.ip'])), undefined);
});

test('a hook that is removed closes no circle any more', () => {
  const graph = new HookGraph();
  const geo = node('geo', ['host.ip'], ['host.country']);
  graph.add(geo);
  graph.remove(geo);
  assert.equal(graph.add(node('back', ['host.country'], ['host.ip'])), undefined);
});

test('hooks that change the same attribute are told', () => {
  const graph = new HookGraph();
  graph.add(node('geo', [], ['host.country']));
  graph.add(node('whois', [], ['host.country']));
  assert.deepEqual(graph.writersOf('host.country'), ['geo', 'whois']);
  assert.deepEqual(graph.writersOf('host.ip'), []);
});

const attribute = fc.integer({ min: 0, max: 6 }).map((n) => `e.a${n}`);
const anyNode = fc.record({
  reads: fc.uniqueArray(attribute, { maxLength: 3 }),
  changes: fc.uniqueArray(attribute, { maxLength: 3 }),
});

test('whatever is added in whatever order, what was taken has no circle and what was refused would make one', () => {
  fc.assert(
    fc.property(fc.array(anyNode, { maxLength: 12 }), (given) => {
      const graph = new HookGraph();
      const taken: HookNode[] = [];
      for (const [index, { reads, changes }] of given.entries()) {
        const next = node(`h${index}`, reads, changes);
        const circle = graph.add(next);
        assert.equal(circle !== undefined, hasCircle([...taken, next]));
        if (circle === undefined) taken.push(next);
      }
    }),
    { numRuns: 300 },
  );
});

/** By taking away, until nothing goes, every hook that nothing left before it feeds. */
function hasCircle(nodes: readonly HookNode[]): boolean {
  let left = [...nodes];
  for (;;) {
    const free = left.filter(({ reads }) =>
      left.every(({ changes }) => !changes.some((changed) => reads.includes(changed))),
    );
    if (free.length === 0) return left.length > 0;
    left = left.filter((one) => !free.includes(one));
  }
}
