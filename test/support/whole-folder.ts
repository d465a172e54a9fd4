/**
 * A small data folder that is in order, and ways to spoil it, for tests of what an fsck finds.
 * Runs on: main.
 */
import { Committer } from '../../stores/committer.js';
import { encodeEntry } from '../../stores/entry-codec.js';
import { type Append, EntryLog } from '../../stores/entry-log.js';
import type { Put } from '../../stores/environment.js';
import type { Folder } from '../../stores/folder.js';
import { fsck } from '../../stores/fsck.js';
import { LANES } from '../../stores/lane.js';
import { partitionOf } from '../../stores/partition-of.js';
import type { PartitionState } from '../../stores/partition-state.js';
import { type EntityRecord, type Item, newRecord } from '../../stores/record.js';
import { createModel, type Model } from '../../stores/schema/model.js';
import type { StoreFolder } from './store-folder.js';

const model = createModel([
  {
    entity: { id: 'host', id_data_type: 'string', name: 'Host', snapshot: false },
    attribs: {
      peer: { name: 'Peer', description: '', type: 'plain', data_type: 'link<host>' },
      seen: {
        name: 'Seen',
        description: '',
        type: 'observations',
        data_type: 'int',
        history_params: { pre_validity: '0', post_validity: '0', aggregate: false },
      },
      met: {
        name: 'Met',
        description: '',
        type: 'observations',
        data_type: 'link<host>',
        history_params: { pre_validity: '0', post_validity: '0', aggregate: false },
      },
    },
  },
]) as Model;
/** Numbers of its attributes. */
export const PEER = 0;
export const SEEN = 1;
export const MET = 2;
/** Where a host is. */
export const here = (eid: string) => ({ etype: 0, partition: partitionOf('host', eid, 4), eid });
const item = (t1: number, v: unknown = 1): Item => {
  return { t1, t2: t1 + 1, v, c: 1, seq: 2, weight: 1 };
};
/** `a` links to `b`, met `b` and, long ago, `c`; a task was done and one row derived and taken. All in order. */
export async function wholeFolder(made: StoreFolder): Promise<Folder> {
  const folder = await made.open({ model });
  const log = new EntryLog(folder.environments);
  const committer = new Committer(folder.environments);
  await log.append(entry(here('a').partition)).flushed;
  await change(committer, 'a', (state) => {
    state.putRecord({ etype: 0, eid: 'a' }, linking('b'));
    state.putChunk({ etype: 0, eid: 'a' }, SEEN, { t1: 5, no: 0, items: [item(5)] });
    const met = item(5, { eid: 'c' });
    state.putChunk({ etype: 0, eid: 'a' }, MET, { t1: 5, no: 0, items: [met] });
    state.addCount(0, 1);
    const [derived] = state.cursor.lanes;
    state.moveCursor({
      ...state.cursor,
      lanes: [derived, { low: 2, finished: [] }],
      outboxNext: 2,
    });
  });
  await change(committer, 'b', (state) => {
    state.putRecord({ etype: 0, eid: 'b' }, newRecord(1));
    state.addCount(0, 1);
    state.putLink({ etype: 0, eid: 'b' }, { etype: 0, attr: PEER, eid: 'a' }, Infinity);
    state.putLink({ etype: 0, eid: 'b' }, { etype: 0, attr: MET, eid: 'a' }, 51);
  });
  await change(committer, 'c', (state) => {
    state.putLink({ etype: 0, eid: 'c' }, { etype: 0, attr: MET, eid: 'a' }, 6);
    state.moveCursor(state.cursor);
  });
  return folder;
}

function linking(target: string): EntityRecord {
  const record = newRecord(1);
  record.plain.set(PEER, { v: { eid: target }, at: 1, seq: 3 });
  record.items.set(SEEN, [item(50)]);
  const bounds = { t1Min: 5, t1Max: 5, t2Max: 6, spanMaxMs: 1 };
  record.spilled.set(SEEN, { next: 1, chunks: 1, items: 1, ...bounds });
  record.items.set(MET, [item(50, { eid: 'b' })]);
  record.spilled.set(MET, { next: 1, chunks: 1, items: 1, ...bounds });
  return record;
}

/** A task for `a` from outside. */
export function entry(partition: number): Append {
  const task = { etype: 0, eid: 'a', points: [] };
  const origin = { by: 'api' } as const;
  const head = { receivedAt: 1, schema: 1, origin, cause: undefined, depth: 0, budget: 0 };
  return {
    partition,
    lane: LANES.external,
    bytes: encodeEntry({ ...head, tasks: [task] }),
    tasks: 1,
  };
}

async function change(
  committer: Committer,
  eid: string,
  what: (state: PartitionState) => void,
): Promise<void> {
  const state = committer.open(here(eid).partition);
  what(state);
  await state.commit();
}

/** Writes rows past everything that keeps them in step. */
export async function spoil(folder: Folder, ...puts: Omit<Put, 'table'>[]): Promise<void> {
  const { log, state } = folder.environments;
  const of = (name: string) =>
    name in log.tables && name !== 'meta'
      ? { environment: log, table: log.tables[name as 'entries'] }
      : { environment: state, table: state.tables[name as 'records'] };
  for (const { key, value, name, version } of puts as (Put & { name: string })[]) {
    const { environment, table } = of(name);
    const put = { table, key, value, ...(version === undefined ? {} : { version }) };
    await environment.write(() => ({ puts: [put] }));
  }
}

/** What an fsck finds. */
export async function found(folder: Folder): Promise<string[]> {
  return (await fsck(folder)).findings.map(({ kind, text }) => `${kind}: ${text}`);
}
