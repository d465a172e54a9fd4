/** The books of a supervisor: order, names, and what it tells whom. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellCommand, CellHost } from '../../../core/actor/cell-host.js';
import { Child, Children, type Supervisor } from '../../../core/actor/children.js';
import type { SupervisionOptions } from '../../../core/actor/supervision.js';
import { seededRandom } from '../../../core/random.js';
import { ManualClock } from '../../../core/testkit/manual-clock.js';

class Named extends Child {
  readonly generation = 1;
  readonly thread = 0;
  constructor(
    readonly slot: number,
    readonly path: string,
  ) {
    super();
  }
}

/** Children a, b and c of a supervisor; `said` is what was told to whom. */
function scene(supervision: SupervisionOptions = {}) {
  const clock = new ManualClock();
  const said: string[] = [];
  const host = {
    clock,
    random: seededRandom(1),
    childFailed: () => {},
    command: (child: Child, command: CellCommand) => {
      said.push(
        `${child.path} ${command.type}${command.type === 'stop' ? ` ${command.reason}` : ''}`,
      );
    },
  } as unknown as CellHost;
  const supervisor: Supervisor = {
    host,
    path: '/boss',
    supervision,
    escalate: (child, error) =>
      said.push(`${child.path} escalated ${(error as { code?: string }).code ?? error.message}`),
    childless: () => said.push('childless'),
  };
  const children = new Children(supervisor);
  const [a, b, c] = ['a', 'b', 'c'].map((name, slot) => new Named(slot, name)) as [
    Named,
    Named,
    Named,
  ];
  for (const child of [a, b, c]) children.add(child, child.path, undefined);
  const fail = (
    child: Child,
    phase: 'start' | 'handle' | 'restart' | 'thread' = 'handle',
  ): string[] => {
    said.length = 0;
    children.failed(child, {
      error: new Error('oops'),
      child: child.path,
      handler: 'x',
      phase,
      restarts: 0,
    });
    return [...said];
  };
  const paths = (): string[] => [...children].map(({ path }) => path);
  return { children, clock, said, a, b, c, fail, paths };
}

test('children are kept in the order they were started, by name too', () => {
  const { children, a, b, c, paths } = scene();
  assert.deepEqual(paths(), ['a', 'b', 'c']);
  assert.equal(children.named('b'), b);
  assert.throws(() => children.checkName('b'), { code: 'ACTOR_NAME_TAKEN' });
  children.checkName(undefined);
  children.remove(b, 'b');
  children.remove(b, 'b');
  children.checkName('b');
  assert.deepEqual([paths(), children.count, children.has(b)], [['a', 'c'], 2, false]);
  children.remove(a, 'a');
  children.add(b, 'b', undefined);
  children.remove(c, 'c');
  assert.deepEqual(paths(), ['b']);
});

test('whoever waits for the end of a child hears when its name is free', () => {
  const { children, b } = scene();
  const heard: boolean[] = [];
  children.whenEnded(b.slot, () => heard.push(children.named('b') === undefined));
  children.remove(b, 'b');
  children.remove(b, 'b');
  assert.deepEqual(heard, [true]);
});

test('all are stopped, the last started first, and the last to end says so', () => {
  const { children, a, b, c, said } = scene();
  assert.equal(children.stopAll('stop'), false);
  assert.deepEqual(said, ['c stop stopped', 'b stop stopped', 'a stop stopped']);
  for (const child of [b, a, c]) children.remove(child, child.path);
  assert.equal(said.at(-1), 'childless');
  assert.equal(said.filter((one) => one === 'childless').length, 1);
  assert.equal(children.stopAll('stop'), true);
  const late = new Named(9, 'late');
  children.add(late, undefined, undefined);
  assert.equal(said.at(-1), 'late stop stopped');
});

test('a strategy says who is restarted with the failed', () => {
  for (const [strategy, expected] of [
    ['one-for-one', ['b restart']],
    ['all-for-one', ['a restart', 'b restart', 'c restart']],
    ['rest-for-one', ['b restart', 'c restart']],
  ] as const) {
    const { b, fail } = scene({ strategy });
    assert.deepEqual(fail(b), expected);
  }
});

test('a directive is obeyed; what a child was spawned with overrides it', () => {
  const { children, a, fail } = scene({ decide: 'stop' });
  assert.deepEqual(fail(a), ['a stop failed']);
  const other = new Named(8, 'other');
  children.add(other, undefined, { decide: 'resume' });
  assert.deepEqual(fail(other), ['other resume']);
  assert.deepEqual(
    fail(other, 'restart'),
    ['other restart'],
    'there is nothing to resume where no handlers are',
  );
});

test('a held back restart happens when its time has come, unless the child has ended or is stopped', () => {
  const supervision = { backoffMinMs: 100, backoffJitter: 0 };
  const { clock, b, said, fail } = scene(supervision);
  assert.deepEqual(fail(b), ['b restart']);
  assert.deepEqual(fail(b), []);
  clock.advance(99);
  assert.deepEqual(said, []);
  clock.advance(1);
  assert.deepEqual(said, ['b restart']);
  for (const end of ['remove', 'stop'] as const) {
    const other = scene(supervision);
    other.fail(other.b);
    other.fail(other.b);
    if (end === 'remove') other.children.remove(other.b, 'b');
    else other.children.stopAll('stop');
    other.said.length = 0;
    other.clock.advance(1_000);
    assert.deepEqual(other.said, []);
  }
});

test('a supervisor that gives up fails in the childs stead; if it goes on, so does the child', () => {
  const { children, b, c, said, fail } = scene({ decide: 'escalate' });
  assert.deepEqual(fail(b), ['b escalated oops']);
  fail(c, 'restart');
  said.length = 0;
  children.resumeEscalated();
  assert.deepEqual(said, ['b resume', 'c restart']);
  said.length = 0;
  children.resumeEscalated();
  assert.deepEqual(said, []);
  const spent = scene({ restartsMax: 0 });
  assert.deepEqual(spent.fail(spent.a), ['a escalated RESTARTS_EXHAUSTED']);
});

test('a child that fails while all are stopped is stopped', () => {
  const { children, b, fail } = scene();
  children.stopAll('stop');
  assert.deepEqual(fail(b), ['b stop stopped']);
  children.reopen();
  assert.deepEqual(fail(b), ['b restart']);
});
