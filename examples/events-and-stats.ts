/**
 * Looking at a running system: typed events, the accounts (read from shared memory, no thread is asked), every actor
 * by path. What was attempted and what became of it always adds up.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, type DeadLetter, defineActor, silentLogger } from '../core/index.js';

const clerk = defineActor(import.meta.url, 'clerk', () => {
  let filed = 0;
  return {
    file(paper: string) {
      if (paper === '') throw new Error('an empty sheet');
      filed++;
    },
    filed: () => filed,
  };
});

const system = await createSystem({ threads: 2, logger: silentLogger });
const deadLetters: DeadLetter[] = [];
const restarts: string[] = [];
system.events.on('deadLetter', (letter) => deadLetters.push(letter));
system.events.on('actorRestarted', ({ actor, error }) =>
  restarts.push(`${actor.path}: ${error.message}`),
);

const started = system.events.once('actorStarted');
const desk = system.spawn(clerk(), { name: 'desk', thread: 1 });
assert.equal((await started).definition, 'clerk');

for (const paper of ['a', 'b', '', 'c']) desk.tell('file', paper);
assert.equal(await desk.ask('filed'), 1);
assert.deepEqual(restarts, ['/desk: an empty sheet']);
assert.deepEqual(
  deadLetters.map(({ reason, handler, args }) => ({ reason, handler, args })),
  [{ reason: 'handlerFailed', handler: 'file', args: [''] }],
);

// Every actor there is: where, in which state, how much it has before it.
const actors = await system.inspect();
assert.deepEqual(
  actors.map(({ path, thread, state, restarts, queued }) => ({
    path,
    thread,
    state,
    restarts,
    queued,
  })),
  [{ path: '/desk', thread: 1, state: 'running', restarts: 1, queued: 0 }],
);

// accepted = handled + dead letters + queued + stashed; a refused or late message was never accepted.
await system.stopActor(desk);
assert.equal(desk.tell('file', 'd'), 'stopped');
const { accepted, handled, deadLetters: lost, queued, stashed, refused, stopped } = system.stats();
assert.equal(accepted, 5);
assert.equal(accepted, handled + lost + queued + stashed);
assert.deepEqual([refused, stopped, lost], [0, 1, 1]);

// Events can be read in a loop, too: listening starts with the call, and leaving the loop ends it.
const starts = system.events.events('actorStarted');
system.spawn(clerk(), { name: 'next' });
for await (const { actor } of starts) {
  assert.equal(actor.path, '/next');
  break;
}
console.log({ accepted, handled, lost });
await system.stop();
