import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import type { IngestAnswer } from '../../../actors/entity/entity-engine.js';
import { EntityStage, hit, type StageOptions } from '../../support/entity-stage.js';

let stage: EntityStage;
const open = async (options: StageOptions = {}): Promise<EntityStage> => {
  stage = await EntityStage.open(options);
  return stage;
};
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const bodyOf = (answer: IngestAnswer) => JSON.parse(Buffer.from(answer.body).toString());
const label = (eid: string, v: string) => ({ type: 'host', id: eid, attr: 'label', v });

describe('what is posted', () => {
  afterEach(() => stage.close());

  it('is stored, and applied when that was awaited', async () => {
    await open();
    await stage.post([hit('a', 1), hit('b', 2), hit('a', 3)], true);
    assert.deepEqual(stage.values('host', 'a'), [1, 3]);
    assert.deepEqual(stage.values('host', 'b'), [2]);
    const stats = await stage.engine.stats();
    assert.equal(stats.entitiesCreated, 2);
    assert.equal(stats.pointsApplied, 3);
    assert.equal(stats.lag, 0);
  });

  it('may be text, bytes or values, and comes to the same', async () => {
    await open();
    const text = (v: number): string => JSON.stringify([hit('a', v)]);
    const options = { isAwaited: true };
    await stage.engine.ingest(text(1), options);
    await stage.engine.ingest(Buffer.from(text(2)), options);
    await stage.engine.ingest([hit('a', 3)], options);
    assert.deepEqual(stage.values('host', 'a'), [1, 2, 3]);
  });

  it('is refused whole when one data-point is at fault', async () => {
    await open();
    const answer = await stage.engine.ingest([hit('a', 1), { ...(hit('b', 2) as object), v: 'x' }]);
    assert.equal(answer.status, 422);
    const [fault] = bodyOf(answer).detail;
    assert.equal(fault.type, 'int_parsing');
    assert.equal(fault.loc[1], 1);
    await stage.engine.idle();
    assert.equal(stage.record('host', 'a'), undefined);
  });

  it('is taken in part when that is asked for, with what was refused and why', async () => {
    await open();
    const bad = { ...(hit('b', 2) as object), v: 'x' };
    const options = { isPartial: true, isAwaited: true };
    const answer = await stage.engine.ingest([bad, hit('a', 1), bad], options);
    assert.equal(answer.status, 200);
    assert.deepEqual(bodyOf(answer).rejected_indexes, [0, 2]);
    assert.equal(bodyOf(answer).accepted, 1);
    assert.deepEqual(stage.values('host', 'a'), [1]);
  });

  it('is refused when it is no list, no JSON, or too long', async () => {
    await open({ limits: { bodyItemsMax: 2 } });
    const typeOf = async (body: unknown): Promise<string> => {
      const answer = await stage.engine.ingest(body as string);
      assert.equal(answer.status, 422);
      return bodyOf(answer).detail[0].type;
    };
    assert.equal(await typeOf('{}'), 'list_type');
    assert.equal(await typeOf('[{'), 'json_invalid');
    assert.equal(await typeOf(JSON.stringify([1, 2, 3])), 'too_long');
    assert.equal((await stage.engine.ingest('[]')).status, 200);
  });

  it('keeps its order for each entity, however long hooks take', async () => {
    await open({ hooks: ['uneven', 'unevenLabel'] });
    for (const n of numbers(60))
      await stage.post([hit('a', n), label('a', `label ${n}`), hit(`b${n}`, n)]);
    await stage.engine.idle();
    const record = stage.record('host', 'a');
    assert.equal(stage.label('host', 'a'), 'label 59');
    assert.equal(record?.revision, 60);
    assert.deepEqual(
      record?.tasks,
      [...(record?.tasks ?? [])].sort((a, b) => a - b),
    );
    assert.deepEqual(stage.values('host', 'a'), numbers(60));
  });

  it('is kept beyond what a record holds inline', async () => {
    await open({ partitions: 1 });
    for (const n of numbers(10)) await stage.post(numbers(30).map((i) => hit('a', n * 30 + i)));
    await stage.engine.idle();
    assert.deepEqual(stage.values('host', 'a'), numbers(300));
  });
});

describe('tasks', () => {
  afterEach(() => stage.close());

  it('extend the life of an entity, and delete it', async () => {
    await open();
    const { engine } = stage;
    await stage.post([hit('a', 1), hit('b', 1)], true);
    const ttl = await engine.submit([{ etype: 'host', eid: 'a', ttlTokens: { base: 5 } }], {
      isAwaited: true,
    });
    assert.equal(ttl.status, 200);
    assert.deepEqual(stage.record('host', 'a')?.ttl, { base: 5 });
    await engine.submit([{ etype: 'host', eid: 'a', delete: true }], { isAwaited: true });
    assert.equal(stage.record('host', 'a'), undefined);
    await stage.post([hit('a', 2)], true);
    assert.equal(stage.record('host', 'a')?.incarnation, 2);
    assert.deepEqual(stage.values('host', 'a'), [2]);
  });

  it('are refused when the model does not take them', async () => {
    await open();
    const answer = await stage.engine.submit([{ etype: 'nothing', eid: 'a', delete: true }]);
    assert.equal(answer.status, 422);
  });
});

