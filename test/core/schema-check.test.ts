import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { LIMITS } from '../../core/limits.js';
import { checkArguments } from '../../core/schema-check.js';

const faultsOf = (schemas: readonly z.ZodType[], args: readonly unknown[]): readonly string[] => {
  const checked = checkArguments(schemas, args);
  assert(!(checked instanceof Promise) && 'faults' in checked);
  return checked.faults;
};

describe('schemas of arguments', () => {
  it('give what they made of each argument', () => {
    const schemas = [z.string().transform(Number), z.object({ a: z.number() })];
    assert.deepEqual(checkArguments(schemas, ['5', { a: 1, b: 2 }]), { values: [5, { a: 1 }] });
    assert.deepEqual(checkArguments([], []), { values: [] });
  });

  it('leave out what was left out, unless a schema has a default for it', () => {
    const optional = z.number().optional();
    assert.deepEqual(checkArguments([optional, optional], []), { values: [] });
    assert.deepEqual(checkArguments([optional, optional], [undefined]), { values: [undefined] });
    assert.deepEqual(checkArguments([optional, z.number().default(3)], []), {
      values: [undefined, 3],
    });
  });

  it('name every fault with its path', () => {
    const user = z.object({ name: z.string(), tags: z.array(z.string()) });
    const faults = faultsOf([z.number(), user], ['x', { name: 1, tags: ['a', 2] }]);
    assert.deepEqual(
      faults.map((fault) => fault.split(':')[0]),
      ['args[0]', 'args[1].name', 'args[1].tags.1'],
    );
    assert.deepEqual(faultsOf([z.number()], [1, 2]), ['args: expected at most 1, got 2']);
  });

  it('name the first faults of many, and count the rest', () => {
    const faults = faultsOf([z.array(z.string())], [Array.from({ length: 100 }, () => 1)]);
    assert.equal(faults.length, LIMITS.schemaFaultsNamed + 1);
    assert.equal(faults.at(-1), `and ${100 - LIMITS.schemaFaultsNamed} more`);
  });

  it('may be async, any of them', async () => {
    const even = z.number().refine(async (n) => n % 2 === 0);
    const checked = checkArguments([z.string(), even], ['a', 2]);
    assert(checked instanceof Promise);
    assert.deepEqual(await checked, { values: ['a', 2] });
    const refused = await checkArguments([z.string(), even], [1, 3]);
    assert('faults' in refused && refused.faults.length === 2);
  });
});
