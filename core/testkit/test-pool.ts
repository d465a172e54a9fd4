/**
 * A pool whose threads are logical: the same ThreadServer as in a real pool thread, on an event loop of its own that
 * is drawn from. Calls to and from it are things that happen, one by one, like frames.
 *
 *   main ── control lane ──▶ ThreadServer            main ◀── answer lane, call lane ── ThreadServer
 *
 * Runs on: any.
 */
import type { Clock } from '../clock.js';
import { CodedError } from '../errors.js';
import type { Logger } from '../logger.js';
import { seededRandom } from '../random.js';
import type { ActorHost } from '../threads/actor-host.js';
import { importModule } from '../threads/import-module.js';
import { type MainControl, type ThreadControl, ThreadServer } from '../threads/thread-control.js';
import type { PoolThread } from '../threads/thread-pool.js';
import { cutOff } from './death.js';
import type { Interleaving } from './interleaving.js';
import type { CallLane } from './lane.js';
import { LogicalThread } from './logical-thread.js';

export interface TestPoolOptions {
  readonly interleaving: Interleaving;
  readonly time: Clock;
  readonly main: LogicalThread;
  readonly control: MainControl;
  readonly logger: Logger;
  readonly onReady: () => void;
  /** Called with each new host, before it does anything. */
  readonly prepare: (host: ActorHost) => void;
}

export class TestPool {
  readonly #options: TestPoolOptions;
  readonly threads = new Set<TestThread>();
  #started = 0;

  constructor(options: TestPoolOptions) {
    this.#options = options;
  }

  start(): TestThread {
    const thread = new TestThread(this.#options, `new${this.#started++}`);
    this.threads.add(thread);
    void thread.gone.then(() => this.threads.delete(thread));
    return thread;
  }

  async destroy(): Promise<void> {
    for (const thread of this.threads) thread.kill('the system has stopped');
  }
}

export class TestThread implements PoolThread {
  readonly loop: LogicalThread;
  readonly control: ThreadControl;
  readonly gone: Promise<Error | undefined>;
  readonly #options: TestPoolOptions;
  readonly #server: ThreadServer;
  /** To the thread. */
  readonly #orders: CallLane;
  /** To main: answers, and calls. */
  readonly #answers: CallLane;
  readonly #calls: CallLane;
  readonly #outstanding = new Set<(error: Error) => void>();
  #resolveGone: (error: Error | undefined) => void = () => {};
  #doom: Error | undefined = undefined;

  constructor(options: TestPoolOptions, label: string) {
    const { interleaving, time, main, onReady } = options;
    this.#options = options;
    this.loop = new LogicalThread(label, time, onReady);
    this.#orders = this.loop.addLane('order');
    this.#answers = main.addLane(`answer-of-${label}`);
    this.#calls = main.addLane(`call-of-${label}`);
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    this.#server = this.#serve();
    this.loop.onDoom = () => this.die(this.#doom);
    this.loop.isInHandler = () => this.host?.running.cell !== undefined;
    this.control = this.#controlOf(this.#server);
    interleaving.add(this.loop);
  }

  get host(): ActorHost | undefined {
    return this.loop.isDead ? undefined : this.#server.host;
  }

  /** At once; or, in the middle of a step of its own, at the end of that. */
  kill(reason: string): void {
    this.doom(reason, 0);
    if (this.#options.interleaving.current !== this.loop) this.endStep();
  }

  /** Lets it die in the middle of a step: at its look at the clock after `looks` more. */
  doom(reason: string, looks: number): void {
    this.#doom = new CodedError('THREAD_DIED', `a thread died: ${reason}`);
    this.loop.looksLeft = looks;
  }

  /** After a step: dies if it was killed meanwhile. */
  endStep(): void {
    if (this.loop.looksLeft <= 0) this.die(this.#doom);
  }

  /** Its tasks vanish, its channels close after what was sent; main hears of it in a step of its own. */
  die(error: Error | undefined): void {
    if (this.loop.isDead) return;
    const { host } = this;
    this.loop.die();
    this.#options.interleaving.remove(this.loop);
    if (host !== undefined) cutOff(host);
    this.#calls.push(() => this.#lost(error));
    this.#calls.push(() => {
      this.#options.main.removeLane(this.#calls);
      this.#resolveGone(error);
    });
  }

  /** What it had answered when it ended in order is still heard. */
  #lost(error: Error | undefined): void {
    while (error === undefined && this.#answers.isReady) this.#answers.next();
    this.#options.main.removeLane(this.#answers);
    this.#answers.clear();
    for (const reject of this.#outstanding)
      reject(new CodedError('THREAD_DIED', 'the thread has ended'));
    this.#outstanding.clear();
  }

  #serve(): ThreadServer {
    const { control, logger } = this.#options;
    const { clock, executor, transport } = this.loop;
    return new ThreadServer({
      clock,
      executor,
      importModule,
      transportFor: () => transport,
      loggerFor: () => logger,
      randomFor: (seed) => seededRandom(seed),
      connect: (from, to, memory, end) => this.#call(() => control.connect(from, to, memory, end)),
      handlerNamed: (thread, number, name) =>
        this.#call(() => control.handlerNamed(thread, number, name)),
      // There is one real thread, which has it.
      imported: () => {},
      ended: () => this.#ended(),
    });
  }

  #call(fn: () => Promise<void>): void {
    if (!this.loop.isDead) this.#calls.push(() => void fn());
  }

  /** Ended in order: the answer to that must still be heard. */
  #ended(): void {
    this.loop.executor.later(() => this.die(undefined));
  }

  #controlOf(server: ThreadServer): ThreadControl {
    return {
      preload: (urls) => this.#order(() => server.preload(urls)),
      become: (init) =>
        this.#order(async () => {
          this.loop.label = String(init.thread);
          await server.become(init);
          this.#options.prepare(server.host as ActorHost);
        }),
      accept: (from, epoch, memory, end) =>
        this.#order(() => server.accept(from, epoch, memory, end)),
      died: (thread, unsent, ending) => this.#order(() => server.died(thread, unsent, ending)),
      ended: (slots) => this.#order(() => server.ended(slots)),
      reachable: (thread) => this.#order(() => server.reachable(thread)),
      back: (thread) => this.#order(() => server.back(thread)),
      holdBack: (thread) => this.#order(() => server.holdBack(thread)),
      pause: (deadlineMs) => this.#order(() => server.pause(deadlineMs)),
      vacate: (deadlineMs) => this.#order(() => server.vacate(deadlineMs)),
      leave: () => this.#order(() => server.leave()),
      closeIntake: () => this.#order(() => server.closeIntake()),
      isQuiet: () => this.#order(() => server.isQuiet()),
      inspect: () => this.#order(() => server.inspect()),
      end: () => this.#order(() => server.end()),
    };
  }

  /** Happens on the thread in a step of its own; its answer comes in a step of main. */
  #order<T>(fn: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.loop.isDead) return reject(new CodedError('THREAD_DIED', 'the thread has ended'));
      this.#outstanding.add(reject);
      const answer = (settle: () => void): void => {
        if (this.loop.isDead) return;
        this.#answers.push(() => {
          this.#outstanding.delete(reject);
          settle();
        });
      };
      this.#orders.push(() => {
        fn().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });
  }
}
