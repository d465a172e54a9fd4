/**
 * What an author may write in defineActor, and what the compiler refuses. Compiled, never run.
 * Runs on: any.
 */
import { z } from 'zod';
import {
  type ActorContext,
  type ActorRef,
  type Definition,
  defineActor,
  type Recipe,
} from '../../core/index.js';
import { same } from '../support/same-type.js';

declare const here: string;
declare function spawn<P>(recipe: Recipe<P>): ActorRef<P>;

// Start arguments: required, optional, with a default, rest; the context needs no annotation.

const counter = defineActor(here, 'counter', (ctx, start: number, step?: number) => {
  same<typeof ctx, ActorContext>();
  let total = start;
  return {
    add(n: number) {
      total += n * (step ?? 1);
    },
    total: () => total,
  };
});
same<
  typeof counter,
  Definition<[start: number, step?: number], { add(n: number): void; total: () => number }>
>();
counter(1);
counter(1, 2);
// @ts-expect-error a required start argument is missing
counter();
// @ts-expect-error a start argument of the wrong type
counter('1');
// @ts-expect-error one start argument too many
counter(1, 2, 3);

// A default needs its annotation: the compiler would take its type from the context, which has none.
const annotated = defineActor(here, 'annotated', (_ctx, start: number = 0) => ({
  get: () => start,
}));
same<typeof annotated, Definition<[start?: number], { get: () => number }>>();
annotated();
annotated(1);
const unannotated = defineActor(here, 'unannotated', (_ctx, start = 0) => ({ get: () => start }));
same<typeof unannotated, Definition<[start?: unknown], { get: () => unknown }>>();

const noArguments = defineActor(here, 'no-arguments', () => ({ ping() {} }));
noArguments();
// @ts-expect-error it takes none
noArguments(1);

const withRest = defineActor(here, 'rest', (_ctx, ...names: string[]) => ({ names: () => names }));
withRest('a', 'b');

// An async behaviour has the protocol it resolves to.

const opened = defineActor(here, 'opened', async (_ctx, path: string) => {
  const size = await Promise.resolve(path.length);
  return { size: () => size };
});
same<typeof opened, Definition<[path: string], { size: () => number }>>();

// Handlers: union arguments, generics, methods and arrows, fields are not handlers.

type Shape = { readonly type: 'circle'; r: number } | { readonly type: 'square'; side: number };
const areas = defineActor(here, 'areas', () => ({
  area: (shape: Shape) => (shape.type === 'circle' ? shape.r ** 2 * Math.PI : shape.side ** 2),
  first<T>(items: readonly T[]): T | undefined {
    return items[0];
  },
}));
const areasRef = spawn(areas());
areasRef.tell('area', { type: 'circle', r: 1 });
// @ts-expect-error no such variant
areasRef.tell('area', { type: 'circle', side: 1 });
areasRef.tell('first', [1, 2]);
// @ts-expect-error a generic handler is known by its constraints
areasRef.tell('first', 1);

function keyed<V>(name: string) {
  return defineActor(here, name, () => {
    const values = new Map<string, V>();
    return {
      put: (key: string, value: V) => void values.set(key, value),
      get: (key: string) => values.get(key),
    };
  });
}
const ages = spawn(keyed<number>('ages')());
ages.tell('put', 'anna', 7);
// @ts-expect-error its values are numbers
ages.tell('put', 'anna', '7');

// @ts-expect-error a handler is a function
defineActor(here, 'x', () => ({ total: 3 }));
// @ts-expect-error a behaviour returns its handlers
defineActor(here, 'x', () => {});
// @ts-expect-error a parameter of a handler is annotated
defineActor(here, 'x', () => ({ add: (n) => n }));

// Names that every object carries.

// @ts-expect-error then
defineActor(here, 'x', () => ({ then() {} }));
// @ts-expect-error toJSON, in an async behaviour
defineActor(here, 'x', async () => ({ add() {}, toJSON() {} }));
// @ts-expect-error constructor
defineActor(here, 'x', () => ({ constructor() {} }));
// @ts-expect-error valueOf
defineActor(here, 'x', (_ctx, n: number) => ({ valueOf: () => n }));

// Options of a definition.

defineActor(here, 'x', () => ({ add(_n: number, _note?: string) {}, total: () => 0 }), {
  concurrency: 8,
  reentrant: true,
  stashMax: 10,
  aliases: ['y'],
  supervision: {
    strategy: 'rest-for-one',
    decide: ({ error }) => (error.cause ? 'stop' : 'restart'),
  },
  accepts: { add: [z.number(), z.string().optional()] },
});
defineActor(here, 'x', () => ({ add() {} }), {
  // @ts-expect-error no such option
  concurency: 8,
});
defineActor(here, 'x', () => ({ add(_n: number) {} }), {
  // @ts-expect-error no such handler
  accepts: { sub: [z.number()] },
});
defineActor(here, 'x', () => ({ add(_n: number) {} }), {
  // @ts-expect-error the schema gives what the handler does not take
  accepts: { add: [z.string()] },
});
defineActor(here, 'x', () => ({ add(_n: number, _note: string) {} }), {
  // @ts-expect-error a schema per argument
  accepts: { add: [z.number()] },
});
defineActor(here, 'x', () => ({ add() {} }), {
  // @ts-expect-error not a strategy
  supervision: { strategy: 'all' },
});
