/**
 * Watching: whoever watches an actor gets exactly one notice of its end, with the reason, after everything that actor
 * had sent, whichever threads the two are on.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { type ActorRef, createSystem, defineActor, silentLogger } from '../core/index.js';

interface Logbook {
  note(line: string): void;
}

const diver = defineActor(import.meta.url, 'diver', () => ({
  dive(logbook: ActorRef<Logbook>) {
    logbook.tell('note', 'down');
    logbook.tell('note', 'up');
    throw new Error('out of air');
  },
}));

const boat = defineActor(import.meta.url, 'boat', (ctx) => {
  const lines: string[] = [];
  return {
    note(line: string) {
      lines.push(line);
    },
    /** Answers when the diver has ended: the watch was set before the dive, in the same channel. */
    sendDown(one: ActorRef<{ dive(logbook: ActorRef<Logbook>): void }>) {
      const reply = ctx.defer<string[]>();
      ctx.watch(one, ({ reason }) => {
        lines.push(`ended: ${reason}`);
        reply.resolve(lines);
      });
      one.tell('dive', ctx.self<Logbook>());
      return reply;
    },
  };
});

const system = await createSystem({ threads: 2, logger: silentLogger });
const above = system.spawn(boat(), { thread: 1 });
const below = system.spawn(diver(), { thread: 2, supervision: { decide: 'stop' } });
const lines = await above.ask('sendDown', below);
assert.deepEqual(lines, ['down', 'up', 'ended: failed']);

// A program watches too; an actor that has ended already is 'gone'.
assert.equal((await system.terminated(below)).reason, 'gone');
const other = system.spawn(diver());
const stopped = system.terminated(other);
await system.stopActor(other);
assert.equal((await stopped).reason, 'stopped');
assert.equal(other.tell('dive', above), 'stopped');
console.log(lines.join(', '));
await system.stop();
