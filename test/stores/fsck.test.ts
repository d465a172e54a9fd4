/**
 * What an fsck finds: each thing that can be wrong by its kind, and nothing where nothing is.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { EntryLog } from '../../stores/entry-log.js';
import type { Put } from '../../stores/environment.js';
import { fsck } from '../../stores/fsck.js';
import * as keys from '../../stores/keys.js';
import { LANES } from '../../stores/lane.js';
import { numberRow } from '../../stores/number-row.js';
import { outboxSource } from '../../stores/outbox.js';
import { newRecord } from '../../stores/record.js';
import { encodeRecord } from '../../stores/record-codec.js';
import { StoreFolder } from '../support/store-folder.js';
import { entry, found, here, PEER, SEEN, spoil, wholeFolder } from '../support/whole-folder.js';

let made = new StoreFolder();
afterEach(async () => {
  await made.remove();
  made = new StoreFolder();
});

test('a folder in order has no findings, open or closed, and its contents are counted', async () => {
  const folder = await wholeFolder(made);
  const report = await fsck(folder);
  assert.deepEqual([report.findings, report.findingsMore], [[], 0]);
  const counts = { entries: 1, records: 2, chunks: 2, links: 3, 'link rows': 3 };
  assert.deepEqual(report.counts, counts);
  await folder.close();
  assert.deepEqual(await fsck(folder.dir), report);
});

const record = (eid: string, value: Uint8Array | undefined) => {
  return { name: 'records', key: keys.entityKey(here(eid)), value };
};
const SPOILED: Record<string, { puts: (partition: number) => object[]; finds: RegExp[] }> = {
  'a record of other bytes': {
    puts: () => [record('b', Buffer.from('nothing'))],
    finds: [/^record: host "b": expected a record/],
  },
  'a record in a partition that is not its own': {
    puts: () => {
      const partition = (here('b').partition + 1) % 4;
      const key = keys.entityKey({ ...here('b'), partition });
      const value = encodeRecord(newRecord(1));
      return [
        { name: 'records', key, value },
        {
          name: 'counts',
          key: keys.countKey(0, partition),
          value: numberRow(partition === here('a').partition ? 2 : 1),
        },
      ];
    },
    finds: [/^place: host "b" is in partition \d, and belongs to \d$/],
  },
  'a count that is not the number of records': {
    puts: () => [
      { name: 'counts', key: keys.countKey(0, here('b').partition), value: numberRow(7) },
    ],
    finds: [/^count: host in partition \d: 7 counted, \d there$/],
  },
  'a link without its row': {
    puts: () => [
      {
        name: 'links',
        key: keys.linkKey(here('b'), { etype: 0, attr: PEER, eid: 'a' }),
        value: undefined,
      },
    ],
    finds: [/^link: host "a"\.peer -> host "b" has no row there$/],
  },
  'a row whose source does not say so': {
    puts: () => [
      {
        name: 'links',
        key: keys.linkKey(here('b'), { etype: 0, attr: PEER, eid: 'b' }),
        value: numberRow(1),
      },
    ],
    finds: [/^link: a row under host "b" says host "b"\.peer, which does not$/],
  },
  'a row whose source is not there': {
    puts: () => [
      {
        name: 'links',
        key: keys.linkKey(here('b'), { etype: 0, attr: PEER, eid: 'z' }),
        value: numberRow(1),
      },
    ],
    finds: [/^link: a row under host "b" says host "z"\.peer, which is not there$/],
  },
  'a chunk that is lost': {
    puts: () => [{ name: 'history', key: keys.chunkKey(here('a'), SEEN, 5, 0), value: undefined }],
    finds: [/^history: host "a", attribute 1: expected 1 items in 1 chunks, got 0 in 0$/],
  },
  'a chunk of an entity that is not there': {
    puts: () => [
      { name: 'history', key: keys.chunkKey(here('y'), SEEN, 5, 0), value: Buffer.from('any') },
    ],
    finds: [/^history: a chunk of host "y", which is not there$/],
  },
  'a chunk that the record does not know': {
    puts: () => [
      { name: 'history', key: keys.chunkKey(here('a'), PEER, 5, 0), value: Buffer.from('bad') },
    ],
    finds: [/^history: host "a", chunk 0: /],
  },
  'a tombstone of an entity that is there': {
    puts: () => [{ name: 'tombstones', key: keys.entityKey(here('b')), value: numberRow(1) }],
    finds: [/^record: host "b" is there, and has a tombstone$/],
  },
  'an entry of other bytes': {
    puts: (partition) => [
      {
        name: 'entries',
        key: keys.entryKey(partition, LANES.external, 1),
        value: Buffer.from('x'),
      },
    ],
    finds: [/^log: partition \d, lane 1, entry 1: /],
  },
  'an entry beyond the tail': {
    puts: (partition) => [
      { name: 'entries', key: keys.entryKey(partition, LANES.external, 2), value: entry(0).bytes },
    ],
    finds: [/^log: partition \d, lane 1: ends at 3, its tail is 2$/],
  },
  'a cursor beyond the log': {
    puts: (partition) => [
      {
        name: 'tails',
        key: keys.laneKey(partition, LANES.external),
        value: numberRow(0),
        version: 1,
      },
    ],
    finds: [
      /^log: .*its tail is 1$/,
      /^cursor: partition \d, lane 1: 1 is done, the log ends at 0$/,
    ],
  },
  'a cursor of other bytes': {
    puts: (partition) => [
      { name: 'cursors', key: keys.partitionKey(partition), value: Buffer.from('x'), version: 9 },
    ],
    finds: [/^cursor: partition \d: expected the cursor/],
  },
  'a row taken that was never given': {
    puts: (partition) => [
      { name: 'marks', key: keys.markKey(partition, outboxSource(partition)), value: numberRow(2) },
    ],
    finds: [/^mark: partition \d took 2 of outbox\/\d, which gave 1$/],
  },
  'a dead letter with a number that was never given': {
    puts: (partition) => [
      { name: 'deadLetters', key: keys.deadLetterKey(partition, 5), value: Buffer.from('x') },
    ],
    finds: [/^cursor: partition \d, dead letter 5: never given$/],
  },
  'a derived row with a number that was never given': {
    puts: (partition) => [
      { name: 'outbox', key: keys.outboxKey(partition, 1, 9), value: entry(0).bytes },
    ],
    finds: [/^outbox: partition \d, row 9 for 1: never given$/],
  },
  'a request that would be remembered for ever': {
    puts: (partition) => [
      {
        name: 'requests',
        key: keys.requestKey(partition, new Uint8Array(32)),
        value: numberRow(1),
      },
    ],
    finds: [/^request: partition \d: request 0{64} would never be forgotten$/],
  },
};

for (const [what, { puts, finds }] of Object.entries(SPOILED)) {
  test(`${what} is found, and named`, async () => {
    const folder = await wholeFolder(made);
    await spoil(folder, ...(puts(here('a').partition) as Omit<Put, 'table'>[]));
    const all = await found(folder);
    for (const pattern of finds)
      assert.ok(
        all.some((one) => pattern.test(one)),
        all.join('\n'),
      );
  });
}

test('while there is work left links are not compared, since rows may be on their way', async () => {
  const folder = await wholeFolder(made);
  const row = keys.linkKey(here('b'), { etype: 0, attr: PEER, eid: 'a' });
  await spoil(folder, { name: 'links', key: row, value: undefined } as never);
  await new EntryLog(folder.environments).append(entry(0)).flushed;
  const report = await fsck(folder);
  assert.deepEqual(report.findings, []);
  assert.equal(report.counts['partitions whose links were not checked, as there is work left'], 4);
});

test('a page of a closed folder that was overwritten is found before anything is mapped', async () => {
  const folder = await wholeFolder(made);
  await folder.close();
  const path = join(folder.dir, 'state', 'data.mdb');
  const bytes = readFileSync(path);
  const file = openSync(path, 'r+');
  // From behind the two headers on: whichever pages are in use are among them.
  writeSync(file, Buffer.alloc(bytes.length - 8_192, 1), 0, bytes.length - 8_192, 8_192);
  const { findings } = await fsck(folder.dir);
  assert.equal(findings[0]?.kind, 'file');
  assert.match(findings[0]?.text ?? '', /cut off or damaged/);
  assert.equal(statSync(path).size, bytes.length);
});
