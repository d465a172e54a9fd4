import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HostedIntakes, type Intake } from '../../../actors/entity/hosted-intakes.js';

const WAIT_MS = 100;

describe('what is for a partition of the thread', () => {
  let now = 0;
  const intake = (): Intake => ({ append: () => {} });
  const stage = () => new HostedIntakes(WAIT_MS, () => now);

  it('goes in at once while the partition is up, and to its next incarnation when it is not', () => {
    const intakes = stage();
    const [first, second] = [intake(), intake()];
    const seen: unknown[] = [];
    intakes.open(7, first);
    intakes.with(7, (one) => seen.push(one));
    intakes.close(7, first);
    intakes.with(7, (one) => seen.push(one));
    assert.deepEqual([...seen], [first]);
    intakes.open(7, second);
    assert.deepEqual([...seen], [first, second]);
    intakes.close(7, first);
    intakes.with(7, (one) => seen.push(one));
    assert.equal(seen[2], second, 'the end of the first is not that of the second');
  });

  it('waits no longer than somebody waits for it, and is not stored after that', () => {
    const intakes = stage();
    const seen: unknown[] = [];
    intakes.with(3, (one) => seen.push(['a', one]));
    now += WAIT_MS - 1;
    intakes.with(3, (one) => seen.push(['b', one]));
    assert.deepEqual([...seen], []);
    now += 1;
    intakes.with(3, (one) => seen.push(['c', one]));
    assert.deepEqual([...seen], [['a', undefined]], 'what is late is let go of');
    now += WAIT_MS - 1;
    const up = intake();
    intakes.open(3, up);
    assert.deepEqual(seen.slice(1), [
      ['b', undefined],
      ['c', up],
    ]);
  });
});
