/**
 * An actor with phases. While it connects it puts queries aside with `stash`; connected, it lays other handlers over
 * its protocol with `become` and takes what it had put aside, oldest first, before anything newer.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, defineActor, hasCode, refuse } from '../core/index.js';

const database = defineActor(
  import.meta.url,
  'database',
  (ctx) => {
    let queries = 0;
    const online = {
      query: (text: string) => `${++queries}: ${text}`,
      connected() {}, // already
    };
    return {
      /** While offline: not now, but not lost either. The asker waits. */
      query(_text: string): string {
        try {
          ctx.stash();
        } catch (error) {
          throw hasCode(error, 'STASH_FULL') ? refuse('BUSY', 'too many wait') : error;
        }
        return ''; // nobody sees it: the message is not handled yet
      },
      connected() {
        ctx.become(online);
        ctx.unstash();
      },
      disconnected() {
        ctx.become(); // back to the handlers above
      },
    };
  },
  { stashMax: 3 },
);

const system = await createSystem({ threads: 1 });
const db = system.spawn(database());

const early = [db.ask('query', 'a'), db.ask('query', 'b'), db.ask('query', 'c')];
await assert.rejects(db.ask('query', 'd'), { code: 'BUSY' }); // the stash has its own bound
db.tell('connected');
const late = db.ask('query', 'e');
assert.deepEqual(await Promise.all([...early, late]), ['1: a', '2: b', '3: c', '4: e']);

db.tell('disconnected');
const again = db.ask('query', 'f');
db.tell('connected');
assert.equal(await again, '5: f');
console.log(await db.ask('query', 'g'));
await system.stop();
