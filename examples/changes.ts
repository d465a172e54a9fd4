/**
 * A copy of what a platform holds, kept by reading its changes: the reader keeps one word beside its copy, the cursor, and
 * goes on from there after a restart; what happened while it was away is told then.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlatform, type Platform } from '../actors/index.js';
import { defineEntity, plain } from '../stores/index.js';

const host = defineEntity('host', { id: 'string', attributes: { name: plain('string') } });

const data = join(tmpdir(), `troupe-changes-${process.pid}`);
const start = (): Promise<Platform> =>
  createPlatform({ data, entities: [host], threads: 1, changes: { keptMax: 100_000 } });

/** What a reader keeps: in a file or a database of its own, both in one write. */
const copy = { names: new Map<string, string>(), cursor: 'start' };

/** Brings the copy up to date; a change told twice, after a crash of ours, would do no harm. */
async function follow(platform: Platform): Promise<number> {
  const hosts = platform.entity(host);
  const reading = platform.changes({ etypes: ['host'], after: copy.cursor });
  let told = 0;
  for (;;) {
    const changes = await reading.take(100);
    if (changes.length === 0) return told;
    for (const change of changes) {
      // More happened than is kept: here one would read everything once.
      if (change.type === 'gap') continue;
      const eid = String(change.eid);
      if (change.type === 'deleted') copy.names.delete(eid);
      else copy.names.set(eid, hosts.values(eid)?.name ?? '');
    }
    told += changes.length;
    copy.cursor = reading.cursor;
  }
}

const first = await start();
const hosts = first.entity(host);
await hosts.set('a', 'name', 'alpha', { isAwaited: true });
await hosts.set('b', 'name', 'beta', { isAwaited: true });
assert.equal(await follow(first), 2);
// Nobody reads this before the platform stops.
await hosts.set('b', 'name', 'bravo', { isAwaited: true });
await first.delete('host', 'a', { isAwaited: true });
await first.stop();

const second = await start();
await second.entity(host).set('c', 'name', 'charlie', { isAwaited: true });
assert.equal(await follow(second), 3);
assert.deepEqual(Object.fromEntries(copy.names), { b: 'bravo', c: 'charlie' });
assert.equal(await follow(second), 0);
await second.stop();
await rm(data, { recursive: true });
console.log(`the copy holds ${[...copy.names.values()].join(' and ')}`);
