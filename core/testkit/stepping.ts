/**
 * What a test system is made of: its time, its main thread's loop, its pool, and the draws from the seed that step
 * them. One step may also let a thread die, now or in the middle of one of its next steps.
 * Runs on: any.
 */
import type { SystemConfig } from '../config.js';
import { type Random, seededRandom } from '../random.js';
import type { SystemParts } from '../system/actor-system.js';
import type { ActorHost } from '../threads/actor-host.js';
import { forceCodec } from './forced-codec.js';
import { Interleaving } from './interleaving.js';
import { LogicalThread } from './logical-thread.js';
import { ManualClock } from './manual-clock.js';
import { TestPool } from './test-pool.js';

export interface SteppingOptions {
  readonly forceCodec?: boolean | undefined;
  readonly runsItself?: boolean | undefined;
}

/** A turn goes on after a message with a likelihood of (this - 1) / this. */
const TURN_MESSAGES = 4;
/** A doomed thread looks at the clock at most so often before it dies. */
const DOOM_LOOKS = 8;

export class Stepping {
  readonly clock = new ManualClock();
  readonly interleaving: Interleaving;
  readonly main: LogicalThread;
  readonly runsItself: boolean;
  pool: TestPool | undefined = undefined;
  onReady: () => void = () => {};
  /** How likely a thread is doomed at a step. */
  deaths = 0;
  readonly #isCodecForced: boolean;
  readonly #random: Random;

  constructor(
    readonly seed: number | string,
    options: SteppingOptions,
  ) {
    this.runsItself = options.runsItself ?? true;
    this.#isCodecForced = options.forceCodec ?? true;
    this.#random = seededRandom(seed);
    this.interleaving = new Interleaving(this.#random);
    this.main = new LogicalThread('0', this.clock, () => this.onReady());
    this.interleaving.add(this.main);
  }

  partsFor(config: SystemConfig): SystemParts {
    const { main, interleaving, clock } = this;
    const makePool: SystemParts['pool'] = (control) => {
      this.pool = new TestPool({
        interleaving,
        time: clock,
        main,
        control,
        logger: config.logger,
        onReady: () => this.onReady(),
        prepare: (host) => this.prepare(host),
      });
      return this.pool;
    };
    return {
      clock: main.clock,
      executor: main.executor,
      transport: main.transport,
      passMs: 0,
      pool: config.threads + config.spareThreads === 0 ? undefined : makePool,
    };
  }

  /** A new host: how many messages its turns handle is drawn too. */
  prepare(host: ActorHost): void {
    if (this.#isCodecForced) forceCodec(host);
    const { isPassOver } = host;
    host.isPassOver = () => this.#random.int(TURN_MESSAGES) === 0 && isPassOver.call(host);
  }

  /** False when nothing can happen. */
  step(): boolean {
    const hasHappened = this.interleaving.step();
    const threads = [...(this.pool?.threads ?? [])];
    for (const thread of threads) thread.endStep();
    if (hasHappened && this.deaths > 0 && this.#random.next() < this.deaths) this.#letDie();
    return hasHappened;
  }

  #letDie(): void {
    const serving = [...(this.pool?.threads ?? [])].filter(({ host }) => host !== undefined);
    if (serving.length === 0) return;
    const thread = this.#random.pick(serving);
    this.interleaving.note(`kill ${thread.loop.label}`);
    thread.doom('the seed wanted it', this.#random.int(2) * this.#random.int(DOOM_LOOKS));
    thread.endStep();
  }
}
