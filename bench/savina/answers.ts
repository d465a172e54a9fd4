/**
 * The answers of the Savina programs, computed without actors by following the rules in
 * parameters.ts. Every implementation is checked against them after every run.
 * Runs on: any.
 */
import { BenchError } from '../bench-error.js';
import { BUSY_WAIT_MIN, PARAMETERS, type Program } from './parameters.js';
import { SavinaRandom } from './savina-random.js';
import { busyWait, processItem } from './work.js';

/** What a program answers: the numbers that parameters.ts lists for it. */
export type Answer = readonly number[];

/** Part of the bounded buffer's sum by which it may differ: its additions come in any order. */
const SUM_TOLERANCE = 1e-9;

const compute: Readonly<Record<Program, () => Answer>> = {
  'ping-pong': () => [PARAMETERS['ping-pong'].pings, PARAMETERS['ping-pong'].pings],
  counting: () => [PARAMETERS.counting.messages],
  'fork-join-throughput': () => {
    const { messages, actors } = PARAMETERS['fork-join-throughput'];
    return [messages * actors];
  },
  'fork-join-create': () => [PARAMETERS['fork-join-create'].actors],
  'thread-ring': () => [PARAMETERS['thread-ring'].hops + 1],
  chameneos: () => [PARAMETERS.chameneos.meetings * 2],
  big: () => {
    const { actors, pings } = PARAMETERS.big;
    return [actors * pings, actors * pings];
  },
  'concurrent-dictionary': dictionaryAnswer,
  'concurrent-sorted-list': sortedListAnswer,
  'bounded-buffer': boundedBufferAnswer,
  'dining-philosophers': () => {
    const { philosophers, rounds } = PARAMETERS['dining-philosophers'];
    return [philosophers * rounds, philosophers * rounds];
  },
  'sleeping-barber': sleepingBarberAnswer,
  'cigarette-smokers': cigaretteSmokersAnswer,
  'logistic-map': logisticMapAnswer,
  'bank-transaction': bankTransactionAnswer,
};

const computed = new Map<Program, Answer>();

/** The right answer of `program`, computed once. */
export function expectedAnswer(program: Program): Answer {
  const known = computed.get(program);
  if (known !== undefined) return known;
  const answer = compute[program]();
  computed.set(program, answer);
  return answer;
}

/** Throws BenchError ANSWER_WRONG, naming program and both answers, unless `answer` is right. */
export function checkAnswer(program: Program, answer: Answer): void {
  const expected = expectedAnswer(program);
  const isRight =
    answer.length === expected.length &&
    answer.every((number, index) => isEqual(program, index, number, expected[index]!));
  if (isRight) return;
  throw new BenchError(
    'ANSWER_WRONG',
    `${program}: expected ${expected.join(', ')}, got ${answer.join(', ') || 'nothing'}`,
  );
}

function isEqual(program: Program, index: number, number: number, expected: number): boolean {
  if (program !== 'bounded-buffer' || index !== 2) return number === expected;
  return Math.abs(number - expected) <= Math.abs(expected) * SUM_TOLERANCE;
}

function dictionaryAnswer(): Answer {
  const { workers, operations, writePercent, keys } = PARAMETERS['concurrent-dictionary'];
  const written = new Set<number>();
  let writes = 0;
  for (let id = 0; id < workers; id++) {
    const random = new SavinaRandom(id + operations + writePercent);
    for (let done = 0; done < operations; done++) {
      const isWrite = random.below(100) < writePercent;
      const high = random.next();
      const key = (high * 65_536 + random.next()) % keys;
      if (!isWrite) continue;
      writes++;
      written.add(key);
    }
  }
  return [workers * operations, writes, written.size];
}

function sortedListAnswer(): Answer {
  const { workers, operations, writePercent, sizePercent } = PARAMETERS['concurrent-sorted-list'];
  let size = 0;
  let sum = 0;
  for (let id = 0; id < workers; id++) {
    const random = new SavinaRandom(id + operations + writePercent + sizePercent);
    for (let done = 0; done < operations; done++) {
      const choice = random.below(100);
      const value = random.next();
      if (choice < sizePercent || choice >= sizePercent + writePercent) continue;
      size++;
      sum += value;
    }
  }
  return [workers * operations, size, sum];
}

function boundedBufferAnswer(): Answer {
  const p = PARAMETERS['bounded-buffer'];
  const items = p.producers * p.itemsPerProducer;
  let total = 0;
  let item = 0;
  for (let index = 0; index < p.itemsPerProducer; index++) {
    item = processItem(item, p.produceCost);
    total += item * p.producers;
  }
  return [items, items, total + processItem(0, p.consumeCost) * items];
}

function sleepingBarberAnswer(): Answer {
  const { haircuts, productionRate, haircutRate } = PARAMETERS['sleeping-barber'];
  const factory = new SavinaRandom();
  const barber = new SavinaRandom();
  let waits = 0;
  for (let index = 0; index < haircuts; index++) {
    waits += busyWait(factory.below(productionRate) + BUSY_WAIT_MIN);
    waits += busyWait(barber.below(haircutRate) + BUSY_WAIT_MIN);
  }
  return [haircuts, haircuts, waits];
}

function cigaretteSmokersAnswer(): Answer {
  const { rounds, smokers, waitMax } = PARAMETERS['cigarette-smokers'];
  const random = new SavinaRandom(rounds * smokers);
  let waits = 0;
  for (let round = 0; round < rounds; round++) {
    random.next();
    waits += busyWait(random.below(waitMax) + BUSY_WAIT_MIN);
  }
  return [rounds, rounds, waits];
}

function logisticMapAnswer(): Answer {
  const { terms, series, startRate, increment } = PARAMETERS['logistic-map'];
  let sum = 0;
  for (let index = 0; index < series; index++) {
    const rate = startRate + index * increment;
    let term = index * increment;
    for (let done = 0; done < terms; done++) term = rate * term * (1 - term);
    sum += term;
  }
  return [sum];
}

function bankTransactionAnswer(): Answer {
  const p = PARAMETERS['bank-transaction'];
  const balances = new Array<number>(p.accounts).fill(p.balance);
  const random = new SavinaRandom(p.seed);
  const sources = Math.trunc(p.accounts / 10) * 8;
  for (let done = 0; done < p.transactions; done++) {
    const source = random.below(sources);
    const target = source + Math.max(1, random.below(p.accounts - source));
    const amount = random.below(p.amountMax);
    balances[source]! -= amount;
    balances[target]! += amount;
  }
  const sum = balances.reduce((total, balance) => total + balance, 0);
  const weighted = balances.reduce((total, balance, index) => total + index * balance, 0);
  return [p.transactions, sum, weighted];
}
