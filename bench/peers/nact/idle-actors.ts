/**
 * Spawns idle nact actors with two handlers and prints what each keeps in the heap. Run by
 * idleActorBytes() in a process of its own.
 * Runs on: main.
 */
import { dispatch, query, type Ref, spawn, start } from 'nact';
import { SIZES } from '../../benchmarks.js';
import { measureIdleActors } from '../../idle-actor-bytes.js';
import type { Behaviour } from './nact-program.js';

type IdleMessage =
  | { readonly type: 'add'; readonly number: number }
  | { readonly type: 'total'; readonly reply: Ref<number> };

const actors: Array<Ref<IdleMessage>> = new Array(SIZES.idleActors);
const system = start();

function idleBehaviour(): Behaviour<IdleMessage> {
  let total = 0;
  return (_, message) => {
    if (message.type === 'add') total += message.number;
    else dispatch(message.reply, total);
  };
}

await measureIdleActors({
  prepare: () => {},
  spawn: (index) => {
    actors[index] = spawn(system, idleBehaviour(), `a${index}`);
  },
  total: (index) =>
    query(actors[index]!, (reply: Ref<number>): IdleMessage => ({ type: 'total', reply }), 10_000),
});
process.exit(0);
