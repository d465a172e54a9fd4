/**
 * The life of a cell as a state table: who may follow whom, and what is done on the way.
 *
 *   loading ─▶ starting ─▶ running ◀──▶ suspended          failed: waits for its supervisor
 *                 ▲            │  └──▶ draining ──┐        ends when its mailbox is empty
 *                 └ restarting ◀┘                 ▼
 *                                              stopping ─▶ stopped
 *
 * Ending an incarnation always goes: abort signal, timers, watches, what is in flight answered, children stopped
 * (last started first), hooks (last registered first, awaited), context fenced; then the next start, or the end.
 * Runs on: any.
 */
import { CodedError, errorToWire } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { EndReason } from '../message/signal.js';
import { SlotState } from '../slot-table.js';
import { Counter } from '../thread-table.js';
import type { ActorCell } from './actor-cell.js';
import type { StopReason } from './actor-context.js';
import { actorStopped } from './ask.js';
import type { CellCommand } from './cell-host.js';
import { CellState } from './cell-state.js';
import { Context } from './context.js';
import { type ActorDefinition, NO_ARGS } from './definition.js';
import { handlerFault } from './live-handler.js';
import { returnStash } from './stash.js';

// In this file, where V8 folds them: a constant of another module is loaded and checked at each use.
const {
  starting: STARTING,
  running: RUNNING,
  suspended: SUSPENDED,
  restarting: RESTARTING,
  draining: DRAINING,
  stopping: STOPPING,
  stopped: STOPPED,
} = CellState;
const { ended: ENDED } = Counter;

/** Runs the behaviour: a new incarnation. */
export function startCell(cell: ActorCell): void {
  const { host, definition } = cell;
  if (definition === undefined || cell.state >= DRAINING) return;
  cell.state = STARTING;
  const context = new Context(cell);
  cell.context = context;
  const { running } = host;
  const before = running.cell;
  running.cell = cell;
  running.asker = undefined;
  host.taken.name = undefined;
  try {
    const handlers = behave(definition.behaviour, context, cell.args);
    if (handlers instanceof Promise) startLater(cell, context, handlers);
    else begin(cell, handlers);
  } catch (error) {
    if (isStill(cell, context)) startFailed(cell, error);
  } finally {
    running.cell = before;
  }
}

/** Most behaviours take an argument or none: then no array is made for the call. */
function behave(
  behaviour: ActorDefinition['behaviour'],
  context: Context,
  args: readonly unknown[],
): unknown {
  if (args.length === 0) return behaviour(context);
  if (args.length === 1) return behaviour(context, args[0] as never);
  return behaviour(context, ...(args as never[]));
}

function startLater(cell: ActorCell, context: Context, handlers: Promise<unknown>): void {
  handlers
    .then((map) => {
      if (isStill(cell, context)) begin(cell, map);
    })
    .catch((error: unknown) => {
      if (isStill(cell, context)) startFailed(cell, error);
    });
}

/** False when it was stopped or restarted while it started. */
function isStill(cell: ActorCell, context: Context): boolean {
  return cell.context === context && cell.state === STARTING;
}

function begin(cell: ActorCell, handlers: unknown): void {
  const fault = handlerFault(handlers);
  if (fault !== undefined) throw fault(cell.path);
  cell.handlers = handlers as Record<string, unknown>;
  started(cell);
}

function started(cell: ActorCell): void {
  const { host } = cell;
  cell.state = RUNNING;
  cell.handlersChanged();
  host.table.setState(cell.slot, cell.generation, SlotState.running);
  const restarts = cell.extras?.restarts ?? 0;
  if (restarts === 0) host.cellStarted(cell);
  else host.cellRestarted(cell);
  if (cell.extras !== undefined) for (const [resolve] of takeStartWaiters(cell)) resolve();
  drainNow(cell);
  if (!cell.isInTurn && (cell.queued > 0 || cell.commands !== undefined)) host.ready(cell);
}

/** The drain that has waited for this moment. */
function drainNow(cell: ActorCell): void {
  const drain = cell.extras?.drain;
  if (drain === undefined) return;
  cell.more().drain = undefined;
  cell.command(drain);
}

function takeStartWaiters(cell: ActorCell): [() => void, (error: CodedError) => void][] {
  const waiters = cell.extras?.startWaiters;
  if (waiters === undefined) return [];
  cell.more().startWaiters = undefined;
  return waiters;
}

/** The first start: the actor ends. A later one: one failure more for its supervisor. */
function startFailed(cell: ActorCell, thrown: unknown): void {
  const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
  const isRestart = (cell.extras?.restarts ?? 0) > 0;
  if (isRestart) return cell.fail('restart', undefined, cause);
  failStart(cell, startError(cell.path, cause));
}

