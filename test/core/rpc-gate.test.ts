import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { createEndpoint, type Endpoint, proxy, releaseProxy, wrap } from 'comlink';
import { z } from 'zod';
import { CodedError, refuse } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { type Random, seededRandom } from '../../core/random.js';
import { call, type ExposeOptions, exposeHandlers } from '../../core/rpc.js';
import type { StrangerReport } from './rpc-thread.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

interface Actor {
  add(n: number, by?: string): number;
  total(): number;
  take(value: unknown): unknown;
}

const accepts = {
  add: [z.number().int(), z.string().default('nobody')],
  total: [],
  take: [z.unknown()],
};

type Asked = readonly [name: string, ...args: unknown[]];

const echo: ExposeOptions['ask'] = async (name, args) => (name === 'take' ? args[0] : args.length);

const expose = (t: TestContext, options: Partial<ExposeOptions> = {}) => {
  const { port1, port2 } = new MessageChannel();
  const asked: Asked[] = [];
  const { ask = echo, ...rest } = options;
  const stop = exposeHandlers({
    ask: (name, args) => {
      asked.push([name, ...args]);
      return ask(name, args);
    },
    handlers: ['add', 'total', 'take'],
    accepts,
    endpoint: port2,
    ...rest,
  });
  t.after(() => {
    stop();
    port1.close();
  });
  return { port: port1, asked, stop, plain: () => wrap<Actor>(port1 as unknown as Endpoint) };
};

interface RawAnswer {
  readonly id: string;
  readonly type: string;
  readonly value: { readonly value: { readonly message: string; readonly stack: string } };
}

const messageOf = (answer: RawAnswer | undefined): string =>
  answer?.type === 'RAW' ? 'answered' : (answer?.value.value.message ?? 'ignored');

const apply = (method: unknown, ...args: unknown[]) => ({
  type: 'APPLY',
  path: [method],
  argumentList: args.map((value) => ({ type: 'RAW', value })),
});

/** Sends hand-made messages, then a good one; gives the answers to all of them once that is answered. */
const sendRaw = async (
  port: MessagePort,
  messages: readonly unknown[],
  transfer: MessagePort[] = [],
): Promise<RawAnswer[]> => {
  const answers: RawAnswer[] = [];
  const flushed = new Promise<void>((resolve) => {
    port.on('message', (answer: RawAnswer) => {
      if (answer.id === 'flush') resolve();
      else answers.push(answer);
    });
  });
  for (const message of messages) port.postMessage(message, transfer.splice(0));
  port.postMessage({ id: 'flush', ...apply('total') });
  await flushed;
  // A refused call is answered when its promise has rejected, maybe after the flush.
  await nextTurn();
  await nextTurn();
  port.removeAllListeners('message');
  return answers;
};

/** What each message is answered, by itself. */
const answersTo = async (port: MessagePort, bodies: readonly object[]): Promise<string[]> => {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, ...body }));
  const answers = await sendRaw(port, messages);
  return messages.map(({ id }) => messageOf(answers.find((answer) => answer.id === id)));
};

const rejected = async (promise: PromiseLike<unknown>): Promise<CodedError> =>
  promise.then(
    (value) => assert.fail(`expected a rejection, got ${String(value)}`),
    (error: unknown) => error as CodedError,
  );

