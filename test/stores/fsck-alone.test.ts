/**
 * What an fsck finds of links in older history, of dead letters and of derived rows: each alone, and nothing else.
 * Runs on: main.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { encodeCursor } from '../../stores/cursor-codec.js';
import { type DeadLetter, encodeDeadLetter } from '../../stores/dead-letter-codec.js';
import { decodeEntry, encodeEntry, type Task } from '../../stores/entry-codec.js';
import type { Put } from '../../stores/environment.js';
import * as keys from '../../stores/keys.js';
import { FIRST_CURSOR } from '../../stores/lane.js';
import { numberRow } from '../../stores/number-row.js';
import { StoreFolder } from '../support/store-folder.js';
import { entry, found, here, MET, spoil, wholeFolder } from '../support/whole-folder.js';

let made = new StoreFolder();
afterEach(async () => {
  await made.remove();
  made = new StoreFolder();
});

/** Of a task for `eid` that was stored as number 1 of the lane from outside. */
function letter(more: Partial<DeadLetter> = {}, eid = 'a', etype = 0): DeadLetter {
  const sound = decodeEntry(entry(0).bytes);
  const task = { etype, eid, points: [] };
  return {
    reason: 'failed',
    message: 'expected the task to be applied',
    at: 1,
    seq: 3,
    entry: { ...sound, tasks: [task] },
    ...more,
  };
}

function spoiltLetter(bytes: Uint8Array) {
  return (partition: number) => {
    const [derived] = FIRST_CURSOR.lanes;
    const lanes = [derived, { low: 2, finished: [] }] as const;
    const cursor = encodeCursor({ ...FIRST_CURSOR, lanes, outboxNext: 2, deadLetterNext: 2 });
    return [
      { name: 'cursors', key: keys.partitionKey(partition), value: cursor, version: 2 },
      { name: 'deadLetters', key: keys.deadLetterKey(partition, 1), value: bytes },
    ];
  };
}

function spoiltRow(tasks: readonly Task[]) {
  const bytes = encodeEntry({ ...decodeEntry(entry(0).bytes), tasks });
  return (partition: number) => [
    { name: 'outbox', key: keys.outboxKey(partition, here('a').partition, 1), value: bytes },
  ];
}

const at = here('a').partition;
/** Somebody of another partition than `a`. */
const stranger = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].find((eid) => here(eid).partition !== at)!;
const derivedBy = (seq: number) => ({
  ...decodeEntry(entry(0).bytes),
  cause: { partition: at, seq },
  tasks: [{ etype: 0, eid: stranger, points: [] }],
});
const noRow = (eid: string) => ({
  name: 'links',
  key: keys.linkKey(here(eid), { etype: 0, attr: MET, eid: 'a' }),
});
const ALONE: Record<string, { puts: (partition: number) => object[]; finds: RegExp | undefined }> =
  {
    'an observed link without its row': {
      puts: () => [{ ...noRow('b'), value: undefined }],
      finds: /^link: host "a"\.met -> host "b" has no row there$/,
    },
    'a link in a chunk without its row': {
      puts: () => [{ ...noRow('c'), value: undefined }],
      finds: /^link: host "a"\.met -> host "c" has no row there$/,
    },
    'a link in a chunk whose row ends too early': {
      puts: () => [{ ...noRow('c'), value: numberRow(5) }],
      finds: /^link: host "a"\.met -> host "c" has a row there that ends before it$/,
    },
    'a row of a link that is no number': {
      puts: () => [{ ...noRow('c'), value: Buffer.from('x') }],
      finds: /^link: host "a"\.met -> host "c": /,
    },
    'nothing wrong with a dead letter of a task of here': {
      puts: spoiltLetter(encodeDeadLetter(letter())),
      finds: undefined,
    },
    'nothing wrong with a dead letter of what was derived too deep': {
      puts: spoiltLetter(encodeDeadLetter(letter({ reason: 'depth', entry: derivedBy(3) }))),
      finds: undefined,
    },
    'a dead letter of other bytes': {
      puts: spoiltLetter(Buffer.from('xy')),
      finds: /^dead letter: partition \d, dead letter 1: expected a dead letter, got 2 bytes/,
    },
    'a dead letter cut off in its head': {
      puts: spoiltLetter(encodeDeadLetter(letter()).subarray(0, 20)),
      finds: /^dead letter: .*: expected a dead letter, got 20 bytes/,
    },
    'a dead letter for a reason nobody gives': {
      puts: spoiltLetter(encodeDeadLetter(letter({ reason: 'boredom' as never }))),
      finds: /^dead letter: .*: expected a dead letter, got \d+ bytes/,
    },
    'a dead letter without a task': {
      puts: spoiltLetter(encodeDeadLetter(letter({ entry: { ...derivedBy(3), tasks: [] } }))),
      finds: /^dead letter: .*: expected a dead letter with one task, got one with 0$/,
    },
    'a dead letter of a task that was never stored': {
      puts: spoiltLetter(encodeDeadLetter(letter({ seq: 15 }))),
      finds: /^dead letter: .*: is about task 7 of lane 1, which ends at 1$/,
    },
    'a dead letter of a type the folder never had': {
      puts: spoiltLetter(encodeDeadLetter(letter({}, 'a', 9))),
      finds: /^dead letter: .*: expected a type of the folder, got 9$/,
    },
    'a dead letter in a partition that is not its own': {
      puts: spoiltLetter(encodeDeadLetter(letter({}, stranger))),
      finds: /^dead letter: .*: host "\w" belongs to partition \d$/,
    },
    'a dead letter of what another task derived': {
      puts: spoiltLetter(encodeDeadLetter(letter({ reason: 'budget', entry: derivedBy(5) }))),
      finds: /^dead letter: .*: was derived by another task than it says$/,
    },
    'nothing wrong with a derived row on its way': {
      puts: spoiltRow([{ etype: 0, eid: 'a', points: [] }]),
      finds: undefined,
    },
    'a derived row with a task of a type the folder never had': {
      puts: spoiltRow([{ etype: 4, eid: 'a', points: [] }]),
      finds: /^outbox: partition \d, row 1 for \d: expected a task of a type of the folder, got 4$/,
    },
    'a derived row with a task for another partition than it goes to': {
      puts: spoiltRow([{ etype: 0, eid: stranger, points: [] }]),
      finds: /^outbox: partition \d, row 1 for \d: host "\w" belongs to partition \d$/,
    },
  };

for (const [what, { puts, finds }] of Object.entries(ALONE)) {
  test(`${what} is found, and nothing else`, async () => {
    const folder = await wholeFolder(made);
    await spoil(folder, ...(puts(at) as Omit<Put, 'table'>[]));
    const all = await found(folder);
    assert.equal(all.length, finds === undefined ? 0 : 1, all.join('\n'));
    if (finds !== undefined) assert.match(all[0] ?? '', finds);
  });
}
