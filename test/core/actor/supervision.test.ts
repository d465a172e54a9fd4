/** Supervision is a function, so its tests are tables: failures at instants in, verdicts out. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  affected,
  type Directive,
  decide,
  type Failure,
  type FailureHistory,
  NO_FAILURES,
  type Strategy,
  type SupervisionOptions,
  type Verdict,
} from '../../../core/actor/supervision.js';
import { LIMITS } from '../../../core/limits.js';
import { type Random, seededRandom } from '../../../core/random.js';

const failure: Failure = {
  error: new Error('broken'),
  child: '/shop/visits',
  handler: 'add',
  phase: 'handle',
  restarts: 0,
};

/** Draws the same number each time: 0 takes no jitter off, near 1 all of it. */
const always = (draw: number): Random => ({ ...seededRandom(1), next: () => draw });

/** The verdicts on failures at these instants, each with the history the one before left. */
function judge(options: SupervisionOptions, instants: readonly number[], random = always(0)) {
  let history: FailureHistory = NO_FAILURES;
  return instants.map((now): Verdict => {
    const verdict = decide(options, history, failure, now, random);
    history = verdict.history;
    return verdict;
  });
}

const directives = (verdicts: readonly Verdict[]) => verdicts.map(({ directive }) => directive);
const delays = (verdicts: readonly Verdict[]) => verdicts.map(({ delayMs }) => delayMs);

describe('the directive', () => {
  it('is restart by default, at once', () => {
    const [verdict] = judge({}, [0]);
    assert.equal(verdict?.directive, 'restart');
    assert.equal(verdict?.delayMs, 0);
    assert.equal(verdict?.reason, undefined);
  });

  for (const directive of ['resume', 'stop', 'escalate'] as Directive[])
    it(`may be ${directive} for every failure, which uses up no budget and waits for nothing`, () => {
      const verdicts = judge({ decide: directive, restartsMax: 1 }, [0, 1, 2, 3]);
      assert.deepEqual(directives(verdicts), [directive, directive, directive, directive]);
      assert.deepEqual(delays(verdicts), [0, 0, 0, 0]);
      assert.deepEqual(verdicts[3]?.history, NO_FAILURES);
      assert.equal(verdicts[3]?.reason, undefined);
    });

  it('may be a function of the failure', () => {
    const seen: Failure[] = [];
    const options: SupervisionOptions = {
      decide: (given) => {
        seen.push(given);
        return given.error instanceof TypeError ? 'stop' : 'resume';
      },
    };
    const typeFailure = { ...failure, error: new TypeError('wrong') };
    assert.equal(decide(options, NO_FAILURES, typeFailure, 0, always(0)).directive, 'stop');
    assert.equal(decide(options, NO_FAILURES, failure, 0, always(0)).directive, 'resume');
    assert.deepEqual(seen, [typeFailure, failure]);
  });

  it('is escalate when that function throws, with what it threw as the reason', () => {
    const thrown = new Error('decider broke');
    const options = {
      decide: () => {
        throw thrown;
      },
    };
    const verdict = decide(options, NO_FAILURES, failure, 0, always(0));
    assert.equal(verdict.directive, 'escalate');
    assert.equal(verdict.reason, thrown);
  });

  it('is escalate when that function answers none of the four words', () => {
    const options = { decide: () => 'retry' as Directive };
    const verdict = decide(options, NO_FAILURES, failure, 0, always(0));
    assert.equal(verdict.directive, 'escalate');
    assert.match(String(verdict.reason?.message), /to return a directive, got "retry"/);
    assert.equal(verdict.reason?.cause, failure.error);
  });
});

