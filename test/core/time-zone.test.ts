import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TimeZone } from '../../core/time-zone.js';

const MINUTE = 60_000;
const at = Date.parse;

describe('a time zone', () => {
  for (const [name, instant, minutes] of [
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/Prague', '2026-01-01T00:00:00Z', 60],
    ['Europe/Prague', '2026-07-01T00:00:00Z', 120],
    ['America/New_York', '2026-07-01T00:00:00Z', -240],
    ['Asia/Kolkata', '2026-07-01T23:59:59.999Z', 330],
    ['Asia/Kathmandu', '2026-07-01T18:15:00Z', 345],
    ['America/St_Johns', '2026-01-01T03:29:59Z', -210],
    ['Pacific/Chatham', '2026-01-01T00:00:00Z', 825],
    ['Europe/Prague', '1969-12-31T23:59:59.5Z', 60],
  ] as const)
    it(`knows ${name} to be ${minutes} minutes from UTC at ${instant}`, () => {
      assert.equal(TimeZone.named(name).offsetAt(at(instant)), minutes * MINUTE);
    });

  it('finds the instant at which clocks are set, to the second', () => {
    const prague = TimeZone.named('Europe/Prague');
    assert.deepEqual(prague.shiftBetween(at('2026-03-28T12:00:00Z'), at('2026-03-29T12:00:00Z')), {
      at: at('2026-03-29T01:00:00Z'),
      before: 60 * MINUTE,
      after: 120 * MINUTE,
    });
    const lordHowe = TimeZone.named('Australia/Lord_Howe');
    assert.deepEqual(
      lordHowe.shiftBetween(at('2026-04-04T00:00:00Z'), at('2026-04-05T00:00:00Z')),
      { at: at('2026-04-04T15:00:00Z'), before: 660 * MINUTE, after: 630 * MINUTE },
    );
  });

  it('counts a shift at the end of the span in, one at its start not', () => {
    const prague = TimeZone.named('Europe/Prague');
    const shift = at('2026-10-25T01:00:00Z');
    assert.equal(prague.shiftBetween(shift - 1_000, shift)?.at, shift);
    assert.equal(prague.shiftBetween(shift, shift + MINUTE), undefined);
    assert.equal(prague.shiftBetween(shift - MINUTE, shift - 1_000), undefined);
  });

  it('is one object per name, and no object for a name Intl does not know', () => {
    assert.equal(TimeZone.named('Asia/Tokyo'), TimeZone.named('Asia/Tokyo'));
    assert.throws(() => TimeZone.named('Mars/Olympus'), RangeError);
  });
});
