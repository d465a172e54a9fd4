import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeDeadLetter, encodeDeadLetter } from '../../../actors/entity/dead-letters.js';
import { entriesOf, gatherPoints } from '../../../actors/entity/ingest.js';
import { storedAnswer } from '../../../actors/entity/ingest-answer.js';
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
    const entries = entriesOf(tasks, { receivedAt: 5, schema: 1, budget: 100 });
    assert.equal(new Set(entries.map(({ partition }) => partition)).size, entries.length);
    assert.equal(
      entries.reduce((sum, entry) => sum + entry.tasks, 0),
      40,
    );
    const indexes = entries.flatMap((entry) => entry.indexes).sort((a, b) => a - b);
    assert.deepEqual(
      indexes,
      points.map((_, n) => n),
    );
    const [first] = entries;
    assert.equal(decodeEntry(first!.bytes).tasks.length, first!.tasks);
    assert.equal(decodeEntry(first!.bytes).budget, 100);
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

describe('a dead letter', () => {
  it('comes back as it was put', () => {
    const { tasks } = gatherPoints(within, [hit('a', 1)], 10);
    const [made] = entriesOf(tasks, { receivedAt: 5, schema: 1, budget: 1 });
    const entry = decodeEntry(made!.bytes);
    const letter = { reason: 'failed', message: 'no “luck”', at: 7, seq: 9, entry } as const;
    assert.deepEqual(decodeDeadLetter(encodeDeadLetter(letter)), letter);
  });
});
