import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { STORE_LIMITS } from '../../../stores/limits.js';
import {
  creationTokens,
  type Lifetime,
  mergeTokens,
  type TtlTokens,
  ttlTokensOf,
} from '../../../stores/schema/lifetime.js';
import { createModel } from '../../../stores/schema/model.js';

const HOUR = 3_600_000;
const ttl = (mirrorData: boolean): Lifetime => ({ type: 'ttl', onCreateMs: 2 * HOUR, mirrorData });

const model = createModel([
  {
    entity: { id: 'host', name: 'Host', snapshot: true },
    attribs: {
      bare: { type: 'plain', name: 'A', data_type: 'int' },
      kept: { type: 'plain', name: 'A', data_type: 'int', ttl: '1h' },
      seen: { type: 'observations', name: 'A', data_type: 'int' },
      aged: {
        type: 'observations',
        name: 'A',
        data_type: 'int',
        ttl: '1h',
        history_params: { max_age: '3h' },
      },
      load: {
        type: 'timeseries',
        name: 'A',
        timeseries_type: 'irregular',
        ttl: '5h',
        timeseries_params: { max_age: '4h' },
      },
    },
  },
]);

describe('the tokens of a data-point', () => {
  const cases: readonly (readonly [string, Lifetime, string, TtlTokens | undefined])[] = [
    ['nothing for an immortal entity', { type: 'immortal' }, 'aged', undefined],
    ['nothing for a weak entity', { type: 'weak' }, 'aged', undefined],
    ['nothing for a plain value without a ttl', ttl(true), 'bare', undefined],
    ['now and its ttl for a plain value', ttl(true), 'kept', { data: 1_000 * HOUR + HOUR }],
    ['t2 for an observation without more', ttl(true), 'seen', { data: 10 * HOUR }],
    ['t2 and max_age where that is more', ttl(true), 'aged', { data: 13 * HOUR }],
    ['t2 and the ttl where data is not mirrored', ttl(false), 'aged', { data: 11 * HOUR }],
    ['t2 and the ttl of a series where that is more', ttl(true), 'load', { data: 15 * HOUR }],
  ];
  for (const [what, lifetime, attr, expected] of cases)
    it(`are ${what}`, () => {
      assert.ok(!Array.isArray(model));
      const attribute = model.list[0]!.attributes.get(attr)!;
      const tokens = ttlTokensOf(lifetime, attribute, { t2: 10 * HOUR }, 1_000 * HOUR);
      assert.deepEqual(tokens, expected);
    });
});

describe('the tokens of a new entity', () => {
  it('keep it for on_create, and only where its lifetime is ttl', () => {
    assert.deepEqual(creationTokens(ttl(true), HOUR), { base: 3 * HOUR });
    assert.equal(creationTokens({ type: 'weak' }, HOUR), undefined);
    assert.equal(creationTokens({ type: 'immortal' }, HOUR), undefined);
  });
});

describe('merged tokens', () => {
  const tokens = fc.option(
    fc.dictionary(fc.constantFrom('base', 'data', 'mine', '__proto__'), fc.integer()),
    { nil: undefined },
  );

  it('are the later instant of each name', () => {
    fc.assert(
      fc.property(tokens, tokens, (stored, added) => {
        const merged = mergeTokens(stored, added);
        const names = new Set([...Object.keys(stored ?? {}), ...Object.keys(added ?? {})]);
        const read = (from: TtlTokens | undefined, name: string): number =>
          from !== undefined && Object.hasOwn(from, name) ? from[name]! : -Infinity;
        for (const name of names)
          assert.equal(read(merged, name), Math.max(read(stored, name), read(added, name)));
        assert.equal(Object.keys(merged ?? {}).length, names.size);
      }),
    );
  });

  it('are the stored ones themselves where nothing moves', () => {
    const stored = { base: 5, data: 9 };
    assert.equal(mergeTokens(stored, { data: 9, base: 1 }), stored);
    assert.equal(mergeTokens(stored, undefined), stored);
  });

  it('are bounded: those that end first are let go, the end of the entity stays', () => {
    const { ttlTokensMax } = STORE_LIMITS;
    const many = Object.fromEntries(
      Array.from({ length: ttlTokensMax * 2 }, (_, n) => [`token ${n}`, n]),
    );
    const kept = mergeTokens({ base: 5, longest: 1e9 }, many);
    const ends = Object.values(kept ?? {});
    assert.equal(ends.length, ttlTokensMax);
    assert.equal(Math.max(...ends), 1e9);
    assert.equal(Math.min(...ends), ttlTokensMax + 1);
    assert.equal(mergeTokens(undefined, undefined), undefined);
  });
});
