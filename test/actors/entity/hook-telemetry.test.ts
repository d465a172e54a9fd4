/**
 * Counters of hooks under DP³'s path names, and faults as they are kept and told.
 * Runs on: any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookFault } from '../../../actors/entity/hook.js';
import { HookFaultLog } from '../../../actors/entity/hook-fault-log.js';
import {
  createHookCounters,
  hookPath,
  hookReport,
  mergeHookReports,
} from '../../../actors/entity/hook-telemetry.js';
import { PLATFORM_LIMITS } from '../../../actors/limits.js';
import { jsonLogger } from '../../../core/index.js';
import { ManualClock } from '../../../core/internal.js';

test('the path of a hook is its family, its callback and its context', () => {
  const name = 'geo.onIp';
  assert.equal(
    hookPath({ type: 'on_new_plain', name, etype: 'host', attr: 'ip' }),
    'on_new_plain/geo.onIp/(host,ip)',
  );
  assert.equal(
    hookPath({ type: 'on_entity_creation', name, etype: 'host', attr: undefined }),
    'on_entity_creation/geo.onIp/(host)',
  );
  assert.equal(
    hookPath({ type: 'on_task_start', name, etype: undefined, attr: undefined }),
    'on_task_start/geo.onIp/()',
  );
});

test('parts of a path are escaped, but for the characters that DP³ leaves alone', () => {
  const path = hookPath({
    type: 'on_new_plain',
    name: "ge/o.on ip[0](a),b-c_d'*!~ž",
    etype: 'host',
    attr: 'ip',
  });
  assert.equal(path, 'on_new_plain/ge%2Fo.on%20ip[0](a),b-c_d%27%2A%21%7E%C5%BE/(host,ip)');
});

test('an allow hook reports its decisions, any other the tasks it made', () => {
  const counters = { ...createHookCounters(), executions: 3, durationNs: 10.6, createdTasks: 2 };
  const slot = { name: 'geo.h', etype: 'host', attr: undefined };
  const report = hookReport([
    { ...slot, type: 'on_entity_creation', counters },
    {
      ...slot,
      type: 'allow_entity_creation',
      counters: { ...counters, failures: 1, allowed: 1, denied: 1 },
    },
  ]);
  assert.deepEqual(report, {
    'on_entity_creation/geo.h/(host)/executions': 3,
    'on_entity_creation/geo.h/(host)/failures': 0,
    'on_entity_creation/geo.h/(host)/duration_ns': 11,
    'on_entity_creation/geo.h/(host)/created_tasks': 2,
    'allow_entity_creation/geo.h/(host)/executions': 3,
    'allow_entity_creation/geo.h/(host)/failures': 1,
    'allow_entity_creation/geo.h/(host)/duration_ns': 11,
    'allow_entity_creation/geo.h/(host)/decisions_allowed': 1,
    'allow_entity_creation/geo.h/(host)/decisions_denied': 1,
  });
});

test('reports of threads are added path by path', () => {
  assert.deepEqual(mergeHookReports([{ a: 1, b: 2 }, { b: 3, c: 4 }, {}]), { a: 1, b: 5, c: 4 });
});

const fault = (message: string, more: Partial<HookFault> = {}): HookFault => ({
  code: 'HOOK_FAILED',
  module: 'geo',
  hook: 'geo.onIp',
  type: 'on_new_plain',
  etype: 'host',
  eid: '192.0.2.1',
  attr: 'ip',
  taskId: '1',
  at: 0,
  message,
  error: undefined,
  ...more,
});

test('the last faults are kept, newest first, and all are counted', () => {
  const log = new HookFaultLog(new ManualClock());
  assert.deepEqual(log.recent(), []);
  const count = PLATFORM_LIMITS.hookFaultsKept + 10;
  for (let number = 1; number <= count; number++) log.record(fault(`${number}`));
  assert.equal(log.count, count);
  const recent = log.recent().map(({ message }) => Number(message));
  assert.equal(recent.length, PLATFORM_LIMITS.hookFaultsKept);
  assert.deepEqual(
    recent,
    recent.map((_, index) => count - index),
  );
});

test('a hook that fails the same way again and again is told once a second, with how often', () => {
  const lines: string[] = [];
  const clock = new ManualClock();
  const log = new HookFaultLog(clock);
  log.record(fault('before anybody listens'));
  log.speakTo(jsonLogger({ write: (line) => lines.push(line), wallNow: () => 0 }));
  clock.advance(PLATFORM_LIMITS.hookFaultQuietMs);
  for (let number = 0; number < 5; number++) log.record(fault(`${number}`));
  log.record(fault('another kind', { code: 'HOOK_TIMEOUT' }));
  clock.advance(PLATFORM_LIMITS.hookFaultQuietMs);
  log.record(fault('5'));
  const said = lines.map((line) => JSON.parse(line) as { msg: string; unsaid?: number });
  assert.deepEqual(
    said.map(({ msg, unsaid }) => [msg, unsaid]),
    [
      ['0', undefined],
      ['another kind', undefined],
      ['5', 4],
    ],
  );
});
