/**
 * Who applies tasks next on a thread, and what others get meanwhile. Time and turns of the event loop move by hand.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Worker, WorkTurns } from '../../../actors/entity/work-turns.js';

/** A thread whose turns take as long as they are told. */
class Stage {
  readonly log: string[] = [];
  readonly turns = new WorkTurns({
    now: () => this.#now,
    later: (then) => this.#later.push(then),
  });
  readonly #later: Array<() => void> = [];
  #now = 0;

  get isResting(): boolean {
    return this.#later.length > 0;
  }

  worker(name: string, { isUrgent = false, isAble = true } = {}): Worker {
    return {
      begin: () => {
        if (isAble) this.log.push(name);
        return isAble;
      },
      isUrgent: () => isUrgent,
    };
  }

  /** One turn of the event loop in which others were busy for so long. */
  turn(busyMs: number): void {
    this.#now += busyMs;
    for (const then of this.#later.splice(0)) then();
  }
}

test('one partition works at a time, in the order in which they asked', () => {
  const stage = new Stage();
  const [a, b] = [stage.worker('a'), stage.worker('b')];
  for (const worker of [a, b, a]) stage.turns.ask(worker);
  assert.deepEqual(stage.log, ['a']);
  stage.turns.leave(a, 0);
  assert.deepEqual(stage.log, ['a', 'b']);
  stage.turns.leave(b, 0);
  assert.deepEqual(stage.log, ['a', 'b', 'a']);
});

test('after a slice of work others have nineteen times as long, if they need it', () => {
  const stage = new Stage();
  const [a, b] = [stage.worker('a'), stage.worker('b')];
  stage.turns.ask(a);
  stage.turns.ask(b);
  stage.turns.leave(a, 2);
  for (const busyMs of [15, 15]) stage.turn(busyMs);
  assert.deepEqual(stage.log, ['a']);
  stage.turn(15);
  assert.deepEqual(stage.log, ['a', 'b']);
});

test('a turn in which nobody had anything to do ends the rest', () => {
  const stage = new Stage();
  const [a, b] = [stage.worker('a'), stage.worker('b')];
  stage.turns.ask(a);
  stage.turns.ask(b);
  stage.turns.leave(a, 100);
  stage.turn(0.01);
  assert.deepEqual(stage.log, ['a', 'b']);
});

test('a partition that somebody waits for, or that is far behind, waits for nobody', () => {
  const stage = new Stage();
  const [a, b] = [stage.worker('a'), stage.worker('b', { isUrgent: true })];
  stage.turns.ask(a);
  stage.turns.ask(b);
  stage.turns.leave(a, 100);
  assert.deepEqual(stage.log, ['a', 'b']);
});

test('one that cannot begin loses its turn to the next', () => {
  const stage = new Stage();
  const [a, b] = [stage.worker('a', { isAble: false }), stage.worker('b')];
  stage.turns.ask(a);
  stage.turns.ask(b);
  assert.deepEqual(stage.log, ['b']);
});

test('a partition that ends, working or waiting, keeps nobody from working', () => {
  const stage = new Stage();
  const [a, b, c] = [stage.worker('a'), stage.worker('b'), stage.worker('c')];
  for (const worker of [a, b, c]) stage.turns.ask(worker);
  stage.turns.remove(b);
  stage.turns.remove(a);
  assert.deepEqual(stage.log, ['a', 'c']);
});

test('work without a turn, a message that outlived a restart, takes nobody else his', () => {
  const stage = new Stage();
  const [a, b, stale] = [stage.worker('a'), stage.worker('b'), stage.worker('stale')];
  stage.turns.ask(a);
  stage.turns.ask(b);
  stage.turns.leave(stale, 1);
  assert.deepEqual(stage.log, ['a']);
});

test('nothing is done while nobody waits', () => {
  const stage = new Stage();
  const a = stage.worker('a');
  stage.turns.ask(a);
  stage.turns.leave(a, 5);
  assert.equal(stage.isResting, false);
});

test('it goes before those that asked sooner, while others are still to have their share', () => {
  const stage = new Stage();
  const [a, b, c] = [stage.worker('a'), stage.worker('b'), stage.worker('c', { isUrgent: true })];
  for (const worker of [a, b, c]) stage.turns.ask(worker);
  stage.turns.leave(a, 100);
  assert.deepEqual(stage.log, ['a', 'c']);
  stage.turns.leave(c, 0);
  assert.deepEqual(stage.log, ['a', 'c', 'b']);
});
