import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import { SHARE_ENV } from 'node:worker_threads';
import { parseSystemOptions, type SystemOptions } from '../../core/config.js';
import { hasCode } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { silentLogger } from '../../core/logger.js';

function faultsOf(input: unknown): readonly string[] {
  try {
    parseSystemOptions(input);
  } catch (thrown) {
    assert.ok(hasCode(thrown, 'CONFIG_INVALID'));
    return thrown.details.faults as string[];
  }
  return [];
}

describe('the configuration of a system', () => {
  it('needs nothing: every option has a default', () => {
    const { logger, ...config } = parseSystemOptions();
    assert.equal(typeof logger.info, 'function');
    assert.deepEqual(config, {
      name: 'troupe',
      threads: Math.min(availableParallelism(), LIMITS.threadsMax - 1),
      spareThreads: 1,
      actorsMax: LIMITS.actorsMax,
      mailbox: { capacity: LIMITS.mailboxMessages, bytes: LIMITS.mailboxBytes },
      askMs: LIMITS.askMs,
      sendMs: LIMITS.sendMs,
      stopMs: LIMITS.stopMs,
      handlerOverrunMs: LIMITS.handlerOverrunMs,
      replaceOverrunThread: false,
      resourceLimits: {},
      transport: 'ring',
      seed: undefined,
      env: undefined,
      guardian: {},
      handleSignals: false,
    });
  });

  it('keeps every option that was given', () => {
    const options: Required<SystemOptions> = {
      name: 'shop-2',
      threads: 3,
      spareThreads: 0,
      actorsMax: 1_000,
      mailbox: { capacity: Infinity, bytes: Infinity },
      askMs: 1,
      sendMs: 2.5,
      stopMs: 0,
      handlerOverrunMs: Infinity,
      replaceOverrunThread: true,
      logger: silentLogger,
      resourceLimits: { maxOldGenerationSizeMb: 64, stackSizeMb: 2 },
      transport: 'ring',
      seed: 7,
      env: { A: 'b' },
      guardian: { strategy: 'rest-for-one', decide: () => 'stop', restartsMax: Infinity },
      handleSignals: true,
    };
    assert.deepEqual(parseSystemOptions(options), options);
    assert.equal(parseSystemOptions({ env: SHARE_ENV }).env, SHARE_ENV);
  });

  it('takes undefined for absent', () => {
    assert.equal(parseSystemOptions({ threads: undefined, mailbox: undefined }).spareThreads, 1);
  });

  it('runs everything on main, without spares, when threads is 0', () => {
    const { threads, spareThreads } = parseSystemOptions({ threads: 0 });
    assert.deepEqual([threads, spareThreads], [0, 0]);
    assert.deepEqual(faultsOf({ threads: 0, spareThreads: 2 }), [
      'spareThreads: expected 0 with threads: 0, got 2',
    ]);
  });

  it('is frozen, the objects in it too', () => {
    const config = parseSystemOptions({ guardian: { restartsMax: 1 } });
    for (const part of [config, config.mailbox, config.guardian, config.resourceLimits])
      assert.ok(Object.isFrozen(part));
  });

  it('names every fault at once, each with what was expected and what came', () => {
    assert.deepEqual(
      faultsOf({
        name: 'a b',
        threads: 99,
        theads: 2,
        askMs: Infinity,
        mailbox: { capacity: 0, size: 1 },
        handlerOverrunMs: 0,
        logger: console.log,
        transport: 'socket',
        seed: '7',
        env: { A: 1 },
        guardian: { decide: 'retry', backoffMinMs: 20_000, restartMax: 1 },
      }),
      [
        `name: expected 1 to 200 letters, digits, '-', '_' or '.', got "a b"`,
        'threads: expected an integer from 0 to 31, got 99',
        'mailbox.capacity: expected an integer of at least 1, or Infinity, got 0',
        'mailbox.size: expected a known option, got an unknown one',
        'askMs: expected a number above 0, got Infinity',
        'handlerOverrunMs: expected a number above 0, or Infinity, got 0',
        'logger: expected an object with debug, info, warn, error, child, got function log',
        'transport: expected one of port, ring, got "socket"',
        'seed: expected a number, got "7"',
        'env: expected an object of strings, or SHARE_ENV, got object',
        'guardian.decide: expected one of resume, restart, stop, escalate, or a function, got "retry"',
        'guardian.backoffMinMs: expected at most backoffMaxMs, 10000, got 20000',
        'guardian.restartMax: expected a known option, got an unknown one; did you mean restartsMax?',
        'theads: expected a known option, got an unknown one; did you mean threads?',
      ],
    );
  });

  for (const input of [null, 'options', 7, []])
    it(`refuses ${JSON.stringify(input)} in place of options`, () => {
      assert.equal(faultsOf(input).length, 1);
    });
});
