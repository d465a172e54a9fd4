import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodedError } from '../../core/errors.js';
import { adaptLogger, jsonLogger, type LogLevel, silentLogger } from '../../core/logger.js';

const LEVELS: LogLevel[] = ['debug', 'info', 'warn', 'error'];

function setUp(level?: LogLevel | 'silent') {
  const lines: string[] = [];
  const logger = jsonLogger({
    write: (line) => lines.push(line),
    wallNow: () => 1_000,
    ...(level === undefined ? {} : { level }),
  });
  return { logger, lines, entries: () => lines.map((line) => JSON.parse(line)) };
}

describe('the JSON logger', () => {
  it('writes one line per call: level, time, message, then the fields', () => {
    const { logger, lines } = setUp();
    logger.info('ready', { thread: 2 });
    assert.deepEqual(lines, ['{"level":"info","time":1000,"msg":"ready","thread":2}\n']);
  });

  for (const [level, printed] of [
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
    [undefined, 3],
  ] as const)
    it(`prints ${printed} of the four levels at ${level ?? 'its default'}`, () => {
      const { logger, entries } = setUp(level);
      for (const method of LEVELS) logger[method](method);
      for (const method of LEVELS) logger.child({})[method](method);
      assert.equal(entries().length, printed * 2);
      assert.deepEqual(
        entries()
          .slice(0, printed)
          .map((entry) => entry.msg),
        LEVELS.slice(4 - printed),
      );
    });

  it('gives a child the fields of its parents, the nearest last', () => {
    const { logger, entries } = setUp();
    const child = logger.child({ actor: '/a', n: 1 }).child({ n: 2 });
    child.info('x', { m: 3 });
    child.info('y', { n: 4 });
    assert.deepEqual(entries()[0], {
      level: 'info',
      time: 1000,
      msg: 'x',
      actor: '/a',
      n: 2,
      m: 3,
    });
    assert.equal(entries()[1].n, 4);
  });

  it('lets no field replace level, time or message', () => {
    const { logger, entries } = setUp();
    logger.child({ level: 'none' }).warn('kept', { msg: 'lost', time: 0 });
    assert.deepEqual(entries()[0], { level: 'warn', time: 1000, msg: 'kept' });
  });

  it('prints errors with code, stack and causes, wherever they stand', () => {
    const { logger, entries } = setUp();
    const cause = new Error('disk full');
    const error = new CodedError('HANDLER_FAILED', 'add failed', { cause, details: { n: 1 } });
    logger.error('failed', { error, nested: { list: [new TypeError('inner')] } });
    const [entry] = entries();
    assert.equal(entry.error.code, 'HANDLER_FAILED');
    assert.equal(entry.error.cause.message, 'disk full');
    assert.match(entry.error.stack, /logger\.test/);
    assert.equal(entry.nested.list[0].name, 'TypeError');
  });

  it('never throws: cycles, bigints, functions, symbols and broken getters become text', () => {
    const { logger, entries } = setUp();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const broken = {
      get value() {
        throw new Error('broken');
      },
    };
    logger.info('a', { big: 12n, fn: setUp, symbol: Symbol('s'), gone: undefined });
    logger.info('b', { cycle, broken, kept: [1], date: new Date(0) });
    const [a, b] = entries();
    assert.deepEqual([a.big, a.fn, a.symbol], ['12n', 'function setUp', 'Symbol(s)']);
    assert.deepEqual([b.cycle, b.broken, b.kept], ['object', 'object', [1]]);
    assert.equal(b.date, '1970-01-01T00:00:00.000Z');
    assert.equal(b.msg, 'b');
  });
});

describe('the silent logger', () => {
  it('says nothing, nor do its children', () => {
    for (const level of LEVELS) silentLogger.child({ a: 1 })[level]('x', { b: 2 });
    assert.equal(silentLogger.child({}), silentLogger);
  });
});

describe('an adapted pino logger', () => {
  it('gets the fields first and the message second, with its own this', () => {
    class Recorder {
      readonly calls: unknown[] = [];
      constructor(readonly bindings: object = {}) {}
      debug(fields: object, message: string) {
        this.calls.push(['debug', fields, message]);
      }
      info(fields: object, message: string) {
        this.calls.push(['info', fields, message]);
      }
      warn(fields: object, message: string) {
        this.calls.push(['warn', fields, message]);
      }
      error(fields: object, message: string) {
        this.calls.push(['error', fields, message]);
      }
      readonly children: Recorder[] = [];
      child(bindings: object) {
        const child = new Recorder(bindings);
        this.children.push(child);
        return child;
      }
    }
    const pino = new Recorder();
    const logger = adaptLogger(pino);
    for (const level of LEVELS) logger[level](`${level} message`, { n: 1 });
    logger.info('bare');
    logger.child({ actor: '/a' }).warn('from the child');
    assert.deepEqual(pino.calls, [
      ...LEVELS.map((level) => [level, { n: 1 }, `${level} message`]),
      ['info', {}, 'bare'],
    ]);
    assert.deepEqual(pino.children[0]?.bindings, { actor: '/a' });
    assert.deepEqual(pino.children[0]?.calls, [['warn', {}, 'from the child']]);
  });
});
