/** What a folder remembers of erasures. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { restingPort } from '../../actors/control/cli/resting-target.js';
import { hasCode } from '../../core/index.js';
import {
  type AcceptedErasure,
  type AskedErasure,
  createModel,
  type EraseLedger,
  eraseCut,
  fsck,
  LANES,
  NO_COUNTS,
  readEraseLedger,
  STORE_LIMITS,
  writeEraseLedger,
} from '../../stores/internal.js';
import { StoreFolder } from '../support/store-folder.js';

let store = new StoreFolder();
afterEach(async () => {
  await store.remove();
  store = new StoreFolder();
});

const ASKED: AskedErasure = { id: 1, etype: 0, name: 'person', eid: 'ann', askedAt: 5 };
const ACCEPTED: AcceptedErasure = {
  ...{ ...ASKED, id: 2, partition: 1 },
  cuts: [
    [3, 4],
    [5, 9],
  ],
};

describe('the ledger of erasures', () => {
  it('is empty at first, and what was written after', async () => {
    const { environments } = await store.open();
    const empty = readEraseLedger(environments.state);
    assert.deepEqual(empty, { next: 1, asked: [], accepted: [], ended: [] });
    const ledger: EraseLedger = { next: 3, asked: [ASKED], accepted: [ACCEPTED], ended: [] };
    await writeEraseLedger(environments.state, ledger);
    environments.refresh();
    assert.deepEqual(readEraseLedger(environments.state), ledger);
  });

  it('forgets the oldest of those that are done', async () => {
    const { environments } = await store.open();
    const count = STORE_LIMITS.erasuresKept + 1;
    const done = { name: 'person', askedAt: 0, endedAt: 1, counts: NO_COUNTS };
    const ended = Array.from({ length: count }, (_, id) => ({ id, ...done }));
    await writeEraseLedger(environments.state, { next: count, asked: [], accepted: [], ended });
    environments.refresh();
    assert.deepEqual(readEraseLedger(environments.state).ended, ended.slice(1));
  });

  it('is shown of a folder at rest, which takes no more; an fsck counts what is not done', async () => {
    const model = createModel([
      { entity: { id: 'person', name: 'Person', snapshot: true }, attribs: {} },
    ]);
    assert(!Array.isArray(model));
    const { environments } = await store.open({ model });
    const ledger = { next: 3, asked: [ASKED], accepted: [ACCEPTED], ended: [] };
    await writeEraseLedger(environments.state, ledger);
    const folder = await store.open({ isReadOnly: true });
    const port = restingPort(folder);
    assert.deepEqual(
      port.erasures().map(({ id, state }) => [id, state]),
      [
        ['2', 'accepted'],
        ['1', 'asked'],
      ],
    );
    await assert.rejects(port.erase('person', 'ann'), (e) => hasCode(e, 'NODE_UNREACHABLE'));
    const { findings, counts } = await fsck(folder);
    assert.deepEqual([findings, counts['erasures not done']], [[], 2]);
  });
});

describe('what is newer than an erasure', () => {
  it('begins at the cut of its partition and lane', () => {
    assert.equal(eraseCut(ACCEPTED, 0, LANES.external), 4);
    assert.equal(eraseCut(ACCEPTED, 1, LANES.derived), 5);
  });

  it('is nothing while there are no cuts', () => {
    assert.equal(eraseCut({ ...ACCEPTED, cuts: [] }, 1, LANES.external), Infinity);
  });
});
