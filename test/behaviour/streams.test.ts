/**
 * Reading an async generator handler over a ref.
 */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { it } from 'node:test';
import { LIMITS } from '../../core/limits.js';
import { echo, latch, producer, recorder } from '../support/behaviour-actors.js';
import { onEachStage } from '../support/behaviour-stage.js';

onEachStage('a stream', (stage) => {
  it('gives every item in order, then ends', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(producer(to), near);
    const items: number[] = [];
    for await (const n of ref.stream('count', 0, 1_000)) items.push(n);
    assert.deepEqual(
      items,
      Array.from({ length: 1_000 }, (_, n) => n),
    );
    assert.deepEqual(await to.ask('until', 1), ['closed after 1000']);
    for await (const n of ref.stream('count', 0, 0)) assert.fail(`expected none, got ${n}`);
  });

  it('never runs further ahead of its reader than the demand, and leaving early closes it', async () => {
    const { system, near } = stage();
    const to = system.spawn(recorder());
    const ref = system.spawn(producer(to), near);
    let taken = 0;
    for await (const _ of ref.stream('count', 0, 1e9)) {
      taken++;
      const made = await ref.ask('made');
      assert.ok(made <= taken + LIMITS.streamDemand, `${made} made when ${taken} were taken`);
      if (taken === 150) break;
    }
    const [note = ''] = await to.ask('until', 1);
    const made = Number(note.replace('closed after ', ''));
    assert.ok(made >= 150 && made <= 150 + LIMITS.streamDemand, note);
  });

  it('fails with what the generator throws, after the items before it', async () => {
    const { system, near } = stage();
    const ref = system.spawn(producer(system.spawn(recorder())), near);
    const items: number[] = [];
    const read = async (): Promise<void> => {
      for await (const n of ref.stream('failing', 100)) items.push(n);
    };
    await assert.rejects(read(), (error: Error & { code?: string }) => {
      return error.code === 'HANDLER_FAILED' && (error.cause as Error).message === 'dried up';
    });
    assert.equal(items.length, 100);
    const refused = async (): Promise<void> => {
      for await (const n of ref.stream('refusing')) items.push(n);
    };
    await assert.rejects(refused(), { code: 'NO_MORE' });
  });

  it('runs as its actor from beginning to end: what it asks and tells carries the trace', async () => {
    const { system, near, far } = stage();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const ref = system.spawn(producer(system.spawn(recorder())), near);
    const other = system.spawn(echo(), far);
    const traces: unknown[] = [];
    for await (const trace of ref.with({ traceparent }).stream('traces', other)) traces.push(trace);
    assert.deepEqual(traces, [traceparent, traceparent, traceparent]);
  });

  it('that fails is a failure of its actor, a refusal is not', async () => {
    const { system, near } = stage();
    const supervision = { decide: 'stop' as const };
    const ref = system.spawn(producer(system.spawn(recorder())), { ...near, supervision });
    const refused = ref.stream('refusing')[Symbol.asyncIterator]();
    await refused.next();
    await assert.rejects(refused.next(), { code: 'NO_MORE' });
    assert.equal(await ref.ask('plain'), 1);
    const ended = system.terminated(ref);
    await assert.rejects(ref.stream('failing', 0)[Symbol.asyncIterator]().next());
    assert.equal((await ended).reason, 'failed');
  });

  it('leaves nothing behind on the AbortSignal it was read with', async () => {
    const { system, near } = stage();
    const ref = system.spawn(producer(system.spawn(recorder())), near);
    const { signal } = new AbortController();
    for (let n = 0; n < 20; n++) for await (const _ of ref.with({ signal }).stream('count', 0, 3));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('ends with an error when its actor stops, and closes the generator', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(producer(to), near);
    const reader = ref.stream('endless', at)[Symbol.asyncIterator]();
    assert.deepEqual(await reader.next(), { done: false, value: 'first' });
    const second = reader.next();
    ref.tell('stop');
    await assert.rejects(second, { code: 'ACTOR_STOPPED' });
    at.tell('open');
    assert.deepEqual(await to.ask('until', 1), ['closed']);
  });

  it('ends with an error when its actor restarts', async () => {
    const { system, near } = stage();
    const at = system.spawn(latch());
    const ref = system.spawn(producer(system.spawn(recorder())), near);
    const reader = ref.stream('endless', at)[Symbol.asyncIterator]();
    await reader.next();
    const second = reader.next();
    ref.tell('fall');
    await assert.rejects(second, { code: 'ACTOR_RESTARTED' });
    at.tell('open');
  });

  it('ends when the signal of its reader is triggered', async () => {
    const { system, near } = stage();
    const [at, to] = [system.spawn(latch()), system.spawn(recorder())];
    const ref = system.spawn(producer(to), near);
    const control = new AbortController();
    const reader = ref
      .with({ signal: control.signal })
      .stream('endless', at)
      [Symbol.asyncIterator]();
    await reader.next();
    const second = reader.next();
    control.abort();
    await assert.rejects(second, { code: 'ASK_ABORTED' });
    at.tell('open');
    assert.deepEqual(await to.ask('until', 1), ['closed']);
    const late = ref.with({ signal: control.signal }).stream('count', 0, 5)[Symbol.asyncIterator]();
    await assert.rejects(late.next(), { code: 'ASK_ABORTED' });
  });

  it('is not asked for, and an answer is not read as a stream', async () => {
    const { system, near } = stage();
    const ref = system.spawn(producer(system.spawn(recorder())), near);
    await assert.rejects(ref.ask('count', 0, 1), { code: 'STREAM_EXPECTED' });
    const untyped = ref.stream as unknown as (name: string) => AsyncIterable<unknown>;
    const read = async (): Promise<void> => {
      for await (const item of untyped.call(ref, 'plain')) assert.fail(String(item));
    };
    await assert.rejects(read(), { code: 'STREAM_EXPECTED' });
  });

  it('of an actor that has stopped fails at the first item', async () => {
    const { system, near } = stage();
    const ref = system.spawn(producer(system.spawn(recorder())), near);
    await system.stopActor(ref);
    await assert.rejects(ref.stream('count', 0, 1)[Symbol.asyncIterator]().next(), {
      code: 'ACTOR_STOPPED',
    });
  });
});
