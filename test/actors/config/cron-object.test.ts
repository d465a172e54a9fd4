import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cronObject } from '../../../actors/config/cron-object.js';
import { pathText, type SpecFault, sentenceOf } from '../../../stores/internal.js';

function read(input: unknown) {
  const faults: SpecFault[] = [];
  const cron = cronObject().read(input, [], faults);
  return { cron, faults: faults.map((fault) => `${pathText(fault.at)}: ${sentenceOf(fault)}`) };
}

describe('a schedule as an object', () => {
  const good: readonly unknown[] = [
    {},
    { second: 0, minute: 59, hour: 23 },
    { minute: '*/30' },
    { minute: '5,25,45' },
    { hour: '0-23', minute: '*' },
    { second: '07' },
    { day: 31, day_of_week: 6 },
    { day_of_week: '0-4' },
    { week: 53, month: 12, year: '2026' },
    { day: '30,31', month: 4 },
    { day: 29, month: 2 },
    { timezone: 'Europe/Prague', hour: 2 },
  ];
  for (const input of good)
    it(`takes ${JSON.stringify(input)}`, () => {
      const { cron, faults } = read(input);
      assert.deepEqual(faults, []);
      assert.deepEqual(cron, { timezone: 'UTC', ...(input as object) });
    });

  it('takes a year of digits, and empty fields as left out', () => {
    assert.deepEqual(read({ year: 2026, hour: null }).cron, { year: '2026', timezone: 'UTC' });
  });

  const bad: readonly (readonly [unknown, RegExp])[] = [
    ['*/5 * * * *', /^: expected a mapping, got "\*\/5/],
    [{ hour: 24 }, /^hour: expected a number from 0 to 23/],
    [{ hour: 30 }, /^hour: /],
    [{ minute: 60 }, /^minute: expected a number from 0 to 59/],
    [{ second: -1 }, /^second: /],
    [{ minute: 1.5 }, /^minute: /],
    [{ minute: '60' }, /^minute: /],
    [{ minute: '1,60' }, /^minute: /],
    [{ minute: '1, 2' }, /^minute: /],
    [{ minute: '5-1' }, /^minute: /],
    [{ minute: '1-5/2' }, /^minute: /],
    [{ minute: '1-5,7' }, /^minute: /],
    [{ minute: '*/0' }, /^minute: /],
    [{ minute: '*/60' }, /^minute: /],
    [{ minute: '' }, /^minute: /],
    [{ minute: true }, /^minute: .*got true$/],
    [{ day: 0 }, /^day: expected a number from 1 to 31/],
    [{ day_of_week: 7 }, /^day_of_week: expected a number from 0 to 6/],
    [{ day_of_week: 'mon' }, /^day_of_week: /],
    [{ week: '5' }, /^week: expected a number from 1 to 53, got "5"$/],
    [{ month: 13 }, /^month: /],
    [{ year: '26' }, /^year: expected a year of four digits, got "26"$/],
    [{ timezone: 'Nowhere/City' }, /^timezone: expected the name of a time zone/],
    [{ minutes: 5 }, /^minutes: expected a known key: .*did you mean minute\?$/],
    [{ day: 31, month: 4 }, /^day: expected a day that month 4 has, got 31$/],
    [{ day: '30-31', month: 2 }, /^day: expected a day that month 2 has, got 30-31$/],
  ];
  for (const [input, text] of bad)
    it(`refuses ${JSON.stringify(input)}`, () => {
      const { cron, faults } = read(input);
      assert.equal(cron, undefined);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0]!, text);
    });

  it('names all its faults at once', () => {
    assert.equal(read({ hour: 24, minute: 'x', every: 1, timezone: 3 }).faults.length, 4);
  });

  it('is read or refused, never thrown at, whatever it is', () => {
    const field = fc.constantFrom('second', 'minute', 'hour', 'day', 'month', 'year', 'timezone');
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(field, fc.anything())), (input) => {
        const { cron, faults } = read(input);
        assert.equal(cron === undefined, faults.length > 0);
      }),
    );
  });
});
