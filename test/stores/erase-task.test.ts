/** What is left of a task or an entry when an entity is erased. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Attribute,
  createModel,
  decodeEntry,
  type ErasedEntity,
  ErasedIndex,
  encodeEntry,
  eraseFromEntry,
  eraseFromTask,
  isEmptyTask,
  type LogEntry,
  sweepTask,
  type Task,
} from '../../stores/internal.js';

const PERSON: ErasedEntity = { etype: 1, name: 'person', eid: 'ann' };
const model = createModel([
  { entity: { id: 'person', name: 'Person', snapshot: true }, attribs: {} },
  {
    entity: { id: 'car', name: 'Car', snapshot: true },
    attribs: {
      owner: { type: 'plain', name: 'owner', data_type: 'link<person>' },
      drivers: { type: 'plain', name: 'drivers', data_type: 'array<link<person>>' },
      seen: {
        type: 'observations',
        name: 'seen',
        data_type: 'array<link<person>>',
        history_params: {},
      },
      near: { type: 'plain', name: 'near', data_type: 'link<car>' },
      note: { type: 'plain', name: 'note', data_type: 'string' },
    },
  },
]);
assert(!Array.isArray(model), JSON.stringify(model));
const attributes = ['owner', 'drivers', 'seen', 'near', 'note'].map(
  (id) => model.entities.get('car')?.attributes.get(id) as Attribute,
);
/** A car is number 2, its attributes are numbered from 0. */
const attributeOf = (etype: number, attr: number) => (etype === 2 ? attributes[attr] : undefined);
const [OWNER, DRIVERS, SEEN, NEAR, NOTE, RETIRED] = [0, 1, 2, 3, 4, 5] as const;

function point(attr: number, v: unknown) {
  return { attr, v, t1: 0, t2: 0, c: 1 };
}

function car(...points: Task['points']): Task {
  return { etype: 2, eid: 'car', points };
}

function left(task: Task): Task {
  return eraseFromTask(task, PERSON, attributeOf);
}

const ann = { eid: 'ann' };
const bob = { eid: 'bob' };

describe('a task of the erased entity', () => {
  const full: Task = {
    ...{ etype: 1, eid: 'ann', points: [point(0, 'secret')], ttl: { ann: 5 } },
    ...{ isDelete: true, isErase: true, refresh: true },
    piecework: { work: 'unlink', incarnation: 3, after: { etype: 2, attr: 0, eid: 'car' } },
    links: [{ op: 'add', etype: 2, eid: 'car', attr: 0, until: 7 }],
  };

  it('keeps its type and nothing else', () => {
    assert.deepEqual(left(full), { etype: 1, eid: '', points: [], links: [] });
    assert.ok(isEmptyTask(left(full)));
  });

  it('is one however its id is spelt in another type', () => {
    for (const other of [
      { ...full, etype: 2 },
      { ...full, eid: 'bob' },
    ])
      assert.deepEqual(left({ ...other, links: [] }).points, full.points);
  });
});

describe('a task of another entity', () => {
  it('is the very same object where it has no link to it', () => {
    const task = car(
      point(NOTE, 'ann'),
      point(OWNER, bob),
      point(NEAR, ann),
      point(RETIRED, 'ann'),
    );
    assert.equal(left(task), task);
  });

  it('loses plain links, elements of plain lists, and observations as a whole', () => {
    const task = car(
      point(OWNER, ann),
      point(DRIVERS, [bob, ann]),
      point(DRIVERS, [ann]),
      point(SEEN, [bob, ann]),
      point(NOTE, 'ann'),
    );
    assert.deepEqual(left(task).points, [point(DRIVERS, [bob]), point(NOTE, 'ann')]);
  });

  it('loses what looks like a link to it where the attribute is gone from the model', () => {
    assert.deepEqual(left(car(point(RETIRED, ann), point(RETIRED, [bob, ann]))).points, []);
    assert.deepEqual(left(car(point(RETIRED, [bob]))).points, [point(RETIRED, [bob])]);
  });

  it('loses changes of links from it', () => {
    const others = [{ op: 'add', etype: 2, eid: 'ann', attr: 0, until: 1 } as const];
    const links = [...others, { op: 'unlink', etype: 1, eid: 'ann', attr: 0 } as const];
    assert.deepEqual(left({ ...car(), links }).links, others);
  });
});

