/**
 * Watching: whoever watches an actor gets exactly one notice of its end, with the reason, after everything that actor
 * had sent, whichever threads the two are on.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import {
  type ActorRef,
  createSystem,
  type Deferred,
  defineActor,
  silentLogger,
} from '../core/index.js';

const diver = defineActor(import.meta.url, 'diver', () => ({
  dive(logbook: ActorRef<{ note(line: string): void }>) {
    logbook.tell('note', 'down');
    logbook.tell('note', 'up');
    throw new Error('out of air');
  },
}));

const boat = defineActor(import.meta.url, 'boat', (ctx) => {
  const lines: string[] = [];
  const waiting: Deferred<string[]>[] = [];
  return {
    look(at: ActorRef<unknown>) {
      ctx.watch(at, ({ reason }) => {
        lines.push(`ended: ${reason}`);
        for (const reply of waiting.splice(0)) reply.resolve(lines);
      });
    },
    note(line: string) {
      lines.push(line);
    },
    ended() {
      const reply = ctx.defer<string[]>();
      waiting.push(reply);
      return reply;
    },
  };
});

const system = await createSystem({ threads: 2, logger: silentLogger });
const above = system.spawn(boat(), { thread: 1 });
const below = system.spawn(diver(), { thread: 2, supervision: { decide: 'stop' } });

await above.send('look', below);
const ended = above.ask('ended');
below.tell('dive', above);
assert.deepEqual(await ended, ['down', 'up', 'ended: failed']);

// A program watches too; an actor that has ended already is 'gone'.
assert.equal((await system.terminated(below)).reason, 'gone');
const other = system.spawn(diver());
const stopped = system.terminated(other);
await system.stopActor(other);
assert.equal((await stopped).reason, 'stopped');
assert.equal(other.tell('dive', above), 'stopped');
console.log((await ended).join(', '));
await system.stop();
