/**
 * Reading what is stored: entities by id, pages of a list, all of it, and what has changed.
 * Runs on: main.
 */
import { expectEqual } from '../bench-error.js';
import { kept } from '../kept.js';
import { type Row, row } from '../row.js';
import { elapsedMs, perSecond } from '../timing.js';
import { host } from './host-entity.js';
import { entitiesAsked } from './sizes.js';
import { StockedPlatform } from './stocked-platform.js';
import { eidOf, nameOf, seeded } from './visits.js';

const READS = 20_000;
const PAGES = 50;
const PAGE_ROWS = 20;
const CHANGES_AT_ONCE = 500;
const described = { group: 'platform: reads', peers: {}, warmups: 1, rounds: 3 } as const;

const opened = kept(
  async () => {
    const entities = entitiesAsked();
    const stocked = await StockedPlatform.start({ entities, distribution: 'uniform' });
    await stocked.ingest(entities);
    return stocked;
  },
  (stocked) => stocked.stop(),
);

/** Printed in this order. */
export const readRows: readonly Row[] = [
  row({
    ...described,
    name: 'current values by id',
    unit: 'entities/s',
    better: 'higher',
    ours: async () => readsPerSecond(await opened()),
  }),
  row({
    ...described,
    name: `list, a page of ${PAGE_ROWS} by cursor`,
    unit: 'ms',
    better: 'lower',
    ours: async () => pageMs(await opened()),
  }),
  row({
    ...described,
    name: 'list, all entities',
    unit: 'entities/s',
    better: 'higher',
    ours: async () => listedPerSecond(await opened()),
  }),
  row({
    ...described,
    name: `changes, ${CHANGES_AT_ONCE} at a time by cursor`,
    unit: 'changes/s',
    better: 'higher',
    ours: async () => changesPerSecond(await opened()),
  }),
];

/** Entities read a second, drawn at random; each is the one asked for. */
export async function readsPerSecond({ platform }: StockedPlatform): Promise<number> {
  const hosts = platform.entity(host);
  const random = seeded(1);
  const entities = hosts.count();
  return perSecond(READS, async () => {
    for (let i = 0; i < READS; i++) {
      const entity = Math.floor(random() * entities);
      expectEqual('name read', hosts.values(eidOf(entity))?.name, nameOf(entity));
    }
  });
}

/** Mean of some pages, one after another from the first on. */
export async function pageMs({ platform }: StockedPlatform): Promise<number> {
  const entity = platform.model.entities.get(host.id)!;
  const at = Date.now();
  let cursor: string | undefined;
  let seen = 0;
  const ms = await elapsedMs(async () => {
    for (let page = 0; page < PAGES; page++) {
      const pages = platform.reader.list(entity, { cursor, skip: 0, limit: PAGE_ROWS, at });
      for await (const { rows, cursor: next } of pages!) {
        for (const { eid } of rows) expectEqual('entity of a page', eid, eidOf(seen++));
        cursor = next;
      }
    }
  });
  expectEqual('entities of all pages', seen, PAGES * PAGE_ROWS);
  return ms / PAGES;
}

export async function listedPerSecond({ platform }: StockedPlatform): Promise<number> {
  const hosts = platform.entity(host);
  const entities = hosts.count();
  let seen = 0;
  const rate = await perSecond(entities, async () => {
    for await (const { eid } of hosts.list()) {
      if (eid !== eidOf(seen++)) expectEqual('entity of the list', eid, eidOf(seen - 1));
    }
  });
  expectEqual('entities listed', seen, entities);
  return rate;
}

/** All changes since the folder was made, each piece by a reading of its own that goes on where the one before stood. */
async function changesPerSecond({ platform }: StockedPlatform): Promise<number> {
  const changes = (await platform.stats()).engine.tasksApplied;
  let seen = 0;
  const rate = await perSecond(changes, async () => {
    let cursor = 'start';
    for (;;) {
      const reading = platform.changes({ after: cursor });
      const items = await reading.take(CHANGES_AT_ONCE);
      await reading.return?.();
      if (items.length === 0) return;
      seen += items.length;
      cursor = reading.cursor;
    }
  });
  expectEqual('changes read', seen, changes);
  return rate;
}
