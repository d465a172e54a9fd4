import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Allowance, splitAllowance } from '../../../actors/entity/derived.js';

const DEPTH_MAX = 32;

describe('what a task may cause', () => {
  it('is split evenly among its children, each of which costs one', () => {
    assert.deepEqual(splitAllowance({ depth: 0, budget: 10_000 }, 3, DEPTH_MAX), {
      allowed: 3,
      child: { depth: 1, budget: 3_332 },
      stoppedBy: undefined,
    });
  });

  it('ends with its budget: the first children live, the others are stopped', () => {
    const split = splitAllowance({ depth: 4, budget: 2 }, 5, DEPTH_MAX);
    assert.deepEqual(split, { allowed: 2, child: { depth: 5, budget: 0 }, stoppedBy: 'budget' });
  });

  it('ends at its depth, whatever budget is left', () => {
    const split = splitAllowance({ depth: DEPTH_MAX, budget: 100 }, 1, DEPTH_MAX);
    assert.equal(split.allowed, 0);
    assert.equal(split.stoppedBy, 'depth');
  });

  it('never adds up to more than its budget, however hooks branch', () => {
    const branching = fc.func(fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(branching, fc.integer({ min: 0, max: 300 }), (childrenOf, budget) => {
        let descendants = 0;
        const grow = (allowance: Allowance, path: string): void => {
          const split = splitAllowance(allowance, childrenOf(path), DEPTH_MAX);
          descendants += split.allowed;
          for (let n = 0; n < split.allowed; n++) grow(split.child, `${path}/${n}`);
        };
        grow({ depth: 0, budget }, '');
        assert.ok(descendants <= budget);
      }),
      { numRuns: 50 },
    );
  });
});
