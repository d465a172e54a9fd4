/**
 * The fifteen Savina programs that are run here, seven micro and eight concurrency: sizes, the work of
 * each message, and the answer that every implementation has to give. Ours and every peer's do the
 * same work, number for number.
 * Runs on: any.
 */

/**
 * Savina's default sizes.
 *
 * For all: the clock runs from before the first actor is spawned until the answer is there. An
 * actor that has done its part tells a collector and ends by itself (the collector is not the actor
 * that spawns). Random numbers are Savina's own generator (savina-random.ts) with Savina's seeds,
 * so all runs are equal. `answers.ts` computes the answers without actors.
 *
 *  1 ping-pong: ping tells pong, pong tells ping, one in flight: two messages a round (Savina's
 *    ping also tells itself; left out, as the ports do). Answer: [pings that pong received, pongs
 *    that ping received] = [40 000, 40 000].
 *  2 counting: a producer actor tells a counter actor `increment` N times, then asks for the total
 *    and passes it on. Answer: [1 000 000].
 *  3 fork-join-throughput: A actors, then N rounds of one message to each; per message sine(index
 *    of the message at that actor). Answer: [messages handled, by all] = [600 000].
 *  4 fork-join-create: N times: spawn an actor, tell it its index; it computes sine(index), tells
 *    the collector 1 and stops. Answer: [40 000].
 *  5 thread-ring: N actors learn their next one; ping(R) goes to the first; ping(k) sends ping(k -
 *    1); whoever gets ping(0) sends exit(N, 0); exit(k, sum) adds the pings that actor handled, and
 *    the last of N reports. Answer: [pings handled] = [100 001] (R hops make R + 1 receipts).
 *  6 chameneos: the mall spawns 100 chameneos, colour = index mod 3 (red, yellow, blue); each sends
 *    meet(colour, self). The mall holds one and hands the second's meet to it; that one takes the
 *    complement, sends change(colour) to the second, both count a meeting and send meet again.
 *    After 200 000 meetings the mall answers meet with exit, and each reports its count. Answer:
 *    [sum of counts] = [2 x 200 000].
 *  7 big: W actors get the list of all; each sends N pings, one in flight, to the actor next() mod
 *    W (generator seeded with its id; itself is allowed) and checks that the pong comes from there.
 *    When all have reported N, the sink sends exit, and each reports the pings it answered. Answer:
 *    [pings answered, pongs received] = [2 400 000, 2 400 000].
 *  8 concurrent-dictionary: 20 workers, each 10 000 operations one after another. Per operation
 *    three random numbers r1 r2 r3 (seed = id + 10 000 + 10): key = (r2 * 65 536 + r3) mod 524 287;
 *    write if r1 mod 100 < 10, else read. The preloaded table k -> k of Savina is virtual (a key
 *    not written reads as itself), so that no half million entries are copied; the value written is
 *    key + 524 287. Workers check: write answers its value, read answers key or key + 524 287.
 *    Answer: [replies, writes, distinct keys written].
 *  9 concurrent-sorted-list: 20 workers, each 8 000 operations. Per operation r1 r2 (seed = id + 8
 *    000 + 10 + 1): c = r1 mod 100; c < 1: size; c < 11: add r2; else contains r2. The list is a
 *    linked one, sorted, duplicates kept; contains walks to the end if it finds nothing, size walks
 *    it all. Answer: [replies, final size, sum of the items].
 * 10 bounded-buffer: a buffer actor, 40 producers of 1 000 items, 40 consumers. An item is
 *    processItem(previous, 25): 2 500 logarithms; a consumer does processItem(own + item, 25). The
 *    buffer tells a producer `produce` when fewer than 50 - 40 items wait, else keeps it until a
 *    consumer takes one. A producer told to produce after its last item reports its end. Answer:
 *    [items through the buffer, items consumed, sum of all consumers' values] = [40 000, 40 000,
 *    S]; S depends on the order of additions, so it may differ by 1e-9 of itself.
 * 11 dining-philosophers: 20 philosophers, 10 000 meals each; one arbitrator grants both forks or
 *    denies; a denied philosopher asks again at once. After a meal: done to the arbitrator, start
 *    to itself. Answer: [meals eaten, meals granted] = [200 000, 200 000]. The number of denials is
 *    free.
 * 12 sleeping-barber: a factory spawns 5 000 customers in one message, each followed by
 *    busyWait(next() mod 1 000 + 10); the room holds 1 000; a customer who is told `full` goes back
 *    to the factory, which sends it in again. The barber says start, busyWait(next() mod 1 000 +
 *    10), done. Both generators have the default seed. Answer: [haircuts, customers served, sum of
 *    all busyWait results].
 * 13 cigarette-smokers: the arbiter picks smoker r1 mod 200 with a busy wait of r2 mod 1 000 + 10
 *    (seed 1 000 * 200); a smoker first says that it started, then waits; the next round begins
 *    when the arbiter hears of the start. After 1 000 rounds all exit and report. Answer: [rounds,
 *    cigarettes smoked, sum of all busyWait results].
 * 14 logistic-map: 10 workers, each with its own computer (rate 3.46 + i * 0.0025, start term i *
 *    0.0025). The master tells each worker `next` 25 000 times, then `get`. A worker sends its term
 *    to the computer and handles nothing else (stash, selective receive, or ask) until the answer
 *    is there. Answer: [sum of the final terms, added in the order of the series], equal to the
 *    directly computed one with 0 error.
 * 15 bank-transaction: 1 000 accounts of 1 000 000 each, 50 000 transfers sent at once by a teller:
 *    source = r1 mod 800, target = source + max(1, r2 mod (1 000 - source)), amount = r3 mod 1 000
 *    (seed 123 456; whole numbers, since Savina's balances are too large for any check). The source
 *    tells the target to debit and handles nothing else until that answers; then it tells the
 *    teller. At the end all report. Answer: [transfers, sum of balances = 1 000 000 000, sum of
 *    index * balance].
 */
export const PARAMETERS = {
  'ping-pong': { pings: 40_000 },
  counting: { messages: 1_000_000 },
  'fork-join-throughput': { messages: 10_000, actors: 60 },
  'fork-join-create': { actors: 40_000 },
  'thread-ring': { actors: 100, hops: 100_000 },
  chameneos: { chameneos: 100, meetings: 200_000 },
  big: { actors: 120, pings: 20_000 },
  'concurrent-dictionary': { workers: 20, operations: 10_000, writePercent: 10, keys: 524_287 },
  'concurrent-sorted-list': { workers: 20, operations: 8_000, writePercent: 10, sizePercent: 1 },
  'bounded-buffer': {
    buffer: 50,
    producers: 40,
    consumers: 40,
    itemsPerProducer: 1_000,
    produceCost: 25,
    consumeCost: 25,
  },
  'dining-philosophers': { philosophers: 20, rounds: 10_000 },
  'sleeping-barber': { haircuts: 5_000, room: 1_000, productionRate: 1_000, haircutRate: 1_000 },
  'cigarette-smokers': { rounds: 1_000, smokers: 200, waitMax: 1_000 },
  'logistic-map': { terms: 25_000, series: 10, startRate: 3.46, increment: 0.0025 },
  'bank-transaction': {
    accounts: 1_000,
    transactions: 50_000,
    balance: 1_000_000,
    amountMax: 1_000,
    seed: 123_456,
  },
} as const;

/** The programs by name. */
export type Program = keyof typeof PARAMETERS;

/** Shortest busy wait of barber, factory and smokers; the random part comes on top. */
export const BUSY_WAIT_MIN = 10;
