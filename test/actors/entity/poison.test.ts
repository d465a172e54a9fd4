import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  CarefulNotes,
  makeCarefulNotes,
  removeCarefulNotes,
} from '../../../actors/entity/careful-notes.js';
import { type Poison, PoisonWatch } from '../../../actors/entity/poison.js';
import { SharedWords } from '../../../actors/entity/shared-words.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const PARTITION = 3;
const EXTERNAL = 1;
const BIG = 2 ** 40 + 5;

const isPoison = (begun: number | Poison): boolean => typeof begun === 'object';

describe('a task at which threads die', () => {
  const words = (): SharedWords => new SharedWords(SharedWords.allocate(8, 2), 8);
  const watch = (shared: SharedWords): PoisonWatch =>
    new PoisonWatch({ words: shared, partition: PARTITION });

  it('is tried again after the first death, alone, and passed after the second', () => {
    const shared = words();
    assert.equal(isPoison(watch(shared).begin(EXTERNAL, BIG)), false);
    const second = watch(shared);
    assert.equal(second.isSerial, true);
    assert.equal(isPoison(second.begin(EXTERNAL, BIG)), false);
    const third = watch(shared);
    assert.equal(isPoison(third.begin(EXTERNAL, BIG)), true);
    assert.equal(third.isSerial, false);
    assert.equal(watch(shared).isSerial, false);
  });

  it('is no suspect any more once it has ended well', () => {
    const shared = words();
    watch(shared).begin(EXTERNAL, 7);
    const second = watch(shared);
    second.end(second.begin(EXTERNAL, 7) as number);
    assert.equal(second.isSerial, false);
    const third = watch(shared);
    assert.equal(isPoison(third.begin(EXTERNAL, 7)), false);
  });

  it('does not make suspects of its neighbours in the other lane or partition', () => {
    const shared = words();
    for (let life = 0; life < 2; life++) watch(shared).begin(EXTERNAL, 7);
    const third = watch(shared);
    assert.equal(isPoison(third.begin(0, 7)), false);
    const other = new PoisonWatch({ words: shared, partition: 4 });
    assert.equal(other.isSerial, false);
  });

  it('is no suspect when only its partition began anew', () => {
    const shared = words();
    for (let life = 0; life < 3; life++) {
      const one = watch(shared);
      assert.equal(isPoison(one.begin(EXTERNAL, 7)), false);
      one.release();
    }
  });

  it('is told with the hook that had begun last', () => {
    const shared = words();
    const first = watch(shared);
    first.hookBegins(first.begin(EXTERNAL, BIG) as number, 11);
    const second = watch(shared);
    const note = second.begin(EXTERNAL, BIG) as number;
    second.hookBegins(note, 22);
    second.hookBegins(note, -33);
    assert.deepEqual(watch(shared).begin(EXTERNAL, BIG), { hook: -33 });
    for (let life = 0; life < 2; life++) watch(shared).begin(EXTERNAL, 8);
    assert.deepEqual(watch(shared).begin(EXTERNAL, 8), { hook: 0 });
  });

  it('is found among all that were under way', () => {
    const shared = words();
    const first = watch(shared);
    for (let number = 1; number <= 16; number++) first.begin(EXTERNAL, number);
    const second = watch(shared);
    for (let number = 1; number <= 8; number++)
      second.end(second.begin(EXTERNAL, number) as number);
    assert.equal(second.isSerial, true);
    second.begin(EXTERNAL, 9);
    const third = watch(shared);
    assert.equal(isPoison(third.begin(EXTERNAL, 9)), true);
    for (let number = 10; number <= 16; number++)
      assert.equal(isPoison(third.begin(EXTERNAL, number)), false);
  });
});

describe('a task at which the process dies', () => {
  let tree: TemporaryTree;
  beforeEach(() => {
    tree = new TemporaryTree();
    makeCarefulNotes(tree.root);
  });
  afterEach(() => tree.remove());

  /** A process that has found the folder not stopped in order. */
  const watch = (until = 100): PoisonWatch =>
    new PoisonWatch({
      words: new SharedWords(SharedWords.allocate(8, 2), 8),
      partition: PARTITION,
      careful: { notes: new CarefulNotes(tree.root), until: [until, until], deathsMax: 3 },
    });

  it('is passed after the third time: one before anything was noted, and two noted', () => {
    assert.equal(isPoison(watch().begin(EXTERNAL, 7)), false);
    const second = watch();
    assert.equal(second.isSerial, true);
    assert.equal(isPoison(second.begin(EXTERNAL, 7)), false);
    const third = watch();
    assert.equal(isPoison(third.begin(EXTERNAL, 7)), true);
    assert.equal(watch().isSerial, false);
  });

  it('is told with the hook that had begun last', () => {
    watch().begin(EXTERNAL, 7);
    const second = watch();
    second.hookBegins(second.begin(EXTERNAL, 7) as number, -5);
    assert.deepEqual(watch().begin(EXTERNAL, 7), { hook: -5 });
  });

  it('is no suspect once it has ended well', () => {
    const first = watch();
    first.end(first.begin(EXTERNAL, 7) as number);
    assert.equal(watch().isSerial, false);
  });

  it('is not noted when it came after the start', () => {
    watch(5).begin(EXTERNAL, 7);
    assert.equal(watch().isSerial, false);
  });

  it('is forgotten by a stop in order', () => {
    watch().begin(EXTERNAL, 7);
    removeCarefulNotes(tree.root);
    makeCarefulNotes(tree.root);
    assert.equal(watch().isSerial, false);
  });
});
