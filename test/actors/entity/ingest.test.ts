import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { appendOf, gatherPoints, partsOf } from '../../../actors/entity/ingest.js';
import { lostAnswer, storedAnswer } from '../../../actors/entity/ingest-answer.js';
import { decodeDeadLetter, encodeDeadLetter } from '../../../stores/dead-letter-codec.js';
import { assignNumbers, decodeEntry, ModelNumbers, NO_NUMBERS } from '../../../stores/internal.js';
import { hit, stageModel } from '../../support/entity-stage.js';

const model = stageModel();
const numbers = ModelNumbers.of(assignNumbers(NO_NUMBERS, model), model);
const within = { model, numbers, partitions: 8 };
const cell = (id: unknown, v: number) => hit(id as never, v, 'cell');

describe('a request', () => {
  it('becomes one task per entity, in order of first appearance, with its points in order', () => {
    const { tasks, accepted } = gatherPoints(within, [hit('b', 1), hit('a', 2), hit('b', 3)], 10);
    assert.equal(accepted, 3);
    assert.deepEqual(
      tasks.map(({ task, indexes }) => [task.eid, task.points.map(({ v }) => v), indexes]),
      [
        ['b', [1, 3], [0, 2]],
        ['a', [2], [1]],
      ],
    );
  });

  it('takes spellings of one id for one entity, and equal ids of two types for two', () => {
    const { tasks } = gatherPoints(within, [cell(5, 1), cell('5', 2), hit('5', 3)], 10);
    assert.deepEqual(
      tasks.map(({ task }) => [task.eid, task.points.length]),
      [
        [5, 2],
        ['5', 1],
      ],
    );
  });

  it('names each faulty item, and gathers the others', () => {
    const { tasks, rejected, faults } = gatherPoints(within, [hit('a', 1), 7, hit('b', 2)], 10);
    assert.deepEqual(rejected, [1]);
    assert.ok(faults.length > 0);
    assert.equal(tasks.length, 2);
  });

  it('gives each partition it touches one entry with all its tasks', () => {
    const points = Array.from({ length: 40 }, (_, n) => hit(`h${n}`, n));
    const { tasks } = gatherPoints(within, points, 100);
    const parts = partsOf(tasks);
    assert.equal(new Set(parts.map(({ partition }) => partition)).size, parts.length);
    const indexes = parts.flatMap((part) => part.indexes).sort((a, b) => a - b);
    assert.deepEqual(
      indexes,
      points.map((_, n) => n),
    );
    const append = appendOf(parts, { receivedAt: 5, schema: 1, budget: 100 });
    let at = 0;
    for (const [i, part] of parts.entries()) {
      assert.equal(append.partitions[i], part.partition);
      assert.equal(append.tasks[i], part.tasks.length);
      const entry = decodeEntry(append.bytes.subarray(at, at + append.sizes[i]!));
      assert.deepEqual(
        entry.tasks.map(({ eid }) => eid),
        part.tasks.map(({ eid }) => eid),
      );
      assert.equal(entry.budget, 100);
      at += append.sizes[i]!;
    }
    assert.equal(at, append.bytes.length);
  });
});

describe('an answer', () => {
  it('lists so many faults and counts the others', () => {
    const faults = Array.from({ length: 5 }, (_, n) => ({
      loc: ['body', n],
      msg: 'no',
      type: 'x',
    }));
    const outcome = {
      positions: [],
      accepted: 1,
      faults,
      rejected: [0, 1, 2, 3, 4],
      retry: [],
      retryAfterMs: 1_000,
    };
    const { body, status } = storedAnswer(outcome, {
      isPartial: true,
      isApplied: true,
      faultsMax: 2,
    });
    assert.equal(status, 200);
    const { rejected } = JSON.parse(Buffer.from(body).toString());
    assert.equal(rejected.length, 3);
    assert.match(rejected[2].msg, /^3 more/);
  });
});

describe('an answer to what was not taken', () => {
  const saidOf = (lost: Parameters<typeof lostAnswer>[0]): { detail: string; stored: string } =>
    JSON.parse(Buffer.from(lostAnswer(lost).body).toString());
  const positions = [[0, 1, 5]] as const;

  it('says that nothing is stored, that a part is, or that nobody knows', () => {
    const lost = { isKeyed: false, retryAfterMs: 1_000 };
    assert.equal(saidOf({ ...lost, isUnknown: false }).stored, 'none');
    assert.equal(saidOf({ ...lost, isUnknown: false, positions }).stored, 'part');
    assert.equal(saidOf({ ...lost, isUnknown: true, positions }).stored, 'unknown');
    assert.deepEqual(lostAnswer({ ...lost, isUnknown: true, positions }).positions, positions);
  });

  it('says how to repeat it: under its key, or at the risk of twice', () => {
    const lost = { isUnknown: true, retryAfterMs: 1_000 };
    assert.match(saidOf({ ...lost, isKeyed: true }).detail, /again with the same Idempotency-Key/);
    assert.match(saidOf({ ...lost, isKeyed: false }).detail, /twice.*Idempotency-Key/);
  });
});

describe('a dead letter', () => {
  it('comes back as it was put', () => {
    const { tasks } = gatherPoints(within, [hit('a', 1)], 10);
    const { bytes } = appendOf(partsOf(tasks), { receivedAt: 5, schema: 1, budget: 1 });
    const entry = decodeEntry(bytes);
    const letter = { reason: 'failed', message: 'no “luck”', at: 7, seq: 9, entry } as const;
    assert.deepEqual(decodeDeadLetter(encodeDeadLetter(letter)), letter);
  });
});
