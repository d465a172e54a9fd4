import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DerivedRow, OutboxDelivery } from '../../../actors/entity/outbox-delivery.js';

/** An outbox, and ways to its targets that end as told. */
class Ways {
  readonly rows = new Map<number, DerivedRow[]>();
  readonly sent: string[] = [];
  readonly later: (() => void)[] = [];
  readonly settle: { readonly yes: () => void; readonly no: () => void }[] = [];
  readonly delivery = new OutboxDelivery({
    read: (target, from) =>
      (this.rows.get(target) ?? []).filter((row) => row.number >= from).slice(0, 2),
    send: (target, rows) => {
      this.sent.push(`${target}: ${rows.map(({ number }) => number)}`);
      return new Promise((resolve, reject) => {
        this.settle.push({ yes: resolve, no: () => reject(new Error('died')) });
      });
    },
    remove: (target, rows) => {
      const gone = new Set(rows.map(({ number }) => number));
      const left = (this.rows.get(target) ?? []).filter((row) => !gone.has(row.number));
      this.rows.set(target, left);
    },
    later: (_target, _attempt, then) => void this.later.push(then),
  });

  put(target: number, ...numbers: number[]): void {
    const rows = numbers.map((number) => ({ number, bytes: new Uint8Array() }));
    this.rows.set(target, [...(this.rows.get(target) ?? []), ...rows]);
    this.delivery.pending(target);
  }

  async settled(how: 'yes' | 'no'): Promise<void> {
    this.settle.shift()![how]();
    for (let turn = 0; turn < 5; turn++) await undefined;
  }
}

describe('the delivery of an outbox', () => {
  it('sends in order, one batch at a time to each target, until nothing is left', async () => {
    const ways = new Ways();
    ways.put(1, 1, 2, 3);
    ways.put(2, 4);
    ways.put(1, 5);
    assert.deepEqual(ways.sent, ['1: 1,2', '2: 4']);
    await ways.settled('yes');
    assert.deepEqual(ways.sent.at(-1), '1: 3,5');
    await ways.settled('yes');
    await ways.settled('yes');
    assert.deepEqual([...ways.rows.values()].flat(), []);
  });

  it('sends again what was not taken, and nothing before it', async () => {
    const ways = new Ways();
    ways.put(1, 1);
    await ways.settled('no');
    ways.put(1, 2);
    assert.deepEqual(ways.sent, ['1: 1']);
    ways.later.shift()!();
    assert.deepEqual(ways.sent.at(-1), '1: 1,2');
  });

  it('removes nothing, and sends nothing more, once it has stopped', async () => {
    const ways = new Ways();
    ways.put(1, 1);
    ways.delivery.stop();
    await ways.settled('yes');
    ways.put(1, 2);
    assert.deepEqual(ways.sent, ['1: 1']);
    assert.equal(ways.rows.get(1)?.length, 2);
  });
});
