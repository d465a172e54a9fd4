/**
 * Savina 15 on our side; the rules are in parameters.ts. The paying account has the lower number,
 * so nobody waits in a circle.
 * Runs on: thread.
 */
import { type ActorRef, defineActor } from '../../core/index.js';
import { PARAMETERS } from './parameters.js';
import { SavinaRandom } from './savina-random.js';
import { type Collector, defineProgram } from './troupe-program.js';

interface Teller {
  start(accounts: ReadonlyArray<ActorRef<Account>>): Promise<void>;
  done(): void;
}
interface Account {
  credit(amount: number, target: ActorRef<Account>, teller: ActorRef<Teller>): Promise<void>;
  debit(amount: number): void;
  report(): void;
}

const parameters = PARAMETERS['bank-transaction'];
const { accounts: accountsMax, transactions } = parameters;
const SOURCES = Math.trunc(accountsMax / 10) * 8;

export const bankTransaction = defineProgram(
  import.meta.url,
  'bank-transaction',
  ({ ctx, place, placeFlooded, collector }) => {
    const sink = collector(accountsMax + 1);
    const accounts = Array.from({ length: accountsMax }, (_, index) =>
      ctx.spawn(account(index, sink), place(index)),
    );
    ctx.spawn(teller(sink), placeFlooded(0)).tell('start', accounts);
    return undefined;
  },
);

const teller = defineActor(
  import.meta.url,
  'bank-transaction.teller',
  (ctx, sink: ActorRef<Collector>): Teller => {
    const self = ctx.self<Teller>();
    const random = new SavinaRandom(parameters.seed);
    let accounts: ReadonlyArray<ActorRef<Account>> = [];
    let done = 0;
    return {
      async start(all) {
        accounts = all;
        for (let sent = 0; sent < transactions; sent++) {
          const from = random.below(SOURCES);
          const to = from + Math.max(1, random.below(accountsMax - from));
          const amount = random.below(parameters.amountMax);
          const source = accounts[from]!;
          const target = accounts[to]!;
          // Only the way to another thread is ever full.
          if (source.tell('credit', amount, target, self) !== 'accepted') {
            await source.send('credit', amount, target, self);
          }
        }
      },
      done() {
        if (++done < transactions) return;
        for (const one of accounts) one.tell('report');
        sink.tell('addEach', [done, 0, 0]);
        ctx.stop();
      },
    };
  },
);

const account = defineActor(
  import.meta.url,
  'bank-transaction.account',
  (ctx, index: number, sink: ActorRef<Collector>): Account => {
    let balance: number = parameters.balance;
    return {
      async credit(amount, target, teller) {
        // The way to another thread may be full of what the teller sends.
        await target.with({ whenFull: 'wait' }).ask('debit', amount);
        balance -= amount;
        if (teller.tell('done') !== 'accepted') await teller.send('done');
      },
      debit(amount) {
        balance += amount;
      },
      report() {
        sink.tell('addEach', [0, balance, index * balance]);
        ctx.stop();
      },
    };
  },
);
