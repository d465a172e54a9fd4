import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type Endpoint, transferHandlers, wrap } from 'comlink';
import { CodedError, Refusal } from '../../core/errors.js';
import { seededRandom } from '../../core/random.js';
import { askProxy, type Caller, call, serve, transferring } from '../../core/rpc.js';
import type { served } from './rpc-thread.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects garbage, and lets Comlink hear of its collected proxies. */
const collect = async (): Promise<void> => {
  for (let round = 0; round < 4; round++) {
    gc();
    await nextTurn();
  }
};

const rejected = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => assert.fail(`expected a rejection, got ${String(value)}`),
    (error: unknown) => error,
  );

/** What a promise rejects with before anything else can happen. */
const rejectedAtOnce = (promise: Promise<unknown>): Promise<unknown> =>
  Promise.race([rejected(promise), nextTurn('not at once')]);

const connect = <T extends object>(
  t: TestContext,
  api: T,
  deadlineMs = Number.POSITIVE_INFINITY,
) => {
  const { port1, port2 } = new MessageChannel();
  const stop = serve(api, port2);
  const caller = call<T>(port1, { name: 'the peer', deadlineMs });
  t.after(() => {
    caller.close();
    stop();
  });
  return { caller, api: caller.api, stop, port: port1 };
};

const startThread = (t: TestContext) => {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./rpc-thread.js', import.meta.url), {
    workerData: { port: port2, as: 'server' },
    transferList: [port2],
  });
  const caller = call<typeof served>(port1, { name: 'thread 2', deadlineMs: 30_000 });
  t.after(async () => {
    caller.close();
    await worker.terminate();
  });
  return { worker, caller, api: caller.api };
};

