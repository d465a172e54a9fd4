import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OptionReader, present, throwFaults } from '../../core/option-reader.js';

function read(input: unknown, use: (reader: OptionReader) => unknown) {
  const faults: string[] = [];
  const reader = new OptionReader('', input, faults);
  const value = use(reader);
  reader.end();
  return { value, faults };
}

describe('an option reader', () => {
  for (const [what, input, expected] of [
    ['an integer in range', 3, []],
    ['an absent one', undefined, []],
    ['a fraction', 1.5, ['n: expected an integer from 1 to 5, got 1.5']],
    ['one below', 0, ['n: expected an integer from 1 to 5, got 0']],
    ['one above', 6, ['n: expected an integer from 1 to 5, got 6']],
    ['text', '3', ['n: expected an integer from 1 to 5, got "3"']],
    ['NaN', Number.NaN, ['n: expected an integer from 1 to 5, got NaN']],
    ['Infinity', Infinity, ['n: expected an integer from 1 to 5, got Infinity']],
    ['null', null, ['n: expected an integer from 1 to 5, got null']],
  ] as const)
    it(`judges ${what} where an integer from 1 to 5 is wanted`, () => {
      const { value, faults } = read({ n: input }, (reader) =>
        reader.integer('n', { min: 1, max: 5 }),
      );
      assert.deepEqual(faults, expected);
      assert.equal(value, expected.length === 0 ? input : undefined);
    });

  it('takes Infinity only where leaving something unbounded is offered', () => {
    const bounds = { min: 1, orInfinity: true };
    assert.equal(read({ n: Infinity }, (r) => r.integer('n', bounds)).value, Infinity);
    assert.equal(read({ n: Infinity }, (r) => r.number('n', bounds)).value, Infinity);
    assert.deepEqual(read({ n: -Infinity }, (r) => r.number('n', bounds)).faults, [
      'n: expected a number of at least 1, or Infinity, got -Infinity',
    ]);
  });

  it('says each kind of bound in words', () => {
    const text = (bounds: object) => read({ n: 'x' }, (r) => r.number('n', bounds)).faults[0];
    assert.equal(text({}), 'n: expected a number, got "x"');
    assert.equal(text({ above: 0 }), 'n: expected a number above 0, got "x"');
    assert.equal(text({ above: 0, max: 1 }), 'n: expected a number above 0 and up to 1, got "x"');
    assert.equal(text({ max: 1 }), 'n: expected a number of at most 1, got "x"');
    assert.deepEqual(read({ n: 0 }, (r) => r.number('n', { above: 0 })).faults, [
      'n: expected a number above 0, got 0',
    ]);
  });

  it('reads flags, choices and implementations', () => {
    const journal = { read() {}, close() {} };
    const input = { flag: false, mode: 'b', journal, bad: { flag: 1, mode: 'c', journal: {} } };
    const use = (r: OptionReader) => [
      r.flag('flag'),
      r.choice('mode', ['a', 'b']),
      r.implementation<typeof journal>('journal', ['read', 'close']),
    ];
    const { value, faults } = read(input, (r) => {
      const bad = r.nested('bad');
      use(bad);
      return use(r);
    });
    assert.deepEqual(value, [false, 'b', journal]);
    assert.deepEqual(faults, [
      'bad.flag: expected true or false, got 1',
      'bad.mode: expected one of a, b, got "c"',
      'bad.journal: expected an object with read, close, got object',
    ]);
  });

  for (const [word, hint] of [
    ['theads', 'threads'],
    ['THREADS', 'threads'],
    ['thread', 'threads'],
    ['trheads', 'threads'],
    ['ask_ms', 'askMs'],
    ['zebra', undefined],
    ['x', undefined],
  ] as const)
    it(`calls ${word} unknown${hint === undefined ? '' : ` and asks whether ${hint} was meant`}`, () => {
      const { faults } = read({ [word]: 1 }, (r) => [r.integer('threads'), r.integer('askMs')]);
      const end = hint === undefined ? '' : `; did you mean ${hint}?`;
      assert.deepEqual(faults, [`${word}: expected a known option, got an unknown one${end}`]);
    });

  it('gathers faults from nested objects under their path', () => {
    const { faults } = read({ mailbox: { size: 1, capacity: -1 } }, (reader) => {
      const mailbox = reader.nested('mailbox');
      mailbox.integer('capacity', { min: 1 });
      mailbox.end();
    });
    assert.deepEqual(faults, [
      'mailbox.capacity: expected an integer of at least 1, got -1',
      'mailbox.size: expected a known option, got an unknown one',
    ]);
  });

  for (const input of [null, 7, 'text', [], () => {}])
    it(`finds no options in ${JSON.stringify(input) ?? 'a function'}`, () => {
      const { value, faults } = read(input, (reader) => reader.integer('n'));
      assert.equal(value, undefined);
      assert.equal(faults.length, 1);
      assert.match(faults[0]!, /^options: expected an object, got /);
    });

  it('does not read what an object merely inherits', () => {
    const { value, faults } = read(Object.create({ n: 7 }), (reader) => reader.integer('n'));
    assert.equal(value, undefined);
    assert.deepEqual(faults, []);
    assert.equal(
      read({}, (reader) => reader.value('constructor', 'x', () => true)).value,
      undefined,
    );
  });

  it('throws all faults as one coded error, or nothing if there are none', () => {
    throwFaults('system options', []);
    assert.throws(() => throwFaults('system options', ['a: bad', 'b: bad']), {
      code: 'CONFIG_INVALID',
      message: 'system options: 2 faults\n  a: bad\n  b: bad',
      details: { faults: ['a: bad', 'b: bad'] },
    });
  });

  it('leaves out what is undefined', () => {
    assert.deepEqual(Object.keys(present({ a: undefined, b: 0, c: null })), ['b', 'c']);
  });
});