describe('the restart budget', () => {
  const options = { restartsMax: 2, windowMs: 1_000 };

  for (const [what, instants, last] of [
    ['allows restartsMax restarts in the window', [0, 10], 'restart'],
    ['gives up at one failure more', [0, 10, 20], 'escalate'],
    ['counts the edges of the window in', [0, 500, 1_000], 'escalate'],
    ['forgets what is older than the window', [0, 500, 1_001], 'restart'],
    ['slides with time', [0, 900, 1_800, 2_700, 3_600], 'restart'],
  ] as const)
    it(what, () => {
      assert.equal(directives(judge(options, instants)).at(-1), last);
    });

  it('escalates with RESTARTS_EXHAUSTED, which names the child and carries the failure as its cause', () => {
    const { reason } = judge(options, [0, 1, 2])[2]!;
    assert.deepEqual(
      { ...reason, message: reason?.message, cause: reason?.cause },
      {
        name: 'CodedError',
        code: 'RESTARTS_EXHAUSTED',
        message: 'expected at most 2 restarts of /shop/visits in 1000 ms, got one more: broken',
        details: { child: '/shop/visits', restartsMax: 2, windowMs: 1_000 },
        cause: failure.error,
      },
    );
  });

  it('of 0 gives up at the first failure', () => {
    assert.deepEqual(directives(judge({ restartsMax: 0 }, [0])), ['escalate']);
  });

  it('of Infinity never gives up, and remembers no instants', () => {
    const instants = Array.from({ length: 1_000 }, (_, now) => now);
    const verdicts = judge({ restartsMax: Infinity }, instants);
    assert.ok(verdicts.every(({ directive }) => directive === 'restart'));
    assert.deepEqual(verdicts.at(-1)?.history.restartsAt, []);
  });

  it('agrees with counting all restarts by hand, and remembers no more than it allows', () => {
    const steps = fc.array(fc.nat({ max: 400 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.nat({ max: 5 }),
        fc.integer({ min: 1, max: 1_000 }),
        steps,
        (max, windowMs, waits) => {
          const restarts: number[] = [];
          let history = NO_FAILURES;
          let now = 0;
          for (const wait of waits) {
            now += wait;
            const verdict = decide(
              { restartsMax: max, windowMs },
              history,
              failure,
              now,
              always(0),
            );
            const recent = restarts.filter((at) => at >= now - windowMs).length;
            assert.equal(verdict.directive, recent < max ? 'restart' : 'escalate');
            if (verdict.directive === 'restart') restarts.push(now);
            history = verdict.history;
            assert.ok(history.restartsAt.length <= max);
          }
        },
      ),
      { seed: 2 },
    );
  });
});

describe('the backoff', () => {
  const options = { backoffMinMs: 10, backoffMaxMs: 100, restartsMax: 100, windowMs: 10_000 };

  it('restarts at once, then waits min, doubling up to max', () => {
    const verdicts = judge(options, [0, 1, 2, 3, 4, 5, 6]);
    assert.deepEqual(delays(verdicts), [0, 10, 20, 40, 80, 100, 100]);
  });

  it('takes up to backoffJitter of each wait off at random, and is never longer than max', () => {
    const instants = [0, 1, 2, 3, 4, 5];
    const most = judge({ ...options, backoffJitter: 0.5 }, instants, always(1 - 2 ** -32));
    assert.deepEqual(delays(most).map(Math.round), [0, 5, 10, 20, 40, 50]);
    const random = seededRandom(1);
    for (let i = 0; i < 200; i++) {
      const last = judge({ ...options, backoffJitter: 0.2 }, instants, random).at(-1)!.delayMs;
      assert.ok(last > 80 && last <= 100);
    }
    assert.deepEqual(delays(judge({ ...options, backoffJitter: 0 }, [0, 1], always(0.9))), [0, 10]);
  });

  it('starts over after resetAfterMs without a failure, counted from the restart', () => {
    const quiet = { ...options, resetAfterMs: 500 };
    assert.deepEqual(delays(judge(quiet, [0, 1, 2, 521])), [0, 10, 20, 40]);
    assert.deepEqual(delays(judge(quiet, [0, 1, 2, 522])), [0, 10, 20, 0]);
    assert.deepEqual(delays(judge(quiet, [0, 1, 2, 522, 523])), [0, 10, 20, 0, 10]);
  });

  it('resets after windowMs unless told otherwise', () => {
    const window = { ...options, windowMs: 300 };
    assert.deepEqual(delays(judge(window, [0, 1, 310])), [0, 10, 20]);
    assert.deepEqual(delays(judge(window, [0, 1, 311])), [0, 10, 0]);
  });

  it('stays finite however long the streak', () => {
    const instants = Array.from({ length: 3_000 }, (_, now) => now);
    const verdicts = judge({ ...options, restartsMax: Infinity }, instants);
    assert.equal(verdicts.at(-1)?.delayMs, 100);
  });

  it('defaults to the limits of the runtime', () => {
    const [, second, third] = judge({}, [0, 1, 2]);
    assert.equal(second?.delayMs, LIMITS.backoffMinMs);
    assert.equal(third?.delayMs, LIMITS.backoffMinMs * 2);
    const instants = Array.from({ length: LIMITS.restartsMax + 1 }, (_, now) => now);
    assert.equal(directives(judge({}, instants)).at(-1), 'escalate');
    assert.equal(directives(judge({}, instants.slice(1))).at(-1), 'restart');
  });
});

describe('a verdict', () => {
  it('is a function of its arguments alone, and changes none of them', () => {
    const history = Object.freeze({
      restartsAt: Object.freeze([1, 2]),
      streak: 2,
      quietSince: 12,
    });
    const options = Object.freeze({ restartsMax: 5 });
    const one = decide(options, history, failure, 20, seededRandom(3));
    const other = decide(options, history, failure, 20, seededRandom(3));
    assert.deepEqual(one, other);
    assert.deepEqual(history.restartsAt, [1, 2]);
  });
});

describe('who shares the fate of a failed child', () => {
  const children = ['a', 'b', 'c', 'd'];
  for (const [strategy, failed, stop, restart] of [
    ['one-for-one', 'b', [], ['b']],
    ['all-for-one', 'b', ['d', 'c', 'a'], ['a', 'b', 'c', 'd']],
    ['rest-for-one', 'b', ['d', 'c'], ['b', 'c', 'd']],
    ['rest-for-one', 'a', ['d', 'c', 'b'], ['a', 'b', 'c', 'd']],
    ['rest-for-one', 'd', [], ['d']],
  ] as [Strategy, string, string[], string[]][])
    it(`is, ${strategy} and ${failed} failed: stop ${stop.join(', ') || 'nobody'}, then start ${restart.join(', ')}`, () => {
      assert.deepEqual(affected(strategy, children, failed), { stop, restart });
    });

  it('is an error if the failed one is no child', () => {
    assert.throws(() => affected('one-for-one', children, 'x'), { code: 'ASSERTION_FAILED' });
  });
});
