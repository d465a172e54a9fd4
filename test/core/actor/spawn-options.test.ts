/** Spawn options with their defaults, and every fault of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseSpawnOptions,
  type SpawnOptions,
  UNBOUNDED,
} from '../../../core/actor/spawn-options.js';
import { LIMITS } from '../../../core/limits.js';

const defaults = { capacity: 100, bytes: 1_000 };
const parsed = (options: SpawnOptions) => parseSpawnOptions('counter', options, defaults);

test('what is not said is as the system has it', () => {
  assert.deepEqual(parsed({}), {
    name: undefined,
    capacity: 100,
    bytesMax: 1_000,
    overflow: 'reject',
    priorities: undefined,
    bound: 100,
  });
  assert.equal(
    parsed({}),
    parsed({ thread: 'main' }),
    'actors without wishes share their settings',
  );
  assert.deepEqual(parsed({ name: 'x', mailbox: { capacity: 5 } }), {
    ...parsed({}),
    name: 'x',
    capacity: 5,
    bound: 5,
  });
});

test('what is said counts, Infinity too', () => {
  const priorities = { urgent: 1 };
  const mailbox = {
    capacity: Infinity,
    bytes: Infinity,
    overflow: 'drop-oldest',
    priorities,
  } as const;
  assert.deepEqual(parsed({ mailbox }), {
    name: undefined,
    capacity: Infinity,
    bytesMax: Infinity,
    overflow: 'drop-oldest',
    priorities,
    bound: UNBOUNDED,
  });
});

test('a name is 1 to so many characters without "/" and "#"', () => {
  for (const name of [
    '',
    'a/b',
    'a#1',
    'x'.repeat(LIMITS.nameCharsMax + 1),
    5 as unknown as string,
  ]) {
    assert.throws(() => parsed({ name }), { code: 'ACTOR_NAME_INVALID' });
  }
  assert.equal(parsed({ name: 'x'.repeat(LIMITS.nameCharsMax) }).name?.length, LIMITS.nameCharsMax);
});

test('every fault of a mailbox is named at once', () => {
  const mailbox = { capacity: 1.5, bytes: 0, overflow: 'explode' as 'reject' };
  assert.throws(
    () => parsed({ mailbox }),
    (error: Error & { code?: string; details?: { faults: string[] } }) => {
      return (
        error.code === 'CONFIG_INVALID' &&
        error.details?.faults.length === 3 &&
        error.message.includes('"counter"')
      );
    },
  );
  for (const capacity of [0, -1, Number.NaN])
    assert.throws(() => parsed({ mailbox: { capacity } }), { code: 'CONFIG_INVALID' });
});
