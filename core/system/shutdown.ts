/**
 * Stopping in order: close the intake, let what is inside go on until two looks agree that all is quiet (or the
 * deadline), stop actors children first, then the threads.
 *
 *   intake closed ─▶ quiet, quiet ─▶ actors stopped ─▶ threads ended
 *        └──────────── deadline ───────▶ killed ────────▶ (counted as left)
 *
 * Runs on: main.
 */
import type { Clock } from '../clock.js';
import { Word } from '../thread-table.js';
import type { ActorHost } from '../threads/actor-host.js';
import type { Fleet } from './fleet.js';

/** What a drain or stop reports. */
export interface Drained {
  /** True when everything accepted was handled before the deadline. */
  readonly drained: boolean;
  /** Messages that were not. */
  readonly left: number;
}

const LOOK_MS = 2;

/** Closes the intake everywhere. */
export async function closeIntake(host: ActorHost, fleet: Fleet): Promise<void> {
  host.closeIntake();
  await fleet.askAll((control) => control.closeIntake());
}

/** Waits until nothing is queued, in flight, or on its way, seen twice in a row without a message begun between. */
export async function quiet(
  host: ActorHost,
  fleet: Fleet,
  clock: Clock,
  deadlineMs: number,
): Promise<Drained> {
  const untilMs = clock.now() + deadlineMs;
  let begun = -1;
  for (;;) {
    const before = begunTotal(host);
    const isQuiet = await looksQuiet(host, fleet);
    if (isQuiet && begun === before && begunTotal(host) === before)
      return { drained: true, left: 0 };
    begun = isQuiet ? before : -1;
    if (clock.now() >= untilMs) return { drained: false, left: backlog(host) };
    await pause(clock, LOOK_MS);
  }
}

/** Messages accepted and not handled: queued, stashed or in hand. */
export function backlog(host: ActorHost): number {
  const { table } = host;
  const used = Math.min(table.slotsUsed, table.slotsMax);
  let left = 0;
  for (let slot = 0; slot < used; slot++)
    left += Math.max(0, table.depth(slot)) + table.stashed(slot);
  return left;
}

async function looksQuiet(host: ActorHost, fleet: Fleet): Promise<boolean> {
  if (!host.isQuiet || !fleet.isSettled || depths(host) > 0 || total(host, Word.inFlight) > 0)
    return false;
  const answers = await fleet.askAll((control) => control.isQuiet());
  return answers.every((isQuiet) => isQuiet) && depths(host) === 0;
}

function depths(host: ActorHost): number {
  const { table } = host;
  const used = Math.min(table.slotsUsed, table.slotsMax);
  let sum = 0;
  for (let slot = 0; slot < used; slot++) sum += table.depth(slot);
  return sum;
}

function begunTotal(host: ActorHost): number {
  return total(host, Word.begun);
}

function total(host: ActorHost, word: number): number {
  let sum = 0;
  for (let thread = 0; thread < host.threads.threads; thread++)
    sum += host.threads.load(thread, word);
  return sum;
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
