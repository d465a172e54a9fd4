/**
 * What a task derived, as entries for the partitions of those it is for: the tasks of hooks, within what the task may
 * still cause, and the links to be kept in step, which cause nothing further and are never stopped. Pure.
 * Runs on: any.
 */
import {
  type DeadLetter,
  encodeEntry,
  type LogEntry,
  type ModelNumbers,
  type Origin,
  partitionOf,
  type Task,
} from '../../stores/internal.js';
import { splitAllowance } from './derived.js';
import type { HookOutput } from './hook-runner.js';
import { type LinkSending, linkTasks } from './link-tasks.js';

/** An entry for another partition, or the same. */
export interface DerivedEntry {
  readonly target: number;
  readonly bytes: Uint8Array;
  readonly tasks: number;
}

/** What a task derived. */
export interface Derivation {
  readonly entries: readonly DerivedEntry[];
  /** Tasks that were stopped. */
  readonly stopped: readonly DeadLetter[];
}

export interface DerivationOptions {
  readonly partition: number;
  /** Of the task that derived: log number * 2 + lane. */
  readonly seq: number;
  /** The entry it came in. */
  readonly entry: LogEntry;
  /** Epoch ms: when what is derived counts as received. */
  readonly now: number;
  /** The same of links that are kept in step. */
  readonly linksAt: number;
  /** What is left of the task, for its own partition, in order. */
  readonly rest: readonly Task[];
  /** The task is left of another itself: what is left of it has the same cause, so that chains stay short. */
  readonly isRest: boolean;
  readonly numbers: ModelNumbers;
  readonly partitions: number;
  readonly depthMax: number;
  /** Tasks in one entry. */
  readonly tasksMax: number;
}

const NOTHING: Derivation = { entries: [], stopped: [] };

/** Throws VALUE_NOT_STORABLE. */
export function deriveEntries(
  outputs: readonly HookOutput[],
  sendings: readonly LinkSending[],
  options: DerivationOptions,
): Derivation {
  const { entry, depthMax, rest } = options;
  if (outputs.length === 0 && sendings.length === 0 && rest.length === 0) return NOTHING;
  const count = outputs.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const split = splitAllowance(entry, count, depthMax);
  const entries: DerivedEntry[] = [];
  const stopped: DeadLetter[] = [];
  let left = split.allowed;
  for (const output of outputs) {
    const origin = originOf(output);
    const head = { ...headOf(options), origin, ...split.child };
    const allowed = output.tasks.slice(0, left);
    left -= allowed.length;
    entries.push(...entriesFor(allowed, head, options));
    for (const task of output.tasks.slice(allowed.length))
      stopped.push(stoppedLetter(task, head, split.stoppedBy ?? 'budget', options));
  }
  const head = {
    ...headOf(options),
    receivedAt: options.linksAt,
    origin: { by: 'links' } as const,
    depth: entry.depth,
    budget: 0,
  };
  entries.push(...entriesFor(linkTasks(sendings), head, options));
  for (let at = 0; at < rest.length; at += options.tasksMax) {
    const tasks = rest.slice(at, at + options.tasksMax);
    entries.push(restEntry(tasks, head, options));
  }
  return { entries, stopped };
}

type Head = Omit<LogEntry, 'tasks'>;

function headOf({ now, numbers, partition, seq }: DerivationOptions) {
  return { receivedAt: now, schema: numbers.schema, cause: { partition, seq } };
}

/** By partition, in order, none larger than the bound. */
function entriesFor(
  tasks: readonly Task[],
  head: Head,
  options: DerivationOptions,
): DerivedEntry[] {
  const byTarget = new Map<number, Task[][]>();
  for (const task of tasks) {
    const entity = options.numbers.entityOf(task.etype);
    if (entity === undefined) continue;
    const target = partitionOf(entity.id, task.eid, options.partitions);
    const parts = byTarget.get(target);
    const last = parts?.at(-1);
    if (parts === undefined) byTarget.set(target, [[task]]);
    else if (last === undefined || last.length >= options.tasksMax) parts.push([task]);
    else last.push(task);
  }
  return [...byTarget].flatMap(([target, parts]) =>
    parts.map((part) => {
      return { target, bytes: encodeEntry({ ...head, tasks: part }), tasks: part.length };
    }),
  );
}

/** Goes on as what it is left of: no deeper, and with as many descendants. */
function restEntry(
  tasks: readonly Task[],
  head: Head,
  { entry, partition, isRest }: DerivationOptions,
): DerivedEntry {
  const isUnlink = tasks.some(({ piecework }) => piecework?.work === 'unlink');
  const origin = isUnlink ? head.origin : entry.origin;
  const cause = (isRest ? entry.cause : undefined) ?? head.cause;
  const bytes = encodeEntry({ ...head, origin, cause, budget: entry.budget, tasks });
  return { target: partition, bytes, tasks: tasks.length };
}

function originOf({ hook, generation }: HookOutput): Origin {
  const module = hook.module.name;
  const name = hook.name.startsWith(`${module}.`) ? hook.name.slice(module.length + 1) : hook.name;
  return { by: 'hook', module, hook: name, generation };
}

function stoppedLetter(
  task: Task,
  head: Head,
  reason: 'depth' | 'budget',
  { seq, now, depthMax }: DerivationOptions,
): DeadLetter {
  const message =
    reason === 'depth'
      ? `expected hooks to derive at most ${depthMax} deep, got one task deeper`
      : 'expected a task to have no more descendants than its budget, got one more';
  return { reason, message, at: now, seq, entry: { ...head, tasks: [task] } };
}
