/**
 * What a spare thread has before it is needed. On real threads.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withSystem } from '../../support/fault-system.js';
import { IMPORTS, imported } from '../../support/imported-actor.js';
import { flags } from '../../support/shared-flags.js';
import { until } from '../../support/until.js';

const imports = (): number => Atomics.load(flags, IMPORTS);

it('a spare imports the modules of actors that the pool has had, those that come later too', () =>
  withSystem({ threads: 1, spareThreads: 1 }, async ({ system, replace }) => {
    assert.equal(IMPORTS, 0);
    const started: boolean[] = [];
    system.events.on('threadStarted', ({ isSpare }) => started.push(isSpare));
    const ref = system.spawn(imported(), { thread: 1 });
    assert.equal(await ref.ask('thread'), 'here');
    await until(() => imports() === 2, 'the spare to import the module');
    await replace(1);
    assert.equal(await ref.ask('thread'), 'here');
    assert.deepEqual(started, [true]);
    await until(() => imports() === 3, 'the next spare to import the module');
  }));
