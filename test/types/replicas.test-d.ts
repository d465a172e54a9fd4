/**
 * Replica sets and pools: the same protocol, sent to one of several. Compiled, never run.
 * Runs on: any.
 */
import {
  type ActorContext,
  type ActorRef,
  type ActorSystem,
  defineActor,
  type KeyRunner,
  type KeySender,
  type Pool,
  type ProtocolOf,
  type Replicas,
  type Runner,
  type Told,
} from '../../core/index.js';
import { same } from '../support/same-type.js';

declare const here: string;
declare const system: ActorSystem;
declare const ctx: ActorContext;

const counter = defineActor(here, 'counter', (_ctx, start: number) => ({
  add(_n: number) {},
  total: () => start,
  async *numbers(): AsyncGenerator<number> {
    yield start;
  },
}));
type Counter = ProtocolOf<typeof counter>;

// Options with `replicas` give a set, without it a ref.

const set = system.spawn(counter(0), { replicas: 4, routing: 'least-loaded', renewalsMax: 3 });
same<typeof set, Replicas<Counter>>();
const one = system.spawn(counter(0), { name: 'one' });
same<typeof one, ActorRef<Counter>>();
const ofActor = ctx.spawn(counter(0), { replicas: 2, mailbox: { capacity: 10 } });
same<typeof ofActor, Replicas<Counter>>();
// @ts-expect-error not a routing
system.spawn(counter(0), { replicas: 4, routing: 'nearest' });
// @ts-expect-error routing is for replicas
system.spawn(counter(0), { routing: 'random' });

// It sends as a ref does.

const told = set.tell('add', 1);
same<typeof told, Told>();
const total = set.ask('total');
same<typeof total, Promise<number>>();
const numbers = set.stream('numbers');
same<typeof numbers, AsyncIterable<number>>();
// @ts-expect-error an argument of the wrong type
set.tell('add', '1');
// @ts-expect-error no such handler
void set.ask('sum');

// All of them, one of them, the owner of a key.

const accepted = set.broadcast('add', 1);
same<typeof accepted, number>();
const totals = set.askAll('total');
same<typeof totals, Promise<number[]>>();
const settled = set.askAllSettled('total');
same<typeof settled, Promise<PromiseSettledResult<number>[]>>();
const first = set.with({ deadlineMs: 10 }).askFirst('total');
same<typeof first, Promise<number>>();
const quorum = set.askQuorum(2, 'total');
same<typeof quorum, Promise<number[]>>();
const second = set.at(1);
same<typeof second, ActorRef<Counter> | undefined>();
same<typeof set.refs, readonly ActorRef<Counter>[]>();
const owner = set.to('key');
same<typeof owner, KeySender<Counter>>();
owner.tell('add', 1);
// @ts-expect-error no such handler
set.broadcast('sub', 1);
// @ts-expect-error an argument is missing
void set.askAll('add');
// @ts-expect-error a key is a string or a number
set.to({ id: 1 });

// A pool.

const pool = system.pool(counter(0), { size: 4, capacity: 64, runMs: 100, replaceOnTimeout: true });
same<typeof pool, Pool<Counter>>();
const ran = pool.run('total');
same<typeof ran, Promise<number>>();
const limited = pool.with({ timeoutMs: 10, signal: AbortSignal.abort() });
same<typeof limited, Runner<Counter>>();
const session = pool.to(7);
same<typeof session, KeyRunner<Counter>>();
const ranThere = session.run('add', 1);
same<typeof ranThere, Promise<void>>();
// @ts-expect-error no such handler
void pool.run('sum');
// @ts-expect-error an argument of the wrong type
void pool.run('add', '1');
// @ts-expect-error the size of a pool is its replicas
system.pool(counter(0), { replicas: 4 });
