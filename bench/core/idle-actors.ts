/**
 * Spawns idle actors with two handlers on main and prints what each keeps. Run by idleActorBytes()
 * in a process of its own.
 * Runs on: main.
 */
import { type ActorRef, createSystem, defineActor, type ProtocolOf } from '../../core/index.js';
import { SIZES } from '../benchmarks.js';
import { measureIdleActors } from '../idle-actor-bytes.js';

/** A row of the slot table, in shared memory made with the system. */
const ROW_BYTES = 36;

const idle = defineActor(import.meta.url, 'idle', () => {
  let total = 0;
  return {
    add(number: number) {
      total += number;
    },
    total: () => total,
  };
});

const actors: Array<ActorRef<ProtocolOf<typeof idle>>> = new Array(SIZES.idleActors);
const system = await createSystem({ threads: 0 });

await measureIdleActors({
  prepare: () => system.started(system.spawn(idle())),
  spawn: (index) => {
    actors[index] = system.spawn(idle());
  },
  rowBytes: ROW_BYTES,
  total: (index) => actors[index]!.ask('total'),
});
await system.stop();
