/**
 * What a sender sees of an actor: names, arguments and replies, all inferred from its behaviour. Compiled, never run.
 * Runs on: any.
 */
import {
  type ActorRef,
  type Deferred,
  defineActor,
  move,
  type ProtocolOf,
  type Recipe,
  refuse,
  type Sender,
  type Told,
} from '../../core/index.js';
import { same } from '../support/same-type.js';

declare const here: string;
declare function spawn<P>(recipe: Recipe<P>): ActorRef<P>;

const counter = defineActor(here, 'counter', (ctx, start: number) => {
  let total = start;
  return {
    add(n: number, note?: string) {
      total += n + (note?.length ?? 0);
    },
    addAll(...ns: number[]) {
      for (const n of ns) total += n;
    },
    total: () => total,
    async later() {
      return total;
    },
    deferred() {
      return ctx.defer<string>();
    },
    now(isNow: boolean): number | Deferred<number> {
      return isNow ? total : ctx.defer<number>();
    },
    async maybe(): Promise<Deferred<Date> | undefined> {
      return undefined;
    },
    find(id: string): { readonly id: string } {
      throw refuse('NOT_FOUND', id);
    },
    digest: (bytes: Uint8Array) => bytes.length,
    never(): never {
      throw new Error('never');
    },
    async *numbers(from: number): AsyncGenerator<number> {
      yield from;
    },
    names(): AsyncIterable<string> {
      throw new Error('unused');
    },
  };
});
type Counter = ProtocolOf<typeof counter>;
const ref = spawn(counter(1));
same<typeof ref, ActorRef<Counter>>();

// tell and send: names and arguments are checked, optional ones may be left out.

const told = ref.tell('add', 5);
same<typeof told, Told>();
ref.tell('add', 5, 'note');
ref.tell('addAll');
ref.tell('addAll', 1, 2, 3);
ref.tell('digest', move(new Uint8Array(8)));
const sent = ref.send('add', 5);
same<typeof sent, Promise<void>>();
// @ts-expect-error no such handler
ref.tell('addd', 5);
// @ts-expect-error an argument of the wrong type
ref.tell('add', '5');
// @ts-expect-error an argument is missing
ref.tell('add');
// @ts-expect-error one argument too many
ref.tell('add', 5, 'note', 6);
// @ts-expect-error undefined is not the same as left out of a rest
ref.tell('addAll', undefined);
// @ts-expect-error no such handler
void ref.send('nothing');

/** The three words are all there are. */
function words(answer: Told): number {
  switch (answer) {
    case 'accepted':
      return 0;
    case 'full':
      return 1;
    case 'stopped':
      return 2;
    default:
      return answer satisfies never;
  }
}
words(told);

// ask: what the handler returns, awaited, whatever way it answers.

const total = ref.ask('total');
same<typeof total, Promise<number>>();
const later = ref.ask('later');
same<typeof later, Promise<number>>();
const nothing = ref.ask('add', 1);
same<typeof nothing, Promise<void>>();
const deferred = ref.ask('deferred');
same<typeof deferred, Promise<string>>();
const now = ref.ask('now', true);
same<typeof now, Promise<number>>();
const maybe = ref.ask('maybe');
same<typeof maybe, Promise<Date | undefined>>();
const found = ref.ask('find', 'x');
same<typeof found, Promise<{ readonly id: string }>>();
const neverAnswers = ref.ask('never');
same<typeof neverAnswers, Promise<never>>();
// A stream is read, not asked.
const asked = ref.ask('numbers', 1);
same<typeof asked, Promise<never>>();
// @ts-expect-error no such handler
void ref.ask('sum');

// stream: only async generators, their items.

const numbers = ref.stream('numbers', 3);
same<typeof numbers, AsyncIterable<number>>();
const names = ref.stream('names');
same<typeof names, AsyncIterable<string>>();
// @ts-expect-error not a stream
ref.stream('total');
// @ts-expect-error an argument is missing
ref.stream('numbers');

// with: the same sender with options bound.

const bound = ref.with({
  deadlineMs: 200,
  signal: AbortSignal.abort(),
  whenFull: 'wait',
  traceparent: 't',
});
same<typeof bound, Sender<Counter>>();
const boundTotal = bound.ask('total');
same<typeof boundTotal, Promise<number>>();
void bound.send('add', 1);
// @ts-expect-error a tell waits for nothing, so nothing can be bound to it
bound.tell('add', 1);
// @ts-expect-error no such option
ref.with({ deadline: 200 });
// @ts-expect-error not a rule
ref.with({ whenFull: 'drop' });

// remote: each handler as a method.

const remote = ref.remote();
const remoteTotal = remote.total();
same<typeof remoteTotal, Promise<number>>();
const remoteAdd = remote.add(1);
same<typeof remoteAdd, Promise<void>>();
const remoteDeferred = remote.deferred();
same<typeof remoteDeferred, Promise<string>>();
// @ts-expect-error an argument of the wrong type
void remote.add('1');
// @ts-expect-error no such handler
void remote.sum();

// Narrowing: fewer handlers, handlers that take less or answer more loosely; never the other way round.

const readOnly: ActorRef<Pick<Counter, 'total'>> = ref;
const written: ActorRef<{ total(): number }> = ref;
const loose: ActorRef<{ total(): unknown; later(): number; add(n: number): void }> = ref;
const deaf: ActorRef<{ later(): void }> = ref;
const nobody: ActorRef<unknown> = ref;
const reading: ActorRef<{ numbers(from: number): AsyncIterable<number> }> = ref;
export const narrowed = [readOnly, written, loose, deaf, nobody, reading];
// @ts-expect-error a ref to fewer handlers is none to more
export const wider: ActorRef<Counter> = readOnly;
// @ts-expect-error another reply
export const otherReply: ActorRef<{ total(): string }> = ref;
// @ts-expect-error other items
export const otherItems: ActorRef<{ numbers(from: number): AsyncIterable<string> }> = ref;
// @ts-expect-error arguments the handler does not take
export const otherArguments: ActorRef<{ add(n: number | string): void }> = ref;
// @ts-expect-error an argument the handler needs is missing
export const fewerArguments: ActorRef<{ digest(): number }> = ref;
// @ts-expect-error a ref of unknown protocol can be told nothing
nobody.tell('total');

/** Generic code takes the protocol it needs, not a type parameter that extends it. */
async function reset(one: ActorRef<{ total(): number; add(n: number): void }>): Promise<void> {
  one.tell('add', -(await one.ask('total')));
}
void reset(ref);
