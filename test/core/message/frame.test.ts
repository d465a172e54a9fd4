/** Batches: what is put in comes out, in order, with names, traces and chains as they were. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LIMITS } from '../../../core/limits.js';
import { Batch } from '../../../core/message/batch.js';
import { messagesIn, readBatch, splitBatch } from '../../../core/message/batch-reader.js';
import { Argc, type AskChain } from '../../../core/message/envelope.js';
import {
  type BatchVisitor,
  NameTable,
  type ReplyTo,
  weightOf,
} from '../../../core/message/frame.js';
import { Packed } from '../../../core/message/packed.js';

type Entry = readonly unknown[];

/** Writes down every call in the form the entries of the property have. */
class Listener implements BatchVisitor {
  readonly heard: Entry[] = [];
  tell(...entry: Parameters<BatchVisitor['tell']>): void {
    this.heard.push(['tell', ...entry]);
  }
  ask(...entry: Parameters<BatchVisitor['ask']>): void {
    this.heard.push(['ask', ...entry]);
  }
  reply(ask: number, value: unknown): void {
    this.heard.push(['reply', ask, value]);
  }
  fail(ask: number, error: unknown): void {
    this.heard.push(['fail', ask, error]);
  }
  item(ask: number, value: unknown): void {
    this.heard.push(['item', ask, value]);
  }
  signal(signal: unknown): void {
    this.heard.push(['signal', signal]);
  }
  begun(ask: number): void {
    this.heard.push(['begun', ask]);
  }
}

const nat = fc.nat({ max: 0xfffff });
const name = fc.string({ maxLength: 8 });
const payload = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.constant(undefined),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const trace = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
const links = fc.array(fc.record({ slot: nat, generation: nat, turn: nat, path: name }), {
  maxLength: 4,
});
const chainOf = (
  all: readonly { slot: number; generation: number; turn: number; path: string }[],
): AskChain | undefined =>
  all.reduce<AskChain | undefined>(
    (up, link) => ({ ...link, up, length: (up?.length ?? 0) + 1 }),
    undefined,
  );
const replyTo = fc
  .record({
    thread: fc.nat(31),
    epoch: nat,
    ask: nat,
    links,
    kind: fc.constantFrom('ask', 'stream', 'run'),
  })
  .map(({ thread, epoch, ask, links: all, kind }): ReplyTo => {
    return {
      thread,
      epoch,
      ask,
      chain: chainOf(all),
      isStream: kind === 'stream',
      wantsBegun: kind === 'run',
    };
  });
const withArgs = fc.oneof(
  fc.constant<[Argc, unknown]>([Argc.none, undefined]),
  payload.map((value): [Argc, unknown] => [Argc.one, value]),
  fc
    .array(payload, { minLength: 2, maxLength: 4 })
    .map((value): [Argc, unknown] => [Argc.many, value]),
);
const wireError = fc.constant({ kind: 'error', name: 'Error', message: 'x', stack: '' } as const);
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .tuple(nat, nat, name, withArgs, trace)
    .map(([slot, generation, n, [argc, value], t]) => [
      'tell',
      slot,
      generation,
      n,
      argc,
      value,
      t,
    ]),
  fc
    .tuple(nat, nat, name, withArgs, trace, replyTo)
    .map(([slot, generation, n, [argc, value], t, to]) => [
      'ask',
      slot,
      generation,
      n,
      argc,
      value,
      t,
      to,
    ]),
  fc.tuple(nat, payload).map(([ask, value]) => ['reply', ask, value]),
  fc.tuple(nat, payload).map(([ask, value]) => ['item', ask, value]),
  fc.tuple(nat, wireError).map(([ask, error]) => ['fail', ask, error]),
  nat.map((slot) => ['signal', { type: 'resume', slot, generation: 1 }]),
  nat.map((ask) => ['begun', ask]),
);

function put(batch: Batch, [kind, ...rest]: Entry): void {
  if (kind === 'tell') {
    const [slot, generation, n, argc, value, t] = rest as [
      number,
      number,
      string,
      Argc,
      unknown,
      string | undefined,
    ];
    batch.tell(slot, generation, n, argc, value, t);
  } else if (kind === 'ask') {
    const [slot, generation, n, argc, value, t, to] = rest as [
      number,
      number,
      string,
      Argc,
      unknown,
      string | undefined,
      ReplyTo,
    ];
    batch.ask(slot, generation, n, argc, value, to, t);
  } else if (kind === 'signal') batch.signal(rest[0] as never);
  else if (kind === 'begun') batch.begun(rest[0] as number);
  else
    (batch[kind as 'reply'] as (ask: number, value: unknown) => void).call(
      batch,
      rest[0] as number,
      rest[1],
    );
}

