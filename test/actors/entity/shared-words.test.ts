import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SharedWords } from '../../../actors/entity/shared-words.js';

const PARTITIONS = 3;

describe('the end of a partition’s changes', () => {
  const words = new SharedWords(SharedWords.allocate(PARTITIONS, 1), PARTITIONS);

  it('is found from a view of the store that is a commit behind it, or ahead', () => {
    for (const end of [246, 2 ** 31 + 3, 2 ** 32 - 1, 2 ** 32 + 5, 2 ** 40 + 7]) {
      words.setChangesEnd(1, end);
      for (const seen of [end - 4, end, end + 4])
        assert.equal(words.changesEndNear(1, seen), end, `${end} from ${seen}`);
    }
  });

  it('is followed as it grows, past every power of two', () => {
    let end = 2 ** 32 - 2;
    words.setChangesEnd(2, end);
    for (let step = 0; step < 5; step++) {
      words.setChangesEnd(2, end + step);
      end = words.changesEndAbove(2, end);
      assert.equal(end, 2 ** 32 - 2 + [0, 1, 3, 6, 10][step]!);
    }
  });
});
