import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  CarefulNotes,
  makeCarefulNotes,
  removeCarefulNotes,
} from '../../../actors/entity/careful-notes.js';
import { PoisonWatch } from '../../../actors/entity/poison.js';
import { SharedWords } from '../../../actors/entity/shared-words.js';
import { TemporaryTree } from '../../support/temporary-tree.js';

const PARTITION = 3;
const EXTERNAL = 1;
const BIG = 2 ** 40 + 5;

describe('a task at which threads die', () => {
  const words = (): SharedWords => new SharedWords(SharedWords.allocate(8, 2), 8);
  const watch = (shared: SharedWords): PoisonWatch =>
    new PoisonWatch({ words: shared, partition: PARTITION });

  it('is tried again after the first death, alone, and passed after the second', () => {
    const shared = words();
    assert.notEqual(watch(shared).begin(EXTERNAL, BIG), 'poison');
    const second = watch(shared);
    assert.equal(second.isSerial, true);
    assert.notEqual(second.begin(EXTERNAL, BIG), 'poison');
    const third = watch(shared);
    assert.equal(third.begin(EXTERNAL, BIG), 'poison');
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
    assert.notEqual(third.begin(EXTERNAL, 7), 'poison');
  });

  it('does not make suspects of its neighbours in the other lane or partition', () => {
    const shared = words();
    for (let life = 0; life < 2; life++) watch(shared).begin(EXTERNAL, 7);
    const third = watch(shared);
    assert.notEqual(third.begin(0, 7), 'poison');
    const other = new PoisonWatch({ words: shared, partition: 4 });
    assert.equal(other.isSerial, false);
  });

  it('is no suspect when only its partition began anew', () => {
    const shared = words();
    for (let life = 0; life < 3; life++) {
      const one = watch(shared);
      assert.notEqual(one.begin(EXTERNAL, 7), 'poison');
      one.release();
    }
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
    assert.equal(third.begin(EXTERNAL, 9), 'poison');
    for (let number = 10; number <= 16; number++)
      assert.notEqual(third.begin(EXTERNAL, number), 'poison');
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
    assert.notEqual(watch().begin(EXTERNAL, 7), 'poison');
    const second = watch();
    assert.equal(second.isSerial, true);
    assert.notEqual(second.begin(EXTERNAL, 7), 'poison');
    const third = watch();
    assert.equal(third.begin(EXTERNAL, 7), 'poison');
    assert.equal(watch().isSerial, false);
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