test('what is put in a batch is read out of it: each entry, its name, trace, chain and arguments', () => {
  fc.assert(
    fc.property(fc.array(fc.array(entry, { maxLength: 12 }), { maxLength: 4 }), (batches) => {
      const [written, read] = [new NameTable(), new NameTable()];
      const listener = new Listener();
      for (const entries of batches) {
        const batch = new Batch(written);
        for (const one of entries) put(batch, one);
        assert.equal(
          batch.messages,
          entries.filter(([kind]) => kind === 'tell' || kind === 'ask').length,
        );
        assert.equal(batch.count, entries.length);
        readBatch(batch.entries, read, listener);
      }
      assert.deepEqual(listener.heard, batches.flat());
      assert.deepEqual(read.names, written.names);
    }),
    { seed: 11, numRuns: 400 },
  );
});

test('a batch that is cut into its entries says the same, and counts the same messages', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      const batch = new Batch(new NameTable());
      for (const one of entries) put(batch, one);
      const parts = splitBatch(batch.entries);
      assert.deepEqual(parts.flat(1), batch.entries);
      assert.equal(
        parts.reduce((sum, part) => sum + messagesIn(part), 0),
        batch.messages,
      );
      const [whole, inParts] = [new Listener(), new Listener()];
      readBatch(batch.entries, new NameTable(), whole);
      readBatch(parts.flat(1), new NameTable(), inParts);
      assert.deepEqual(inParts.heard, whole.heard);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test('a handler name crosses once and is a number afterwards, until the table is full', () => {
  const table = new NameTable();
  const first = new Batch(table);
  for (let n = 0; n < 3; n++) first.tell(1, 1, 'add', Argc.none, undefined);
  assert.equal(first.entries.filter((one) => one === 'add').length, 1);
  for (let n = table.names.length; n < LIMITS.handlerNamesPerChannel; n++)
    assert.ok(table.learn(`name ${n}`));
  assert.equal(table.learn('one more'), false);
  const read = new NameTable();
  for (const known of table.names) read.learn(known);
  const late = new Batch(table);
  late.tell(1, 1, 'late', Argc.one, 7);
  late.tell(1, 1, 'add', Argc.none, undefined);
  const listener = new Listener();
  readBatch(late.entries, read, listener);
  assert.deepEqual(listener.heard, [
    ['tell', 1, 1, 'late', Argc.one, 7, undefined],
    ['tell', 1, 1, 'add', Argc.none, undefined, undefined],
  ]);
});

test('a trace belongs to the next message only', () => {
  const batch = new Batch(new NameTable());
  batch.tell(1, 1, 'a', Argc.none, undefined, 'trace');
  batch.tell(1, 1, 'a', Argc.none, undefined);
  const listener = new Listener();
  readBatch(batch.entries, new NameTable(), listener);
  assert.deepEqual(
    listener.heard.map((one) => one.at(-1)),
    ['trace', undefined],
  );
});

test('one message to many is read as one to each, its payload made once for all of them', () => {
  const batch = new Batch(new NameTable());
  batch.many([1, 10, 2, 20], 'news', Argc.one, Packed.of({ n: 1 }, undefined));
  batch.many([3, 30], 'ping', Argc.none, undefined);
  assert.equal(batch.messages, 3);
  const listener = new Listener();
  readBatch(batch.entries, new NameTable(), listener);
  assert.deepEqual(listener.heard, [
    ['tell', 1, 10, 'news', Argc.one, { n: 1 }, undefined],
    ['tell', 2, 20, 'news', Argc.one, { n: 1 }, undefined],
    ['tell', 3, 30, 'ping', Argc.none, undefined, undefined],
  ]);
  assert.equal(
    splitBatch(batch.entries).reduce((sum, part) => sum + messagesIn(part), 0),
    3,
  );
});

test('the weight of a value is about its strings and binaries', () => {
  assert.equal(weightOf('x'.repeat(100), 2), 100);
  assert.equal(weightOf(new Uint8Array(500), 2), 500);
  assert.ok(weightOf({ a: 'x'.repeat(100), b: { c: 'y'.repeat(100) } }, 2) >= 200);
  assert.ok(weightOf(Array(1_000).fill('x'.repeat(10)), 2) >= 10_000);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  assert.ok(weightOf(circle, 3) < 1_000);
});
