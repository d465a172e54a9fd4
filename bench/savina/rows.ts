/**
 * The rows of the Savina programs, in the order in which they are printed: seven micro, eight
 * concurrency. The budgets are parts of Erlang's time: 0.4 x its time is 2.5 times better.
 * Runs on: main.
 */
import type { Budget, Row } from '../row.js';
import { bankTransaction } from './bank-transaction.js';
import { big } from './big.js';
import { boundedBuffer } from './bounded-buffer.js';
import { chameneos } from './chameneos.js';
import { cigaretteSmokers } from './cigarette-smokers.js';
import { concurrentDictionary } from './concurrent-dictionary.js';
import { concurrentSortedList } from './concurrent-sorted-list.js';
import { counting } from './counting.js';
import { diningPhilosophers } from './dining-philosophers.js';
import { forkJoinCreate } from './fork-join-create.js';
import { forkJoinThroughput } from './fork-join-throughput.js';
import { logisticMap } from './logistic-map.js';
import { pingPong } from './ping-pong.js';
import { sleepingBarber } from './sleeping-barber.js';
import { threadRing } from './thread-ring.js';
import { programRows } from './troupe-rows.js';

export const rows: readonly Row[] = [
  ...programRows('ping-pong', pingPong, ofErlang(0.4, 0.25)),
  ...programRows('counting', counting, ofErlang(1, 0.7)),
  ...programRows('fork-join-throughput', forkJoinThroughput, ofErlang(0.9, 0.6)),
  ...programRows('fork-join-create', forkJoinCreate, ofErlang(0.8, 0.5)),
  ...programRows('thread-ring', threadRing, ofErlang(0.4, 0.25)),
  ...programRows('chameneos', chameneos, ofErlang(0.8, 0.5)),
  ...programRows('big', big, ofErlang(0.4, 0.25)),
  ...programRows('concurrent-dictionary', concurrentDictionary),
  ...programRows('concurrent-sorted-list', concurrentSortedList),
  ...programRows('bounded-buffer', boundedBuffer),
  ...programRows('dining-philosophers', diningPhilosophers),
  ...programRows('sleeping-barber', sleepingBarber),
  ...programRows('cigarette-smokers', cigaretteSmokers),
  ...programRows('logistic-map', logisticMap),
  ...programRows('bank-transaction', bankTransaction),
];

/** At most so many times Erlang's time. */
function ofErlang(must: number, want: number): Budget {
  return { peer: 'erlang', must: 1 / must, want: 1 / want };
}