const gate = <T>() => {
  let open!: (value: T) => void;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('an exposed actor', () => {
  it('answers plain Comlink with what its handlers answer, given what the schemas made of the arguments', async (t) => {
    const { plain, asked } = expose(t);
    const actor = plain();
    assert.equal(await actor.add(5), 2);
    assert.equal(await actor.total(), 0);
    assert.deepEqual(await actor.take({ a: [1, new Map([['b', 2n]])] }), {
      a: [1, new Map([['b', 2n]])],
    });
    assert.deepEqual(asked.slice(0, 2), [['add', 5, 'nobody'], ['total']]);
  });

  it('answers a Worker that uses plain Comlink over its parent port', async (t) => {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(new URL('./rpc-thread.js', import.meta.url), {
      workerData: { port: port2, as: 'stranger' },
      transferList: [port2],
    });
    t.after(() => worker.terminate());
    const stop = exposeHandlers({
      ask: async (_, args) => args[0],
      handlers: ['add'],
      accepts,
      endpoint: worker,
    });
    const [report] = (await once(port1, 'message')) as [StrangerReport];
    assert.equal(report.total, 5);
    assert.match(report.refusal, /^ENDPOINT_REFUSED: .*"reset"/);
    stop();
    assert.equal(worker.listenerCount('message'), 0);
    assert.notEqual(worker.threadId, -1);
  });

  it('tells a caller of ours the code and details of an error', async (t) => {
    const { port } = expose(t, {
      ask: () => Promise.reject(refuse('NOT_FOUND', 'no account 7', { account: 7 })),
    });
    const caller = call<Actor>(port, { name: 'the actor' });
    t.after(() => caller.close());
    const error = await rejected(caller.api.total());
    assert.deepEqual([error.code, error.details], ['NOT_FOUND', { account: 7 }]);
  });

  it('begins the message of an error with its code, and keeps stack and cause to itself', async (t) => {
    const cause = new Error('the secret');
    const { plain } = expose(t, {
      ask: (name) =>
        Promise.reject(
          name === 'total'
            ? cause
            : new CodedError('HANDLER_FAILED', 'it threw', { cause, details: { handler: name } }),
        ),
    });
    const error = await rejected(plain().take(1));
    assert(error instanceof Error);
    assert.equal(error.message, 'HANDLER_FAILED: it threw');
    assert.deepEqual([error.code, error.details], ['HANDLER_FAILED', { handler: 'take' }]);
    assert.equal(error.stack, 'CodedError: HANDLER_FAILED: it threw');
    assert.equal(error.cause, undefined);
    assert.equal((await rejected(plain().total())).message, 'HANDLER_FAILED: the secret');
  });

  it('answers with plain data only', async (t) => {
    class Inside {
      host = 'secret';
    }
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const answers: unknown[] = [
      new Inside(),
      { deep: [new Inside()] },
      () => {},
      Symbol('s'),
      cyclic,
      new SharedArrayBuffer(1),
    ];
    const { plain } = expose(t, { ask: async () => answers.shift() });
    const actor = plain();
    while (answers.length > 0)
      assert.match(
        (await rejected(actor.total())).message,
        /^MESSAGE_NOT_ENCODABLE: expected "total" to answer with plain/,
      );
    assert.equal(await actor.total(), undefined);
  });

  it('asks with nothing that a schema refused, and says what was wrong', async (t) => {
    const { plain, asked } = expose(t);
    const actor = plain() as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const error = await rejected(actor.add!('5', 6));
    assert.match(error.message, /^MESSAGE_REFUSED: .*"add".*args\[0\]: .*; args\[1\]: /);
    assert.match(
      (await rejected(actor.add!(1, 'a', 2))).message,
      /^MESSAGE_REFUSED: .*at most 2, got 3/,
    );
    assert.match((await rejected(actor.total!(undefined))).message, /^MESSAGE_REFUSED/);
    assert.match((await rejected(actor.add!())).message, /^MESSAGE_REFUSED/);
    assert.deepEqual(asked, []);
  });

  it('waits for schemas that are async, and refuses for one that throws', async (t) => {
    const late = z.number().refine(async (n) => n > 0);
    const broken = z.unknown().transform(() => {
      throw new Error('broken');
    });
    const { plain, asked } = expose(t, { accepts: { add: [late], total: [], take: [broken] } });
    const actor = plain();
    assert.equal(await actor.add(1), 1);
    assert.match((await rejected(actor.add(-1))).message, /^MESSAGE_REFUSED/);
    assert.match((await rejected(actor.take(1))).message, /^MESSAGE_REFUSED: .*Error/);
    assert.deepEqual(asked, [['add', 1]]);
  });

  it('needs a schema for every listed handler, and names them all', () => {
    const endpoint = new MessageChannel().port1;
    const listed = (handlers: readonly string[], given: object) => () =>
      exposeHandlers({ ask: echo, handlers, endpoint, accepts: given as never });
    assert.throws(listed(['add', 'total', 'take'], { take: [] }), (error: CodedError) => {
      assert.equal(error.code, 'CONFIG_INVALID');
      assert.equal((error.details.faults as unknown[]).length, 2);
      return /"add".*\n.*"total"/.test(error.message);
    });
    assert.throws(() => exposeHandlers({ ask: echo, handlers: ['add'], endpoint }), {
      code: 'CONFIG_INVALID',
    });
    for (const wrong of [undefined, null, {}, 'any', [7], [{}], [null]])
      assert.throws(listed(['add'], { add: wrong }), { code: 'CONFIG_INVALID' });
    for (const name of [
      '',
      'then',
      '__proto__',
      'constructor',
      'toString',
      'bind',
      'x'.repeat(LIMITS.nameCharsMax + 1),
    ])
      assert.throws(
        listed([name], JSON.parse(`{ ${JSON.stringify(name)}: [] }`)),
        { code: 'CONFIG_INVALID' },
        name,
      );
    for (const bound of [0, -1, 1.5, Number.NaN, '9'])
      for (const key of ['bytesMax', 'callsMax'])
        assert.throws(
          () => exposeHandlers({ ask: echo, handlers: ['total'], accepts, endpoint, [key]: bound }),
          { code: 'CONFIG_INVALID' },
        );
    endpoint.close();
  });

  it('stops: calls in flight are refused, the port closes', async (t) => {
    const { port, stop, plain, asked } = expose(t, { ask: () => new Promise(() => {}) });
    const held = rejected(plain().take(1));
    while (asked.length === 0) await nextTurn();
    const closed = once(port, 'close');
    stop();
    stop();
    assert.match((await held).message, /^ENDPOINT_REFUSED: .*stopped/);
    await closed;
  });

  it('drops the answers that come when the port or the Worker is gone', async (t) => {
    const { open, opened } = gate<number>();
    const { port, plain, asked } = expose(t, { ask: () => opened });
    void plain().total();
    const text = `require('node:worker_threads').parentPort.postMessage(${JSON.stringify({ id: '1', ...apply('total') })})`;
    const worker = new Worker(text, { eval: true });
    const exited = once(worker, 'exit');
    const askedByWorker = new Promise<void>((resolve) => {
      const ask = async (): Promise<unknown> => {
        resolve();
        return opened;
      };
      t.after(exposeHandlers({ ask, handlers: ['total'], accepts, endpoint: worker }));
    });
    while (asked.length === 0) await nextTurn();
    await askedByWorker;
    const closed = once(port, 'close');
    port.close();
    await Promise.all([closed, exited]);
    open(7);
    await nextTurn();
    assert.deepEqual(asked, [['total']]);
  });

  it('takes no call after a release, and closes the port when those in flight are answered', async (t) => {
    const { open, opened } = gate<number>();
    const { port, plain, asked } = expose(t, { ask: () => opened });
    const answers: unknown[] = [];
    port.on('message', (answer: RawAnswer) => answers.push([answer.id, messageOf(answer)]));
    const closed = once(port, 'close');
    const actor = plain();
    port.postMessage({ id: 'held', ...apply('total') });
    actor[releaseProxy]();
    port.postMessage({ id: 'late', ...apply('total') });
    while (answers.length === 0) await nextTurn();
    assert.match(String(answers[0]), /^late,ENDPOINT_REFUSED/);
    open(7);
    await closed;
    assert.deepEqual(answers[1], ['held', 'answered']);
    assert.equal(asked.length, 1);
  });

  it('answers plain Comlink even if its proxy was collected while it waited, then closes the port', async (t) => {
    const { open, opened } = gate<number>();
    const { port, plain } = expose(t, { ask: () => opened });
    const closed = once(port, 'close');
    const start = (): Promise<number> => plain().total();
    const answer = start();
    for (let round = 0; round < 4; round++) {
      gc();
      await nextTurn();
    }
    open(7);
    assert.equal(await answer, 7);
    await closed;
  });
});

describe('an attacker at an exposed actor', () => {
  it('gets nothing but calls of the listed handlers', async (t) => {
    const { port, asked } = expose(t, { handlers: ['total'] });
    const bodies = [
      apply('add', 1),
      apply('Total'),
      apply(''),
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'bind', 'call'].map(
        (name) => apply(name),
      ),
      { type: 'APPLY', path: ['total', 'call'], argumentList: [] },
      {
        type: 'APPLY',
        path: ['constructor', 'constructor'],
        argumentList: [{ type: 'RAW', value: 'process.exit()' }],
      },
      { type: 'APPLY', path: ['__proto__', 'polluted'], argumentList: [] },
      { type: 'APPLY', path: [], argumentList: [] },
      { type: 'APPLY', path: [['total']], argumentList: [] },
      { type: 'APPLY', path: 'total', argumentList: [] },
      { type: 'APPLY', argumentList: [] },
      { type: 'APPLY', path: { length: 1, 0: 'total' } },
      { type: 'GET', path: ['total'] },
      { type: 'GET', path: [] },
      { type: 'SET', path: ['total'], value: { type: 'RAW', value: 1 } },
      { type: 'SET', path: ['__proto__', 'polluted'], value: { type: 'RAW', value: 1 } },
      { type: 'CONSTRUCT', path: ['total'], argumentList: [] },
      { type: 'ENDPOINT' },
    ];
    for (const [index, message] of (await answersTo(port, bodies)).entries())
      assert.match(message, /^ENDPOINT_REFUSED: /, JSON.stringify(bodies[index]));
    assert.deepEqual(asked, [['total']]);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('gets the same through the proxy of plain Comlink', async (t) => {
    const { plain, asked } = expose(t);
    type Deep = Record<string, never> & { total: { deep(): Promise<void> }; new (): Promise<void> };
    const actor = plain() as unknown as Deep & { [createEndpoint](): Promise<MessagePort> };
    const attempts = [
      () => actor.total.deep(),
      async () => (await actor.total) as unknown,
      () => new actor(),
      () => actor[createEndpoint](),
    ];
    for (const attempt of attempts)
      assert.match((await rejected(attempt())).message, /^ENDPOINT_REFUSED: /);
    assert.deepEqual(asked, []);
  });

  it('cannot hand in callbacks, thrown values or other work for transfer handlers', async (t) => {
    const { port, plain, asked } = expose(t);
    const take = (...argumentList: unknown[]) => ({ type: 'APPLY', path: ['take'], argumentList });
    const bodies = [
      take({ type: 'HANDLER', name: 'throw', value: { isError: false, value: 1 } }),
      take({ type: 'HANDLER', name: 'proxy', value: 1 }),
      take({ type: 'HANDLER', name: 'unknown' }),
      take({ type: 'PROXY' }),
      take({}),
      take(null),
      take(undefined),
      take('RAW'),
      { type: 'APPLY', path: ['take'], argumentList: 'x' },
      { type: 'APPLY', path: ['take'], argumentList: { length: 1 } },
      { type: 'APPLY', path: ['take'], argumentList: new Map() },
      take(...Array.from({ length: LIMITS.endpointArguments + 1 }, () => ({ type: 'RAW' }))),
    ];
    for (const [index, message] of (await answersTo(port, bodies)).entries())
      assert.match(message, /^ENDPOINT_REFUSED: /, `message ${index}`);
    assert.match((await rejected(plain().take(proxy(() => {})))).message, /^ENDPOINT_REFUSED: /);
    assert.deepEqual(asked, [['total']]);
  });

  it('cannot hand in what is not plain data, and ports it sends are closed', async (t) => {
    const { port, asked } = expose(t);
    const channels = Array.from({ length: 4 }, () => new MessageChannel());
    const closed = channels.map(({ port1 }) => once(port1, 'close'));
    const inner = channels.map(({ port2 }) => port2);
    const junk = [
      { id: '1', ...apply('take', { deep: [inner[0]] }) },
      { id: '2', ...apply('take', new Map([[inner[1], new Set([inner[2]])]])) },
      { id: '3', type: 'GET', path: [inner[3]] },
      { id: '4', ...apply('take', new SharedArrayBuffer(8)) },
      { id: '5', ...apply('take', new Uint8Array(new SharedArrayBuffer(8))) },
      { id: '6', ...apply('take', /x/) },
      { id: '7', ...apply('take', new Error('x')) },
      { id: '8', ...apply('take', JSON.parse('{"a":[{"__proto__":{"polluted":true}}]}')) },
    ];
    // Transferred one message each, in the order of the list.
    const transfers = [[inner[0]], [inner[1], inner[2]], [inner[3]]] as MessagePort[][];
    const answers: RawAnswer[] = [];
    for (const [index, message] of junk.entries())
      answers.push(...(await sendRaw(port, [message], transfers[index] ?? [])));
    assert.equal(answers.length, junk.length);
    for (const answer of answers) assert.match(messageOf(answer), /^ENDPOINT_REFUSED: /, answer.id);
    await Promise.all(closed);
    assert(asked.every(([name]) => name === 'total'));
  });

  it('cannot hand in more than the bound, however it is hidden', async (t) => {
    const { port, asked } = expose(t, { bytesMax: 10_000 });
    const sparse: unknown[] = [];
    sparse.length = 4_000_000_000;
    let doubled: unknown = 1;
    for (let level = 0; level < 60; level++) doubled = [doubled, doubled];
    const large = [
      'x'.repeat(10_001),
      Array.from({ length: 2_000 }, () => 1),
      sparse,
      { ['k'.repeat(10_001)]: 1 },
      new ArrayBuffer(10_001),
      new Uint8Array(new ArrayBuffer(10_001), 0, 1),
      new Map(Array.from({ length: 1_000 }, (_, n) => [n, n])),
      new Set(Array.from({ length: 2_000 }, (_, n) => n)),
      1n << 100_000n,
      doubled,
    ];
    for (const [index, message] of (
      await answersTo(
        port,
        large.map((value) => apply('take', value)),
      )
    ).entries())
      assert.match(message, /^MESSAGE_TOO_LARGE: /, `value ${index}`);
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    let deep: unknown = 1;
    for (let level = 0; level < 1_000; level++) deep = [deep];
    for (const message of await answersTo(port, [apply('take', cyclic), apply('take', deep)]))
      assert.match(message, /^ENDPOINT_REFUSED: .*nested/);
    const lists: unknown[] = [];
    lists.length = 4_000_000_000;
    const [refusal] = await answersTo(port, [
      { type: 'APPLY', path: ['take'], argumentList: lists },
    ]);
    assert.match(refusal ?? '', /^ENDPOINT_REFUSED: /);
    assert(asked.every(([name]) => name === 'total'));
    assert.deepEqual(await answersTo(port, [apply('take', 'x'.repeat(9_000))]), ['answered']);
  });

  it('cannot keep more calls in flight than the bound, nor take another under an id in flight', async (t) => {
    const { open, opened } = gate<unknown>();
    const { port, asked } = expose(t, {
      callsMax: 3,
      ask: (name) => (name === 'take' ? opened : echo(name, [])),
    });
    const answers: RawAnswer[] = [];
    port.on('message', (answer: RawAnswer) => answers.push(answer));
    for (const id of ['a', 'b', 'b', 'c', 'd', 'e']) port.postMessage({ id, ...apply('take', id) });
    while (answers.length < 2) await nextTurn();
    assert.deepEqual(
      answers.map(({ id }) => id),
      ['d', 'e'],
    );
    for (const answer of answers) assert.match(messageOf(answer), /^ENDPOINT_REFUSED: .*at most 3/);
    assert.deepEqual(
      asked.map(([, id]) => id),
      ['a', 'b', 'c'],
    );
    open('done');
    while (answers.length < 5) await nextTurn();
    port.postMessage({ id: 'f', ...apply('take', 'f') });
    while (answers.length < 6) await nextTurn();
    assert.deepEqual(
      answers.slice(2).map((answer) => [answer.id, messageOf(answer)]),
      ['a', 'b', 'c', 'f'].map((id) => [id, 'answered']),
    );
  });

  it('is not answered when it sends what is no request', async (t) => {
    const { port, asked } = expose(t);
    const id = 'junk';
    const messages = [
      ...[
        undefined,
        null,
        0,
        1n,
        'APPLY',
        true,
        [],
        [id],
        new Map([['id', id]]),
        new Date(),
        /x/,
        new ArrayBuffer(1),
      ],
      ...[
        {},
        { id },
        { id, type: 'apply' },
        { id, type: ['APPLY'] },
        { id, type: null },
        { id, type: 'RAW', value: 1 },
      ],
      ...[
        { id, type: 'HANDLER', name: 'throw' },
        { id, type: 'toString' },
      ],
      ...[undefined, null, 0, 5, '', {}, [], 'x'.repeat(10_000)].map((bad) => ({
        ...apply('take', 1),
        id: bad,
      })),
      apply('take', 1),
    ];
    assert.deepEqual(await sendRaw(port, messages), []);
    assert.deepEqual(asked, [['total']]);
  });

  it('reaches the actor with nothing but checked calls, whatever it sends', async (t) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed);
      const { port, asked } = expose(t, { bytesMax: 1_000 });
      const messages = Array.from({ length: 100 }, (_, n) => randomMessage(random, `r${n}`));
      const answers = await sendRaw(port, messages);
      for (const answer of answers)
        assert.match(
          messageOf(answer),
          /^(answered$|ENDPOINT_REFUSED: |MESSAGE_REFUSED: |MESSAGE_TOO_LARGE: )/,
          `seed ${seed}`,
        );
      for (const [name, ...args] of asked) {
        assert(Object.hasOwn(accepts, name), `seed ${seed}: ${name}`);
        const schemas: readonly z.ZodType[] = accepts[name as keyof typeof accepts];
        for (const [index, arg] of args.entries())
          assert(schemas[index]?.safeParse(arg).success, `seed ${seed}: ${name}`);
      }
    }
  });
});