/** Ends a cell that could not start: asks and those that wait for it hear why, and the log when nobody waits. */
export function failStart(cell: ActorCell, error: CodedError): void {
  const extras = cell.more();
  extras.startError = error;
  const waiters = takeStartWaiters(cell);
  for (const [, reject] of waiters) reject(error);
  const { counters, logger } = cell.host;
  counters[Counter.failures] = (counters[Counter.failures] as number) + 1;
  if (waiters.length === 0)
    logger.error('actor failed to start', { path: cell.path, error: errorToWire(error) });
  stopCell(cell, 'kill', 'failed');
}

export function startError(path: string, cause: Error): CodedError {
  return new CodedError('ACTOR_START_FAILED', `expected ${path} to start, got: ${cause.message}`, {
    details: { path },
    cause,
  });
}

/** Does what supervisors and stoppers have asked for, in order. */
export function runCommands(cell: ActorCell): void {
  const commands = cell.commands ?? [];
  cell.commands = undefined;
  for (const command of commands) runCommand(cell, command);
}

function runCommand(cell: ActorCell, command: CellCommand): void {
  switch (command.type) {
    case 'stop':
      // What is queued can be handled only once it runs: a drain waits for that, a stop does not.
      if (command.mode === 'drain' && cell.state < DRAINING && cell.state !== RUNNING) {
        cell.more().drain = command;
        return;
      }
      stopCell(cell, command.mode, command.reason);
      return;
    case 'resume':
      if (cell.state !== SUSPENDED) return;
      cell.state = RUNNING;
      cell.host.table.setState(cell.slot, cell.generation, SlotState.running);
      if (cell.extras?.hasChildren) cell.extras.children.resumeEscalated();
      drainNow(cell);
      if (cell.queued > 0) cell.host.ready(cell);
      return;
    case 'restart':
      restartCell(cell);
  }
}

function restartCell(cell: ActorCell): void {
  if (cell.state === RESTARTING || cell.state >= DRAINING || cell.state === CellState.loading)
    return;
  const isStarting = cell.state === STARTING;
  cell.state = RESTARTING;
  cell.host.table.setState(cell.slot, cell.generation, SlotState.suspended);
  const extras = cell.more();
  if (!isStarting || extras.restarts > 0) extras.restarts++;
  const { counters } = cell.host;
  counters[Counter.restarts] = (counters[Counter.restarts] as number) + 1;
  endIncarnation(cell, 'restart', () => {
    if (cell.state !== RESTARTING) return;
    extras.children.reopen();
    returnStash(cell);
    startCell(cell);
  });
}

/**
 * Its thread is being vacated: ends the incarnation as a restart does, and begins no other here. What is queued, and what was
 * stashed, stays in the mailbox. It is over when the cell has no context any more.
 */
export function vacateCell(cell: ActorCell): void {
  if (cell.state >= CellState.draining) return;
  const { context } = cell;
  cell.state = CellState.restarting;
  cell.host.table.setState(cell.slot, cell.generation, SlotState.suspended);
  for (const [, reject] of takeStartWaiters(cell)) reject(restarted(cell.path));
  if (context !== undefined) endIncarnation(cell, 'replace', () => {});
}

/** drain: after what is queued. stop: after the message in hand. kill: now. */
export function stopCell(
  cell: ActorCell,
  mode: 'drain' | 'stop' | 'kill',
  reason: EndReason,
): void {
  const { state, host } = cell;
  if (state === STOPPED) return;
  const isWaiting = state === STOPPING || state === DRAINING;
  if (isWaiting && mode !== 'kill' && !(state === DRAINING && mode === 'stop')) return;
  host.table.setState(cell.slot, cell.generation, SlotState.stopping);
  cell.endReason ??= reason;
  if (mode === 'kill') {
    cell.state = STOPPING;
    return finishStop(cell, true);
  }
  const canDrain = mode === 'drain' && state === RUNNING;
  cell.state = canDrain ? DRAINING : STOPPING;
  mayFinishStop(cell);
}

/** Goes on with a stop once nothing is in flight (and, for a drain, nothing queued). */
export function mayFinishStop(cell: ActorCell): void {
  if (cell.inFlight > 0) return;
  if (cell.state === DRAINING) {
    if (cell.queued > 0) return;
    if (cell.host.table.depth(cell.slot) > cell.unpublished) return lookAgain(cell);
    cell.state = STOPPING;
  }
  if (cell.state === STOPPING) finishStop(cell, false);
}

/**
 * What was admitted and is on its way wakes the cell when it comes. But an admission may be taken back, by a sender that
 * was too late or whose message cannot be packed, and of that nobody tells.
 */
