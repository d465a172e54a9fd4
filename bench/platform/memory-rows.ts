/**
 * Memory that is the process's own: after many entities, and while it is offered ten times what it can take. One process is
 * measured for all of these rows.
 * Runs on: main.
 */
import { expectEqual } from '../bench-error.js';
import { kept } from '../kept.js';
import { type Row, row } from '../row.js';
import { figuresOf } from './child-program.js';
import type { MemoryFigures } from './memory-program.js';
import { entitiesAsked } from './sizes.js';

const MB = 1024 * 1024;
const described = { group: 'platform: memory', peers: {}, warmups: 0, rounds: 1 } as const;

const figures = kept(
  () => {
    const program = new URL('./memory-program.js', import.meta.url);
    return figuresOf<MemoryFigures>(program, String(entitiesAsked()));
  },
  async () => {},
  'run',
);

/** Printed in this order. */
export const memoryRows: readonly Row[] = [
  row({
    ...described,
    name: 'with all entities, at rest',
    unit: 'MB',
    better: 'lower',
    ours: async () => (await figures()).restBytes / MB,
  }),
  row({
    ...described,
    name: 'offered ten times too much, peak',
    unit: 'MB',
    better: 'lower',
    ours: async () => (await figures()).overload.peakBytes / MB,
  }),
  row({
    ...described,
    name: 'offered ten times too much, growth',
    unit: 'times',
    better: 'lower',
    ours: async () => (await figures()).overload.growth,
    budget: { must: 1.25, want: 1.1 },
  }),
  row({
    ...described,
    name: 'offered ten times too much, told 503',
    unit: '% of requests',
    better: 'higher',
    async ours() {
      const { refused, offered } = (await figures()).overload;
      expectEqual('some requests are refused', refused > 0, true);
      return (100 * refused) / offered;
    },
  }),
];