function randomMessage(random: Random, id: string): unknown {
  const types = [
    'APPLY',
    'APPLY',
    'APPLY',
    'APPLY',
    'GET',
    'SET',
    'CONSTRUCT',
    'ENDPOINT',
    'RAW',
    'HANDLER',
    7,
    null,
  ];
  const names = [
    'add',
    'add',
    'take',
    'total',
    'toString',
    '__proto__',
    'constructor',
    'then',
    '',
    3,
    null,
  ];
  const message: Record<string, unknown> = {
    id: random.int(10) === 0 ? randomValue(random, 1) : id,
    type: random.pick(types),
    path: Array.from({ length: random.pick([1, 1, 1, 1, 0, 2]) }, () => random.pick(names)),
    argumentList: Array.from({ length: random.int(4) }, () => {
      return random.int(8) === 0
        ? randomValue(random, 2)
        : { type: 'RAW', value: randomValue(random, 3) };
    }),
  };
  if (random.int(8) === 0) delete message[random.pick(Object.keys(message))];
  if (random.int(8) === 0) message[random.pick(Object.keys(message))] = randomValue(random, 2);
  return message;
}

function randomValue(random: Random, depth: number): unknown {
  const inner = (): unknown => randomValue(random, depth - 1);
  const leaves = [
    1,
    -1.5,
    'text',
    '',
    null,
    undefined,
    true,
    5n,
    new Date(0),
    /x/,
    new Error('x'),
    new ArrayBuffer(2_000),
  ];
  if (depth <= 0 || random.int(2) === 0) return random.pick(leaves);
  switch (random.int(4)) {
    case 0:
      return [inner(), inner()];
    case 1:
      return new Map([[inner(), inner()]]);
    case 2:
      return new Set([inner()]);
    default:
      return { type: inner(), name: inner(), value: inner() };
  }
}