describe('piecework', () => {
  const hub = (eid: string): Task => ({
    ...{ etype: 2, eid: 'hub', points: [] },
    piecework: { work: 'unlink', incarnation: 3, after: { etype: 1, attr: 0, eid } },
  });

  it('that has come to it begins anew, and says how far it is by nobody', () => {
    assert.deepEqual(left(hub('ann')).piecework, {
      ...{ work: 'unlink', incarnation: 3, after: undefined },
    });
    assert.deepEqual(left(sweepTask(1, { work: 'sweep', after: 'ann' })).piecework, {
      ...{ work: 'sweep', after: undefined },
    });
  });

  it('that has come to another is the very same object', () => {
    for (const task of [
      hub('bob'),
      sweepTask(2, { work: 'sweep', after: 'ann' }),
      sweepTask(1, { work: 'sweep', after: undefined }),
      sweepTask(1, { work: 'begin-sweep' }),
    ])
      assert.equal(left(task), task);
  });

  it("is left where it is no entity's, whatever id is erased", () => {
    const nameless = { ...PERSON, eid: '' };
    const task = sweepTask(1, { work: 'begin-sweep' });
    assert.equal(eraseFromTask(task, nameless, attributeOf), task);
    assert.equal(isEmptyTask(task), false);
  });
});

const tasks = fc.array(
  fc.oneof(
    fc.constant(car(point(OWNER, ann), point(NOTE, 'x'))),
    fc.constant(car(point(OWNER, bob))),
    fc.constant<Task>({ etype: 1, eid: 'ann', points: [point(0, 1)] }),
    fc.constant<Task>({ etype: 1, eid: 'bob', points: [point(0, 1)] }),
    fc.constantFrom('ann', 'bob').map((eid): Task => {
      const after = { etype: 1, attr: 0, eid };
      return { ...car(), piecework: { work: 'unlink', incarnation: 1, after } };
    }),
    fc.constantFrom('ann', 'bob').map((eid) => sweepTask(1, { work: 'sweep', after: eid })),
  ),
  { minLength: 1 },
);

describe('an entry', () => {
  const entryOf = (all: readonly Task[]): LogEntry => ({
    ...{ receivedAt: 5, schema: 1, origin: { by: 'api' }, cause: undefined },
    ...{ depth: 0, budget: 9, tasks: all },
  });

  it('keeps the number of its tasks, is done with at once, and names nobody then', () => {
    fc.assert(
      fc.property(tasks, (all) => {
        const entry = entryOf(all);
        const once = eraseFromEntry(entry, PERSON, attributeOf);
        assert.equal(once.tasks.length, all.length);
        assert.equal(eraseFromEntry(once, PERSON, attributeOf), once);
        const index = new ErasedIndex([PERSON], attributeOf);
        const isNamed = all.some((task) => index.in(task).length > 0);
        assert.equal(once === entry, !isNamed);
        assert.equal(
          once.tasks.some((task) => index.in(task).length > 0),
          false,
        );
        const bytes = encodeEntry(once);
        assert.equal(Buffer.from(bytes).includes('ann'), false);
        assert.deepEqual(decodeEntry(bytes), once);
        if (isNamed) assert.ok(index.mayBeIn(encodeEntry(entry)));
      }),
    );
  });

  it('with the task that erases comes back as it was', () => {
    const entry = entryOf([{ etype: 1, eid: 'ann', points: [], isDelete: true, isErase: true }]);
    assert.deepEqual(decodeEntry(encodeEntry(entry)), entry);
  });
});