function lookAgain(cell: ActorCell): void {
  const extras = cell.more();
  if (extras.isLookingAgain) return;
  extras.isLookingAgain = true;
  cell.host.clock.after(LIMITS.drainLookMs, () => {
    extras.isLookingAgain = false;
    mayFinishStop(cell);
  });
}

function finishStop(cell: ActorCell, isKill: boolean): void {
  if (cell.isEnding && !isKill) return;
  cell.isEnding = true;
  if (isKill) return killIncarnation(cell);
  if (cell.extras === undefined) ended(cell);
  else endLastIncarnation(cell);
}

/** Apart, so that an actor with nothing to end pays for no closure. */
function endLastIncarnation(cell: ActorCell): void {
  endIncarnation(cell, 'stop', () => ended(cell));
}

/** Children are killed too, but not waited for; hooks run, but are not waited for. */
function killIncarnation(cell: ActorCell): void {
  quiesce(cell, 'stop');
  if (cell.extras?.hasChildren) cell.extras.children.stopAll('kill');
  void runHooks(cell, 'stop');
  ended(cell);
}

/** Everything up to the fence; then `then`. */
function endIncarnation(cell: ActorCell, why: StopReason, then: () => void): void {
  quiesce(cell, why);
  const { extras, context } = cell;
  const afterHooks = (): void => {
    if (cell.context !== context) return;
    context?.fence();
    cell.context = undefined;
    then();
  };
  if (extras === undefined) return afterHooks();
  const afterChildren = (): void => {
    extras.whenChildless = undefined;
    if (extras.onStop === undefined) return afterHooks();
    void runHooks(cell, why).then(afterHooks);
  };
  if (!extras.hasChildren) return afterChildren();
  extras.whenChildless = afterChildren;
  extras.children.stopAll('stop');
}

/** Ends what the incarnation has going: signal, timers, watches, groups, answers it owes. */
function quiesce(cell: ActorCell, why: StopReason): void {
  const { host, extras } = cell;
  if (extras === undefined) return;
  extras.overlay = undefined;
  cell.handlersChanged();
  extras.cancelTimers();
  host.unwatchAll(cell);
  for (const group of extras.groups ?? []) host.groups.leave(cell.refTo(), group);
  extras.groups = undefined;
  const { flights, deferred, sources, abort } = extras;
  if (flights.length + (deferred?.size ?? 0) + (sources?.size ?? 0) === 0 && abort === undefined)
    return;
  const error =
    why === 'stop' ? actorStopped(cell.path, 'the answer to the end') : restarted(cell.path);
  extras.abort = undefined;
  abort?.abort(error);
  for (const flight of [...flights]) {
    cell.removeFlight(flight);
    if (!flight.isStashed) cell.loseFlight(flight, why === 'stop' ? 'killed' : 'restarted', error);
  }
  for (const reply of [...(deferred ?? [])]) reply.abandon(error);
  for (const source of [...(sources ?? [])]) source.end(error);
}

function restarted(path: string): CodedError {
  return new CodedError(
    'ACTOR_RESTARTED',
    `expected an answer from ${path}, but it was restarted`,
    { details: { path } },
  );
}

async function runHooks(cell: ActorCell, why: StopReason): Promise<void> {
  const hooks = cell.extras?.onStop ?? [];
  if (cell.extras !== undefined) cell.extras.onStop = undefined;
  for (const hook of [...hooks].reverse()) {
    try {
      await hook(why);
    } catch (error) {
      cell.host.logger.error('an onStop hook failed', {
        path: cell.path,
        error: errorToWire(error),
      });
    }
  }
}

/** The last step: what is left becomes dead letters, then everybody concerned hears. */
function ended(cell: ActorCell): void {
  const { host, endReason: reason = 'stopped' } = cell;
  returnStash(cell);
  cell.state = STOPPED;
  cell.context?.fence();
  cell.context = undefined;
  host.table.setState(cell.slot, cell.generation, SlotState.stopped);
  const error = cell.extras?.startError;
  const why = error === undefined ? reason : 'startFailed';
  if (cell.queued > 0)
    for (const { name, payload, meta } of cell.takeAll())
      cell.bury(name, payload, meta, why, error);
  if (cell.extras !== undefined)
    for (const [, reject] of takeStartWaiters(cell))
      reject(error ?? actorStopped(cell.path, 'its start'));
  const { counters } = host;
  counters[ENDED] = (counters[ENDED] as number) + 1;
  cell.handlers = undefined;
  cell.handlersChanged();
  cell.args = NO_ARGS;
  host.cellEnded(cell, reason);
  host.reportEnd(cell, reason);
  cell.publish();
}
