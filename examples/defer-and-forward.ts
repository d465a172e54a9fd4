/**
 * Two ways not to answer at once. `ctx.defer()` keeps the asker and frees the mailbox: the answer comes when another
 * message brings it. `ref.forward()` hands the asker on: whoever gets the message answers it directly.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import {
  type ActorRef,
  createSystem,
  type Deferred,
  defineActor,
  type ProtocolOf,
  refuse,
} from '../core/index.js';

const lobby = defineActor(import.meta.url, 'lobby', (ctx) => {
  const waiting = new Map<string, Deferred<string>[]>();
  return {
    /** Answers when the guest has arrived. */
    meet(guest: string) {
      const reply = ctx.defer<string>();
      waiting.set(guest, [...(waiting.get(guest) ?? []), reply]);
      return reply;
    },
    arrive(guest: string) {
      for (const reply of waiting.get(guest) ?? []) reply.resolve(`${guest} is here`);
      waiting.delete(guest);
    },
    cancel(guest: string) {
      for (const reply of waiting.get(guest) ?? []) reply.reject(refuse('CANCELLED', guest));
      waiting.delete(guest);
    },
  };
});

const specialist = defineActor(import.meta.url, 'specialist', (ctx, topic: string) => ({
  question: (text: string) => `${topic} on thread ${ctx.thread}: ${text.length} letters`,
}));
type Specialist = ProtocolOf<typeof specialist>;

/** What a handler returns once it has forwarded its message: somebody else answers. */
const FORWARDED = undefined as never;

const desk = defineActor(
  import.meta.url,
  'desk',
  (_ctx, experts: Record<string, ActorRef<Specialist>>) => ({
    question(topic: string, text: string): string {
      const expert = experts[topic];
      if (expert === undefined) throw refuse('NO_EXPERT', topic);
      if (expert.forward('question', text) !== 'accepted') throw refuse('BUSY', topic);
      return FORWARDED;
    },
  }),
);

const system = await createSystem({ threads: 2 });

// Two wait for one guest; the lobby takes other messages meanwhile.
const hall = system.spawn(lobby());
const both = Promise.all([hall.ask('meet', 'Ada'), hall.ask('meet', 'Ada')]);
const never = assert.rejects(hall.ask('meet', 'Godot'), { code: 'CANCELLED' });
hall.tell('arrive', 'Ada');
hall.tell('cancel', 'Godot');
assert.deepEqual(await both, ['Ada is here', 'Ada is here']);
await never;

// The desk never sees the answer.
const experts = {
  law: system.spawn(specialist('law'), { thread: 1 }),
  tax: system.spawn(specialist('tax'), { thread: 2 }),
};
const help = system.spawn(desk(experts), { thread: 1 });
assert.equal(await help.ask('question', 'tax', 'why'), 'tax on thread 2: 3 letters');
await assert.rejects(help.ask('question', 'art', 'why'), { code: 'NO_EXPERT' });
console.log(await help.ask('question', 'law', 'may I'));
await system.stop();
