/**
 * What happens when a handler throws: the supervisor restarts the actor with new state, after a backoff that doubles,
 * within a budget. The mailbox survives; the message that broke the actor becomes a dead letter. A parent that cannot
 * help escalates: it fails in its child's stead.
 * Runs on: main and thread.
 */
import assert from 'node:assert/strict';
import { createSystem, defineActor, silentLogger } from '../core/index.js';

const printer = defineActor(import.meta.url, 'printer', (ctx) => {
  const printed: string[] = []; // new at every restart
  return {
    print(page: string) {
      if (page === 'jam') throw new Error('paper jam');
      if (page === 'fire') throw new Error('on fire');
      printed.push(page);
    },
    report: () => ({ printed, restarts: ctx.restarts }),
  };
});

/** Restarts its printer for a jam; for a fire it does not know what to do and fails itself. */
const office = defineActor(
  import.meta.url,
  'office',
  (ctx) => {
    const own = ctx.spawn(printer(), { name: 'printer' });
    return { printer: () => own, restarts: () => ctx.restarts };
  },
  {
    supervision: {
      decide: ({ error }) => (error.message === 'on fire' ? 'escalate' : 'restart'),
      restartsMax: 5,
      windowMs: 10_000,
      backoffMinMs: 2,
      backoffMaxMs: 20,
    },
  },
);

const system = await createSystem({ threads: 2, logger: silentLogger });
const lost: string[] = [];
system.events.on('deadLetter', ({ reason, args }) => lost.push(`${reason}: ${args?.[0]}`));

const here = system.spawn(office(), { name: 'office' });
const first = await here.ask('printer');
for (const page of ['a', 'jam', 'b', 'jam', 'c']) first.tell('print', page);
assert.deepEqual(await first.ask('report'), { printed: ['c'], restarts: 2 });
assert.deepEqual(lost, ['handlerFailed: jam', 'handlerFailed: jam']);

// The office fails with its printer; the root of the system restarts the office, which spawns a new printer.
const burnt = system.terminated(first);
first.tell('print', 'fire');
assert.equal((await burnt).reason, 'stopped'); // by its parent, which is beginning anew
assert.equal(await here.ask('restarts'), 1);
const second = await here.ask('printer');
assert.ok(!second.equals(first));
assert.deepEqual(await second.ask('report'), { printed: [], restarts: 0 });

// With the budget used up the actor is stopped, and the system goes on.
const fragile = system.spawn(printer(), { supervision: { restartsMax: 0 } });
fragile.tell('print', 'jam');
assert.equal((await system.terminated(fragile)).reason, 'failed');
console.log('two jams, one fire, one printer given up; the office is open');
await system.stop();
