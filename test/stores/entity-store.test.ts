/**
 * Lists: in order of ids whatever partition has them, from any point on, none twice and none left out.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Committer } from '../../stores/committer.js';
import { EntityStore } from '../../stores/entity-store.js';
import { partitionOf } from '../../stores/partition-of.js';
import { newRecord } from '../../stores/record.js';
import { StoreFolder } from '../support/store-folder.js';

const made = new StoreFolder();
after(() => made.remove());
const folder = await made.open();
const committer = new Committer(folder.environments);
const entities = new EntityStore(folder.environments);
let etypes = 0;

/** Stores entities of a type of their own; answers its number. */
async function store(eids: readonly (string | number)[]): Promise<number> {
  const etype = etypes++;
  const states = Array.from({ length: folder.partitions }, (_, i) => committer.open(i));
  for (const eid of eids) {
    const state = states[partitionOf(`type ${etype}`, eid, folder.partitions)]!;
    state.putRecord({ etype, eid }, newRecord(1));
  }
  await Promise.all(states.map((state) => state.commit()));
  return etype;
}

function pages(etype: number, countMax: number): (string | number)[] {
  const all: (string | number)[] = [];
  for (;;) {
    const found = entities.list(etype, folder.partitions, { after: all.at(-1), countMax });
    all.push(...found.map(({ eid }) => eid));
    if (found.length < countMax) return all;
  }
}

test('text ids are listed by code points, page by page', async () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(text, { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (eids, page) => {
        const etype = await store(eids);
        const sorted = [...eids].sort((a, b) => Buffer.compare(utf32(a), utf32(b)));
        assert.deepEqual(pages(etype, page), sorted);
      },
    ),
    { numRuns: 30 },
  );
});

test('integer ids are listed by value, negative ones first', async () => {
  const eids = [5, -5, 0, 2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 32, -(2 ** 32), 7, 300];
  const etype = await store(eids);
  assert.deepEqual(
    pages(etype, 4),
    [...eids].sort((a, b) => a - b),
  );
});

test('the entities of one partition are listed apart, and read where they are', async () => {
  const eids = Array.from({ length: 50 }, (_, i) => `host ${i}`);
  const etype = await store(eids);
  const found = [0, 1, 2, 3].flatMap((partition) =>
    entities.listOf(etype, partition, { countMax: 100 }).map(({ eid, record }) => {
      assert.equal(partitionOf(`type ${etype}`, eid, 4), partition);
      assert.equal(record().createdAt, 1);
      return eid;
    }),
  );
  assert.deepEqual(found.sort(), [...eids].sort());
  assert.deepEqual(entities.list(etype + 1, 4, { countMax: 5 }), []);
});

test('where an entity is never changes: it is part of what is stored', () => {
  const places = [
    partitionOf('ip', '192.168.0.1', 64),
    partitionOf('A', 5, 64),
    partitionOf('A', '5', 64),
  ];
  assert.deepEqual(places, PLACES);
});

/** Written down when the first data folder was made. A change of them loses every entity of every folder. */
const PLACES = [55, 47, 49];

function utf32(text: string): Buffer {
  const points = [...text].map((one) => one.codePointAt(0)!);
  const bytes = Buffer.alloc(4 * points.length);
  for (const [i, point] of points.entries()) bytes.writeUInt32BE(point, 4 * i);
  return bytes;
}
