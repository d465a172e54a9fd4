/**
 * Actors that cannot start, and names that are taken: who hears what, on real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActorRef, CodedError, Recipe } from '../../../core/index.js';
import { misstarted, overseer, recorder, smuggler } from '../../support/fault-actors.js';
import { withSystem } from '../../support/fault-system.js';
import { until } from '../../support/until.js';

interface Pingable {
  ping(): string;
}

/** A definition as another thread would have it, whatever is behind its address. */
function recipeFor(url: string, name: string): Recipe<Pingable> {
  return {
    definition: { url, name, behaviour: () => ({}), options: {}, concurrency: 1 },
    args: [],
  };
}

const brokenModule = (name: string) =>
  new URL(`../../support/broken-modules/${name}`, import.meta.url).href;

describe('an actor whose module cannot give its definition', () => {
  const modules: readonly (readonly [string, Recipe<Pingable>, string, RegExp])[] = [
    [
      'is not there',
      recipeFor(brokenModule('absent.js'), 'absent'),
      'ACTOR_MODULE_FAILED',
      /absent\.js/,
    ],
    [
      'throws',
      recipeFor(brokenModule('throws.js'), 'thrower'),
      'ACTOR_MODULE_FAILED',
      /does not load/,
    ],
    [
      'has no such definition',
      recipeFor(brokenModule('empty.js'), 'nobody'),
      'ACTOR_DEFINITION_MISSING',
      /nobody/,
    ],
    ['has no address', recipeFor('nonsense', 'nonsense'), 'ACTOR_MODULE_FAILED', /nonsense/],
  ];
  for (const [what, recipe, code, text] of modules) {
    it(`because it ${what}: asks and started() reject with the cause, tells are dead letters, watchers hear`, () =>
      withSystem({}, async ({ system, lost, accounts }) => {
        const ref = system.spawn(recipe, { thread: 1, name: 'broken' });
        const ended = system.terminated(ref);
        assert.equal(ref.tell('ping'), 'accepted');
        const asked = ref.ask('ping');
        const started = system.started(ref);
        const isStartFailure = (error: CodedError): boolean => {
          assert.equal(error.code, 'ACTOR_START_FAILED');
          assert.equal((error.cause as CodedError).code, code);
          assert.match(error.message, text);
          assert.match(error.message, /\/broken/);
          return true;
        };
        await Promise.all([
          assert.rejects(asked, isStartFailure),
          assert.rejects(started, isStartFailure),
          ended.then(({ reason }) => assert.equal(reason, 'failed')),
        ]);
        await until(() => lost('startFailed').length === 2, 'two dead letters');
        await until(() => system.stats().queued === 0, 'an empty mailbox');
        assert.equal(ref.tell('ping'), 'stopped');
        await until(() => system.lookup('broken') === undefined, 'its name to be free');
        accounts();
      }));
  }
});

for (const thread of ['main', 1] as const) {
  const where = thread === 'main' ? 'the main thread' : 'a pool thread';

  describe(`a behaviour on ${where}`, () => {
    const ways: readonly (readonly [string, RegExp])[] = [
      ['throws', /not today/],
      ['rejects', /not later either/],
      ['undefined', /return its handlers, got undefined/],
      ['number', /return its handlers, got 7/],
      ['a handler that is no function', /"ping".*function/],
      ['a refused name', /"then"/],
    ];
    for (const [how, text] of ways) {
      it(`that gives: ${how}, is ACTOR_START_FAILED to askers and ends the actor`, () =>
        withSystem({}, async ({ system, lost, accounts }) => {
          const ref = system.spawn(misstarted(how), { thread });
          ref.tell('ping');
          const ended = system.terminated(ref);
          await assert.rejects(ref.ask('ping'), (error: CodedError) => {
            assert.equal(error.code, 'ACTOR_START_FAILED');
            assert.match(error.message, text);
            return true;
          });
          assert.equal((await ended).reason, 'failed');
          await until(() => lost('startFailed').length === 2, 'two dead letters');
          await assert.rejects(ref.ask('ping'), { code: 'ACTOR_STOPPED' });
          accounts();
        }));
    }

    it('that has not settled yet keeps its messages; stopping the actor answers them', () =>
      withSystem({}, async ({ system, lost, accounts }) => {
        const ref = system.spawn(misstarted('never'), { thread });
        const asked = ref.ask('ping');
        const started = system.started(ref);
        ref.tell('ping');
        const stopped = system.stopActor(ref);
        await Promise.all([
          assert.rejects(asked, { code: 'ACTOR_STOPPED' }),
          assert.rejects(started, { code: 'ACTOR_STOPPED' }),
          stopped,
        ]);
        await until(() => lost('stopped').length === 2, 'two dead letters');
        accounts();
      }));
  });
}

describe('start arguments', () => {
  it('that cannot cross threads are refused by spawn itself, and nothing is left of the actor', () =>
    withSystem({}, async ({ system }) => {
      const before = system.stats().spawned;
      for (const thread of [1, 'dedicated'] as const) {
        const recipe = { ...smuggler(), args: [{ callback: () => 1 }] };
        assert.throws(() => system.spawn(recipe, { thread, name: 'unsendable' }), {
          code: 'MESSAGE_NOT_ENCODABLE',
        });
      }
      assert.equal(system.stats().spawned, before);
      assert.equal(system.lookup('unsendable'), undefined);
      await system.started(system.spawn(recorder(), { thread: 1, name: 'unsendable' }));
    }));
});

describe('a name', () => {
  it('can be had once among siblings, on whatever threads they are, and again after the end', () =>
    withSystem({}, async ({ system }) => {
      const first = system.spawn(recorder(), { thread: 1, name: 'one' });
      assert.throws(() => system.spawn(recorder(), { thread: 2, name: 'one' }), {
        code: 'ACTOR_NAME_TAKEN',
      });
      assert.throws(() => system.spawn(recorder(), { thread: 'main', name: 'one' }), {
        code: 'ACTOR_NAME_TAKEN',
      });
      assert.equal(await first.ask('echo', 1), 1);
      await system.stopActor(first);
      const second = system.spawn(recorder(), { thread: 2, name: 'one' });
      assert.equal(await second.ask('thread'), 2);
      const parent = system.spawn(overseer(), { thread: 1 });
      await parent.ask('spawn', 'one', { thread: 2 });
      await assert.rejects(parent.ask('spawn', 'one', {}), { code: 'HANDLER_FAILED' });
    }));

  it('can be registered once in the whole system, and again after the end', () =>
    withSystem({}, async ({ system }) => {
      const [a, b, c] = [1, 2, 'main' as const].map((thread) =>
        system.spawn(recorder(), { thread }),
      );
      await a?.ask('register', 'shared');
      assert.equal(system.lookup('shared')?.equals(a as ActorRef<unknown>), true);
      for (const other of [b, c]) {
        await assert.rejects(
          other?.ask('register', 'shared') as Promise<void>,
          (error: CodedError) => {
            assert.equal((error.cause as CodedError).code, 'ACTOR_NAME_TAKEN');
            return true;
          },
        );
      }
      await system.stopActor(a as ActorRef<unknown>);
      await b?.ask('register', 'shared');
      assert.equal(system.lookup('shared')?.equals(b as ActorRef<unknown>), true);
    }));
});
