/**
 * The same message to many actors: packed once, without what any one channel has learned, and one entry in the frame
 * to each thread. Every mailbox still decides for itself whether it takes the message.
 *
 *   payload ──pack once──▶ bytes ──▶ channel to 1: MANY bytes [a b c]      unpacked once there, shared by a, b and c
 *                               └──▶ channel to 2: MANY bytes [d e]
 *
 * Runs on: any.
 */
import type { CellHost } from '../actor/cell-host.js';
import type { Ref } from '../actor/ref.js';
import { unwrapMoved } from '../message/codec.js';
import { Argc } from '../message/envelope.js';
import { packedForMany } from '../message/packed.js';
import { Admission } from '../slot-table.js';
import { Counter } from '../thread-table.js';
import type { OutgoingChannel } from '../transport/outgoing-channel.js';

/** Answers how many accepted. Throws MESSAGE_NOT_ENCODABLE, and then nobody got it. */
export function broadcast(
  host: CellHost,
  refs: readonly Ref[],
  name: string,
  args: readonly unknown[],
): number {
  const argc = Math.min(args.length, 2) as Argc;
  const payload = argc === Argc.one ? args[0] : argc === Argc.none ? undefined : args;
  const others = new Map<number, Ref[]>();
  for (const ref of refs) {
    if (ref.thread === host.thread) continue;
    const there = others.get(ref.thread);
    if (there === undefined) others.set(ref.thread, [ref]);
    else there.push(ref);
  }
  const packed = argc === Argc.none || others.size === 0 ? undefined : packedForMany(payload, host);
  let accepted = 0;
  const isLet = !host.intakeClosed || host.running.current() !== undefined;
  for (const [thread, there] of others) {
    const channel = isLet ? host.channelTo(thread) : undefined;
    if (channel === undefined || channel.isHeld) accepted += tellEach(there, name, argc, payload);
    else
      accepted += tellMany(host, channel, there, (targets) =>
        channel.tellMany(targets, name, argc, packed),
      );
  }
  const here = refs.filter(({ thread }) => thread === host.thread);
  // A moved binary is taken over once, for all of them.
  return (
    accepted + tellEach(here, name, argc, here.length === 0 ? undefined : unwrapMoved(payload))
  );
}

function tellEach(refs: readonly Ref[], name: string, argc: Argc, payload: unknown): number {
  let accepted = 0;
  for (const ref of refs)
    if (ref.offer(name, argc, payload, undefined) === Admission.accepted) accepted++;
  return accepted;
}

/** Admissions and the entry are one straight line: the channel journals them in the order it posts. */
function tellMany(
  host: CellHost,
  channel: OutgoingChannel,
  refs: readonly Ref[],
  post: (targets: number[]) => void,
): number {
  const { room, counters } = host;
  const targets: number[] = [];
  for (const { slot, generation } of refs) {
    const answer =
      room.size !== 0 && room.has(slot) ? Admission.full : channel.admit(slot, generation);
    if (answer === Admission.accepted) {
      targets.push(slot, generation);
      continue;
    }
    const counter = answer === Admission.full ? Counter.refused : Counter.stopped;
    counters[counter] = (counters[counter] as number) + 1;
  }
  if (targets.length > 0) post(targets);
  return targets.length / 2;
}
