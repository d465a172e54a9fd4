import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventStream, type SystemEvents } from '../../core/events.js';

type Weather = { rain: number; sun: { readonly hours: number } };

function setUp() {
  const errors: { thrown: unknown; name: string }[] = [];
  const stream = new EventStream<Weather>((thrown, name) => errors.push({ thrown, name }));
  return { stream, errors };
}

describe('an event stream', () => {
  it('tells each listener of that event, in order of subscription, before emit returns', () => {
    const { stream } = setUp();
    const heard: string[] = [];
    stream.on('rain', (mm) => heard.push(`a ${mm}`));
    stream.on('rain', (mm) => heard.push(`b ${mm}`));
    stream.on('sun', ({ hours }) => heard.push(`sun ${hours}`));
    stream.emit('rain', 3);
    assert.deepEqual(heard, ['a 3', 'b 3']);
    stream.emit('sun', { hours: 2 });
    assert.deepEqual(heard, ['a 3', 'b 3', 'sun 2']);
  });

  it('goes on to the others when a listener throws, and reports what was thrown', () => {
    const { stream, errors } = setUp();
    const heard: number[] = [];
    stream.on('rain', () => {
      throw new Error('wet');
    });
    stream.on('rain', (mm) => heard.push(mm));
    stream.emit('rain', 1);
    stream.emit('rain', 2);
    assert.deepEqual(heard, [1, 2]);
    assert.deepEqual(
      errors.map(({ thrown, name }) => [(thrown as Error).message, name]),
      [
        ['wet', 'rain'],
        ['wet', 'rain'],
      ],
    );
  });

  it('reports what an async listener rejects with instead of leaving it unhandled', async () => {
    const { stream, errors } = setUp();
    stream.on('rain', () => Promise.reject(new Error('late')) as unknown as undefined);
    stream.emit('rain', 1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      errors.map(({ thrown }) => (thrown as Error).message),
      ['late'],
    );
  });

  it('stays silent for a listener after unsubscribing, even in the middle of an emit', () => {
    const { stream } = setUp();
    const heard: string[] = [];
    stream.on('rain', () => {
      heard.push('first');
      unsubscribe();
      unsubscribe();
    });
    const unsubscribe = stream.on('rain', () => heard.push('second'));
    stream.emit('rain', 1);
    assert.deepEqual(heard, ['first']);
    assert.equal(stream.listenerCount('rain'), 1);
  });

  it('tells a listener added by a listener from the next event on', () => {
    const { stream } = setUp();
    const heard: string[] = [];
    stream.on('rain', (mm) => {
      if (mm === 1) stream.on('rain', (later) => heard.push(`added ${later}`));
    });
    stream.emit('rain', 1);
    stream.emit('rain', 2);
    assert.deepEqual(heard, ['added 2']);
  });

  it('lets an AbortSignal end listening, and does not listen at all if it was aborted before', () => {
    const { stream } = setUp();
    const abort = new AbortController();
    let heard = 0;
    stream.on('rain', () => heard++, { signal: abort.signal });
    stream.emit('rain', 1);
    abort.abort();
    stream.emit('rain', 1);
    stream.on('rain', () => heard++, { signal: abort.signal });
    stream.emit('rain', 1);
    assert.equal(heard, 1);
    assert.equal(stream.listenerCount('rain'), 0);
  });

  it('may be emitted to without listeners, also under the name error', () => {
    const stream = new EventStream<{ error: Error }>(() => {});
    stream.emit('error', new Error('nobody listens'));
    assert.equal(stream.listenerCount('error'), 0);
  });
});

describe('once()', () => {
  it('resolves with the next event and then listens no more', async () => {
    const { stream } = setUp();
    const next = stream.once('rain');
    assert.equal(stream.listenerCount('rain'), 1);
    stream.emit('rain', 1);
    stream.emit('rain', 2);
    assert.equal(await next, 1);
    assert.equal(stream.listenerCount('rain'), 0);
  });

  it('rejects with the reason of its signal, before or during the wait', async () => {
    const { stream } = setUp();
    const abort = new AbortController();
    const next = stream.once('rain', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await assert.rejects(next, /enough/);
    await assert.rejects(stream.once('rain', { signal: abort.signal }), /enough/);
    assert.equal(stream.listenerCount('rain'), 0);
  });
});

describe('events()', () => {
  it('reads in a loop what was emitted since the call, and stops listening when the loop is left', async () => {
    const { stream } = setUp();
    const rain = stream.events('rain');
    for (const mm of [1, 2, 3]) stream.emit('rain', mm);
    const read: number[] = [];
    for await (const mm of rain) {
      read.push(mm);
      if (mm === 3) break;
    }
    assert.deepEqual(read, [1, 2, 3]);
    assert.equal(stream.listenerCount('rain'), 0);
  });

  it('keeps a bounded number for a slow reader and says how many it dropped', async () => {
    const { stream } = setUp();
    const rain = stream.events('rain', { bufferMax: 2 });
    for (let mm = 1; mm <= 5; mm++) stream.emit('rain', mm);
    assert.equal(rain.dropped, 3);
    assert.equal((await rain.next()).value, 4);
  });

  it('ends the loop quietly when its signal aborts, also if that was before', async () => {
    const { stream } = setUp();
    const abort = new AbortController();
    const rain = stream.events('rain', { signal: abort.signal });
    const pending = rain.next();
    abort.abort();
    assert.equal((await pending).done, true);
    assert.equal((await stream.events('rain', { signal: abort.signal }).next()).done, true);
    assert.equal(stream.listenerCount('rain'), 0);
  });
});

describe('the events of a system', () => {
  it('carry typed payloads under their names', () => {
    const stream = new EventStream<SystemEvents>(() => {});
    const reasons: string[] = [];
    stream.on('deadLetter', ({ reason, count }) => reasons.push(`${count} ${reason}`));
    stream.emit('deadLetter', { reason: 'killed', target: undefined, handler: 'add', count: 2 });
    assert.deepEqual(reasons, ['2 killed']);
  });
});