describe('hooks', () => {
  afterEach(() => stage.close());

  for (const hook of ['derive', 'deriveLater']) {
    it(`derive data for entities of other partitions, exactly once (${hook})`, async () => {
      await open({ hooks: [hook] });
      for (const n of numbers(20)) await stage.post(numbers(30).map((i) => hit(`h${i}`, n)));
      await stage.engine.idle();
      for (const i of numbers(30))
        assert.deepEqual(stage.values('user', `u-h${i}`), numbers(20), `user of host ${i}`);
      const stats = await stage.engine.stats();
      assert.equal(stats.tasksDerived, 600);
      assert.equal(stats.outbox, 0);
    });
  }

  it('may deny an entity, follow its creation, its refresh and its end', async () => {
    await open({ hooks: ['allow', 'create', 'remove'] });
    await stage.post([hit('yes', 1), hit('no', 1), hit('yes', 1, 'user')]);
    await stage.engine.idle();
    assert.equal(stage.record('host', 'no'), undefined);
    assert.equal(stage.label('host', 'yes'), 'created');
    assert.equal(await stage.engine.refresh('host'), 1);
    await stage.engine.idle();
    assert.equal(stage.label('host', 'yes'), 'refreshed');
    assert.ok(stage.record('user', 'yes'));
    await stage.engine.submit([{ etype: 'host', eid: 'yes', delete: true }]);
    await stage.engine.idle();
    assert.equal(stage.record('user', 'yes'), undefined);
    assert.equal((await stage.engine.stats()).tasksDenied, 1);
  });

  it('that feed each other at full speed end with their budget, and every task is accounted for', async () => {
    const budget = 300;
    await open({
      hooks: ['ping', 'pong'],
      limits: { derivedBudget: budget, derivedDepthMax: 200 },
    });
    const roots = 10;
    await stage.post(numbers(roots).map((n) => hit(`h${n}`, n)));
    await stage.engine.idle({ deadlineMs: 60_000 });
    const stats = await stage.engine.stats();
    assert.ok(stats.tasksDerived > roots && stats.tasksDerived <= roots * budget);
    assert.equal(stats.tasksApplied, roots + stats.tasksDerived);
    assert.ok(stats.deadLetters > 0);
    const items = numbers(roots).flatMap((n) => [
      ...stage.values('host', `h${n}`),
      ...stage.values('user', `h${n}`),
    ]);
    assert.equal(items.length, roots + stats.tasksDerived);
  });
});

describe('links', () => {
  const peer = (from: string, to: string) => ({
    type: 'host',
    id: from,
    attr: 'peer',
    v: { eid: to },
  });
  const users = (from: string, eid: string, n: number) => {
    return { type: 'host', id: from, attr: 'users', v: { eid }, t1: Date.now() + n * 1000 };
  };
  afterEach(() => stage.close());

  it('are stored under the entity they point to, and follow the value', async () => {
    await open();
    await stage.post([peer('a', 'z'), peer('b', 'z'), users('a', 'u', 1), users('b', 'u', 2)]);
    await stage.engine.idle();
    assert.deepEqual(stage.linksInto('host', 'z'), ['a', 'b']);
    assert.deepEqual(stage.linksInto('user', 'u'), ['a', 'b']);
    await stage.post([peer('a', 'y')]);
    await stage.engine.idle();
    assert.deepEqual(stage.linksInto('host', 'z'), ['b']);
    assert.deepEqual(stage.linksInto('host', 'y'), ['a']);
  });

  it('go both ways when either end is deleted', async () => {
    await open();
    await stage.post([
      peer('a', 'z'),
      peer('b', 'z'),
      peer('z', 'a'),
      users('a', 'u', 1),
      hit('u', 1, 'user'),
    ]);
    await stage.engine.idle();
    const gone = async (etype: string, eid: string): Promise<void> => {
      await stage.engine.submit([{ etype, eid, delete: true }]);
      await stage.engine.idle();
    };
    await gone('host', 'z');
    const peerNo = stage.numbers.attrNo('host', 'peer');
    assert.equal(stage.record('host', 'a')?.plain.has(peerNo), false);
    assert.deepEqual(stage.linksInto('host', 'z'), []);
    assert.deepEqual(stage.linksInto('host', 'a'), []);
    await gone('host', 'a');
    assert.deepEqual(stage.linksInto('user', 'u'), []);
    await stage.post([users('b', 'u', 3)]);
    await stage.engine.idle();
    await gone('user', 'u');
    assert.deepEqual(stage.items('host', 'b', 'users'), []);
  });
});