const gate = <T>() => {
  let open!: (value: T) => void;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('a served port', () => {
  it('answers with what sync and async methods return, called on their object', async (t) => {
    const { api } = connect(t, {
      start: 10,
      plus(n: number) {
        return this.start + n;
      },
      later: async (value: object) => value,
      nothing: () => {},
    } as { start: never; plus(n: number): number; later(value: object): object; nothing(): void });
    assert.equal(await api.plus(5), 15);
    assert.deepEqual(await api.later({ deep: [new Map([['a', 1n]])] }), {
      deep: [new Map([['a', 1n]])],
    });
    assert.equal(await api.nothing(), undefined);
  });

  it('answers calls from another thread', async (t) => {
    const { api } = startThread(t);
    assert.equal(await api.add(1, 2), 3);
    assert.deepEqual(await api.later(new Date(7)), new Date(7));
  });

  it('keeps the class, code, details and cause of an error over threads', async (t) => {
    const { api } = startThread(t);
    const [refusal, error] = await Promise.all([rejected(api.refuse()), rejected(api.fail())]);
    assert(refusal instanceof Refusal);
    assert.deepEqual([refusal.code, refusal.message], ['NOT_FOUND', 'no account 7']);
    assert.deepEqual(refusal.details, { account: 7 });
    assert(error instanceof CodedError && !(error instanceof Refusal));
    assert.deepEqual([error.code, error.details], ['THREAD_UNKNOWN', { thread: 9 }]);
    assert(error.cause instanceof Error);
    assert.equal(error.cause.name, 'RangeError');
    assert.equal((error.cause as { code?: unknown }).code, 'FAR');
    assert.match(error.stack ?? '', /rpc-thread/);
  });

  it('answers with an error when a method throws something that is none', async (t) => {
    const { api } = connect(t, {
      text: () => {
        throw 'no'; // what strangers do
      },
      nothing: () => Promise.reject(),
    });
    assert.match(String(await rejected(api.text())), /"no"/);
    assert((await rejected(api.nothing())) instanceof Error);
  });

  it('refuses methods that its object does not have of its own', async (t) => {
    const { api } = connect(t, { one: () => 1, two: 2 } as object as Record<string, () => number>);
    for (const name of ['three', 'two', '', 'isPrototypeOf__', 'bind', 'apply'])
      assert.equal(((await rejected(api[name]!())) as CodedError).code, 'ENDPOINT_REFUSED', name);
    assert.equal(await api.one!(), 1);
  });

  it('serves nothing but an object with functions of its own', () => {
    class Methods {
      inherited() {}
    }
    for (const api of [{}, { one: 1 }, new Methods()])
      assert.throws(() => serve(api, new MessageChannel().port1), { code: 'ASSERTION_FAILED' });
  });

  it('moves the ports and buffers that arguments and answers are marked with', async (t) => {
    const { api } = connect(t, {
      size: (message: { parts: ArrayBuffer[] }) => message.parts.map((part) => part.byteLength),
      make: (bytes: number) => {
        made = new ArrayBuffer(bytes);
        return transferring({ inside: [made] }, [made, made]);
      },
      talk: ({ port }: { port: MessagePort }) => {
        port.postMessage('hello');
        port.close();
      },
    });
    let made: ArrayBuffer | undefined;
    const parts = [new ArrayBuffer(3), new ArrayBuffer(4)];
    const sent = transferring({ parts }, parts);
    assert.deepEqual(await api.size(sent), [3, 4]);
    assert.deepEqual(
      parts.map((part) => part.byteLength),
      [0, 0],
    );
    assert.equal((await api.make(5)).inside[0]?.byteLength, 5);
    assert.equal(made?.byteLength, 0);
    assert.equal(((await rejected(api.size(sent))) as CodedError).code, 'MESSAGE_NOT_ENCODABLE');
    const { port1, port2 } = new MessageChannel();
    const heard = once(port1, 'message');
    await api.talk(transferring({ port: port2 }, [port2]));
    assert.deepEqual(await heard, ['hello']);
    port1.close();
    assert.throws(() => transferring(7, []), { code: 'ASSERTION_FAILED' });
  });

  it('says at once that an argument or an answer cannot be sent', async (t) => {
    const { api, caller } = connect(t, {
      take: (_: unknown) => {},
      give: (): unknown => () => {},
    });
    const error = (await rejectedAtOnce(api.take(() => {}))) as CodedError;
    assert.equal(error.code, 'MESSAGE_NOT_ENCODABLE');
    assert.deepEqual(error.details, { peer: 'the peer', method: 'take' });
    assert.equal(caller.pending, 0);
    assert.equal(((await rejected(api.give())) as CodedError).code, 'MESSAGE_NOT_ENCODABLE');
  });

  it('answers what is in flight when it is stopped, and is gone after', async (t) => {
    const { api, stop, port } = connect(t, {
      hold: () => new Promise<never>(() => {}),
      now: () => 1,
    });
    const held = rejected(api.hold());
    assert.equal(await api.now(), 1);
    const closed = once(port, 'close');
    stop();
    stop();
    assert.equal(((await held) as CodedError).code, 'ENDPOINT_REFUSED');
    await closed;
    assert.equal(((await rejectedAtOnce(api.now())) as CodedError).code, 'THREAD_DIED');
  });

  it('may call by the same port, in both directions at once', async () => {
    const { port1, port2 } = new MessageChannel();
    serve({ name: () => 'left' }, port1);
    serve({ name: async () => `right of ${await right.api.name()}` }, port2);
    const left = call<{ name(): string }>(port1, { name: 'right' });
    const right = call<{ name(): string }>(port2, { name: 'left' });
    assert.equal(await left.api.name(), 'right of left');
    left.close();
    right.close();
  });

  it('is understood by plain Comlink', async (t) => {
    const { port1, port2 } = new MessageChannel();
    t.after(
      serve(
        {
          add: (a: number, b: number) => a + b,
          no: () => Promise.reject(new CodedError('MAILBOX_FULL', 'no room')),
        },
        port2,
      ),
    );
    const plain = wrap<{ add(a: number, b: number): number; no(): void }>(
      port1 as unknown as Endpoint,
    );
    assert.equal(await plain.add(2, 3), 5);
    await assert.rejects(async () => plain.no(), { name: 'CodedError', message: 'no room' });
  });

  it('neither changes the transfer handlers of the process nor passes by them', async (t) => {
    const names = [...transferHandlers.keys()];
    const seen: unknown[] = [];
    const { api } = connect(t, { echo: (value: object) => value });
    assert.deepEqual([...transferHandlers.keys()], names);
    transferHandlers.set('greedy', {
      canHandle: (value): value is unknown => typeof value === 'object' && value !== null,
      serialize: (value) => {
        seen.push(value);
        return ['taken', []];
      },
      deserialize: () => 'changed',
    });
    t.after(() => transferHandlers.delete('greedy'));
    assert.deepEqual(await api.echo({ plain: true }), { plain: true });
    const value = { by: 'reference' };
    const proxy = askProxy(async (_, args) => args[0]) as { echo(value: object): Promise<object> };
    assert.equal(await proxy.echo(value), value);
    assert.deepEqual(seen, []);
  });
});

describe('a caller', () => {
  it('gives each of many concurrent calls its own answer, in whatever order they come', async (t) => {
    const seed = 11;
    const random = seededRandom(seed);
    const waiting: (() => void)[] = [];
    const { api, caller } = connect(t, {
      twice: (n: number) => new Promise<number>((resolve) => waiting.push(() => resolve(2 * n))),
      release: () => {
        for (const answer of random.shuffle(waiting.splice(0))) answer();
      },
    });
    const calls = Array.from({ length: 500 }, (_, n) => api.twice(n));
    assert.equal(caller.pending, 500);
    await api.release();
    assert.deepEqual(
      await Promise.all(calls),
      calls.map((_, n) => 2 * n),
      `seed ${seed}`,
    );
    assert.equal(caller.pending, 0);
  });

  it('rejects a call at its deadline, naming the peer and the method, and ignores a late answer', async (t) => {
    const { open, opened } = gate<string>();
    const { api, caller } = connect(t, { slow: () => opened, now: () => 'now' }, 20);
    const error = (await rejected(api.slow())) as CodedError;
    assert.equal(error.code, 'CONTROL_TIMEOUT');
    assert.match(error.message, /expected the peer to answer "slow" within 20 ms/);
    assert.deepEqual(error.details, { peer: 'the peer', method: 'slow', deadlineMs: 20 });
    assert.equal(caller.pending, 0);
    open('late');
    assert.equal(await caller.withDeadline(30_000).now(), 'now');
  });

  it('takes another deadline for a single call', async (t) => {
    const { open, opened } = gate<string>();
    const { api, caller } = connect(t, { slow: () => opened });
    const patient = api.slow();
    const impatient = (await rejected(caller.withDeadline(1).slow())) as CodedError;
    assert.deepEqual([impatient.code, impatient.details.deadlineMs], ['CONTROL_TIMEOUT', 1]);
    open('in the end');
    assert.equal(await patient, 'in the end');
    for (const ms of [-1, Number.NaN])
      assert.throws(() => caller.withDeadline(ms), { code: 'ASSERTION_FAILED' });
  });

  it('rejects what is pending when the thread is terminated, and later calls at once', async (t) => {
    const { api, worker } = startThread(t);
    assert.equal(await api.add(1, 1), 2);
    const pending = [rejected(api.hold()), rejected(api.hold())];
    await worker.terminate();
    for (const error of await Promise.all(pending)) {
      assert.equal((error as CodedError).code, 'THREAD_DIED');
      assert.match((error as CodedError).message, /thread 2/);
    }
    assert.equal(((await rejectedAtOnce(api.add(1, 1))) as CodedError).code, 'THREAD_DIED');
  });

  it('rejects the call in which the thread exits, and those beside it', async (t) => {
    for (const method of ['exit', 'exitLater'] as const) {
      const { api } = startThread(t);
      const errors = await Promise.all([rejected(api.hold()), rejected(api[method]())]);
      for (const error of errors) assert.equal((error as CodedError).code, 'THREAD_DIED');
    }
  });

  it('rejects when the thread ends before it ever served', async (t) => {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker('process.exit(0)', {
      eval: true,
      workerData: port2,
      transferList: [port2],
    });
    const caller = call<{ any(): void }>(port1, {
      name: 'thread 3',
      deadlineMs: Number.POSITIVE_INFINITY,
    });
    t.after(() => worker.terminate());
    assert.equal(((await rejected(caller.api.any())) as CodedError).code, 'THREAD_DIED');
  });

  it('rejects everything with the error it is lost with', async (t) => {
    const { api, caller, port } = connect(t, { hold: () => new Promise<never>(() => {}) });
    const pending = [rejected(api.hold()), rejected(api.hold())];
    const error = new CodedError('THREAD_DIED', 'thread 2 ran out of memory');
    const closed = once(port, 'close');
    caller.lost(error);
    assert.deepEqual(await Promise.all(pending), [error, error]);
    assert.equal(await rejectedAtOnce(api.hold()), error);
    assert.equal(await rejectedAtOnce(caller.withDeadline(1).hold()), error);
    caller.close();
    assert.equal(await rejectedAtOnce(api.hold()), error);
    await closed;
  });

  it('rejects later calls with the reason of the loss though the port was closed before it was told', async (t) => {
    const { api, caller, stop, port } = connect(t, { hold: () => new Promise<never>(() => {}) });
    const closed = once(port, 'close');
    stop();
    await closed;
    const error = new CodedError('THREAD_DIED', 'thread 2 ran out of memory');
    caller.lost(error);
    assert.equal(await rejectedAtOnce(api.hold()), error);
  });

  it('rejects with SYSTEM_STOPPED once it is closed', async (t) => {
    const { api, caller } = connect(t, { hold: () => new Promise<never>(() => {}) });
    const pending = rejected(api.hold());
    caller.close();
    caller.close();
    assert.equal(((await pending) as CodedError).code, 'SYSTEM_STOPPED');
    assert.equal(((await rejectedAtOnce(api.hold())) as CodedError).code, 'SYSTEM_STOPPED');
  });

  it('settles a call though caller, port, methods and proxies were collected or let go meanwhile', async () => {
    const { open, opened } = gate<string>();
    const start = () => {
      const { port1, port2 } = new MessageChannel();
      const stop = serve({ slow: () => opened }, port2);
      const caller = call<{ slow(): Promise<string> }>(port1, {
        name: 'the peer',
        deadlineMs: Number.POSITIVE_INFINITY,
      });
      const answer = caller.api.slow();
      port1.unref();
      return { answer, stop, caller: new WeakRef<Caller<unknown>>(caller) };
    };
    const { answer, stop, caller } = start();
    await collect();
    assert.equal(caller.deref(), undefined);
    open('kept');
    assert.equal(await answer, 'kept');
    stop();
  });

  it('holds nothing of a call that has settled, not even of one that was never answered', async (t) => {
    const { caller } = connect(t, { hold: () => new Promise<never>(() => {}), now: () => 1 });
    const settled = async () => {
      const late = caller.withDeadline(1).hold();
      const now = caller.api.now();
      const unclonable = caller.withDeadline(1).now.apply(null, [() => {}] as never);
      await Promise.allSettled([late, now, unclonable]);
      return [late, now, unclonable].map((promise) => new WeakRef<object>(promise));
    };
    const promises = await settled();
    await collect();
    assert.deepEqual(
      promises.map((promise) => promise.deref()),
      [undefined, undefined, undefined],
    );
  });

  it('ignores messages that are no answers, and answers it never asked for', async (t) => {
    const { port1, port2 } = new MessageChannel();
    const caller = call<{ ask(): number }>(port1, { name: 'a liar' });
    t.after(() => caller.close());
    port2.on('message', ({ id }: { id: string }) => {
      const junk = [null, 1, 'x', [], {}, { id }, { id, type: 'APPLY', path: ['ask'] }];
      const foreign = [
        { id: 'unknown', type: 'RAW', value: 1 },
        { id, type: 'HANDLER', name: 'proxy' },
      ];
      for (const message of [
        ...junk,
        ...foreign,
        { id, type: 'RAW', value: 42 },
        { id, type: 'RAW', value: 43 },
      ])
        port2.postMessage(message);
    });
    assert.equal(await caller.api.ask(), 42);
    assert.equal(await caller.api.ask(), 42);
  });

  it('rejects with an error whatever a failed answer is made of', async (t) => {
    const { port1, port2 } = new MessageChannel();
    const caller = call<{ ask(): number }>(port1, { name: 'a liar' });
    t.after(() => caller.close());
    const values: unknown[] = [
      { wire: null, isError: true },
      { wire: { kind: 'coded', cause: null } },
      { wire: 7 },
    ];
    port2.on('message', ({ id }: { id: string }) =>
      port2.postMessage({ id, type: 'HANDLER', name: 'throw', value: values.pop() }),
    );
    while (values.length > 0) assert((await rejected(caller.api.ask())) instanceof Error);
  });

  it('can be awaited, and has no methods under the names that promises and objects are asked for', async (t) => {
    const { api } = connect(t, { one: () => 1 });
    assert.equal(await api, api);
    const names = api as unknown as Record<string | symbol, unknown>;
    for (const name of ['then', 'toJSON', 'catch', Symbol.iterator, Symbol.toPrimitive])
      assert.equal(names[name], undefined);
    assert.equal(`${String(names)} ${JSON.stringify(api)}`, '[object Object] {}');
  });
});

describe('a proxy of asks', () => {
  type Counter = {
    add(...args: unknown[]): Promise<unknown>;
    total(): Promise<unknown>;
    bind(...args: unknown[]): Promise<unknown>;
  };
  const proxyOf = (ask: (name: string, args: readonly unknown[]) => Promise<unknown>) =>
    askProxy(ask) as Counter;

  it('asks by the name of the method, and passes arguments and answers by reference', async () => {
    const asked: unknown[] = [];
    const counter = proxyOf(async (name, args) => {
      asked.push([name, ...args]);
      return args[0];
    });
    const value = { fn: () => {} };
    assert.equal(await counter.add(value, 2), value);
    assert.equal(await counter.total(), undefined);
    await counter.bind(null);
    assert.deepEqual(asked, [['add', value, 2], ['total'], ['bind', null]]);
  });

  it('rejects with the very error that the ask rejected with, or threw', async () => {
    const error = new CodedError('ACTOR_STOPPED', 'gone');
    assert.equal(await rejected(proxyOf(() => Promise.reject(error)).total()), error);
    const thrower = proxyOf(() => {
      throw error;
    });
    assert.equal(await rejected(thrower.total()), error);
    assert.equal(await rejected(proxyOf(() => Promise.reject(undefined)).total()), undefined);
  });

  it('answers concurrent calls each by its own, also of several proxies', async () => {
    const doors = Array.from({ length: 100 }, () => gate<number>());
    const proxies = [0, 1].map((p) =>
      proxyOf((_, args) => doors[50 * p + (args[0] as number)]!.opened),
    );
    const answers = proxies.flatMap((proxy) => Array.from({ length: 50 }, (_, n) => proxy.add(n)));
    for (const n of seededRandom(5).shuffle([...doors.keys()])) doors[n]!.open(n);
    assert.deepEqual(await Promise.all(answers), [...doors.keys()]);
  });

  it('is no promise: awaiting it gives it back without asking', async () => {
    const counter = proxyOf(() => assert.fail('expected no ask'));
    assert.equal(await counter, counter);
    assert.equal(String(counter), '[object Object]');
    assert.throws(() => Object.assign(counter, { total: 1 }), TypeError);
  });

  it('answers a call though the proxy was collected meanwhile', async () => {
    const { open, opened } = gate<string>();
    const start = () => {
      const proxy = proxyOf(() => opened);
      return { answer: proxy.total(), proxy: new WeakRef(proxy) };
    };
    const { answer, proxy } = start();
    await collect();
    assert.equal(proxy.deref(), undefined);
    open('kept');
    assert.equal(await answer, 'kept');
  });

  it('holds nothing of a call that was answered', async () => {
    const counter = proxyOf(async (_, args) => args[0]);
    const ask = async () => {
      const value = { large: true };
      await counter.add(value);
      return new WeakRef(value);
    };
    const value = await ask();
    await collect();
    assert.equal(value.deref(), undefined);
  });
});