describe('a request with a key', () => {
  afterEach(() => stage.close());

  it('has one effect, however often it comes', async () => {
    await open();
    const points = numbers(40).map((n) => hit(`h${n}`, n));
    const options = { idempotencyKey: 'k1', isAwaited: true };
    const first = await stage.engine.ingest(points, options);
    const second = await stage.engine.ingest(points, options);
    assert.equal(second.status, 200);
    assert.deepEqual(second.body, first.body);
    assert.deepEqual(second.positions, first.positions);
    assert.equal((await stage.engine.stats()).pointsApplied, 40);
  });

  it('has one effect when it comes twice at once', async () => {
    await open();
    const options = { idempotencyKey: 'k1', isAwaited: true };
    const answers = await Promise.all(
      numbers(8).map(() => stage.engine.ingest([hit('a', 1), hit('b', 1)], options)),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    assert.deepEqual(stage.values('host', 'a'), [1]);
    assert.deepEqual(stage.values('host', 'b'), [1]);
  });

  it('is refused with another body, whatever that touches', async () => {
    await open();
    await stage.engine.ingest([hit('a', 1)], { idempotencyKey: 'k1' });
    for (const n of numbers(20)) {
      const answer = await stage.engine.ingest([hit(`b${n}`, 2)], { idempotencyKey: 'k1' });
      assert.equal(answer.status, 409);
    }
    await stage.engine.idle();
    assert.equal((await stage.engine.stats()).pointsApplied, 1);
  });
});

describe('under load', () => {
  afterEach(() => stage.close());

  it('requests beyond the room of a partition are told to come again, and nothing of them is stored', async () => {
    await open({ partitions: 1, hooks: ['never'], limits: { lagMax: 10 } });
    let busy: IngestAnswer | undefined;
    let stored = 0;
    for (let n = 0; busy === undefined; n++) {
      const answer = await stage.engine.ingest([hit(`h${n}`, n)]);
      if (answer.status === 503) busy = answer;
      else stored++;
    }
    assert.ok(stored >= 10 && stored <= 11, `${stored} stored`);
    assert.ok(busy.retryAfterMs! > 0);
    assert.deepEqual(busy.positions, []);
    assert.equal((await stage.engine.stats()).lag, stored);
    const options = { isPartial: true };
    const partial = await stage.engine.ingest([hit('x', 1), hit('y', 1)], options);
    assert.deepEqual(bodyOf(partial).retry, [0, 1]);
  });
});

describe('readers of changes', () => {
  afterEach(() => stage.close());

  it('hear what was stored, with its position', async () => {
    await open();
    const changes = stage.engine.subscribe({ etypes: ['host'] })[Symbol.asyncIterator]();
    await stage.post([hit('a', 1), hit('c', 1, 'user')], true);
    const { value } = await changes.next();
    assert.deepEqual(
      { ...value, position: 0, at: 0 },
      {
        type: 'created',
        etype: 'host',
        eid: 'a',
        attrs: ['hits'],
        position: 0,
        at: 0,
      },
    );
    await stage.engine.submit([{ etype: 'host', eid: 'a', delete: true }]);
    assert.equal((await changes.next()).value.type, 'deleted');
    await changes.return?.();
    assert.equal((await changes.next()).done, true);
  });

  it('end with the engine', async () => {
    await open();
    const changes = stage.engine.subscribe()[Symbol.asyncIterator]();
    const last = changes.next();
    await stage.engine.stop();
    assert.equal((await last).done, true);
  });
});

describe('a stop', () => {
  it('applies what is stored, and is the same for all who ask', async () => {
    await open({ hooks: ['deriveLater'] });
    await stage.post(numbers(50).map((n) => hit(`h${n}`, n)));
    const stopping = stage.engine.stop();
    assert.equal(stage.engine.stop(), stopping);
    assert.deepEqual(await stopping, { drained: true, left: 0 });
    assert.deepEqual(stage.values('user', 'u-h7'), [7]);
    await assert.rejects(stage.engine.ingest([]), { code: 'PLATFORM_STOPPED' });
    await stage.close();
  });

  it('leaves what it has no time for to the next start', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'troupe-entities-'));
    await open({ dir, hooks: ['never'] });
    await stage.post(numbers(50).map((n) => hit(`h${n}`, n)));
    const { drained, left } = await stage.engine.stop({ deadlineMs: 50 });
    assert.equal(drained, false);
    assert.equal(left, 50);
    await stage.close();
    await open({ dir, hooks: ['derive'] });
    await stage.engine.idle();
    for (const n of numbers(50)) assert.deepEqual(stage.values('user', `u-h${n}`), [n]);
    await stage.close();
    rmSync(dir, { recursive: true });
  });
});
