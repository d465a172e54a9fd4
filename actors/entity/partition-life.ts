/**
 * One partition after another in one actor. A full disk is no fault of the actor's: what it stopped waits here for room and
 * begins anew, without a failure that a supervisor would tell, again and again, of every partition there is.
 *
 *   partition ── STORE_FULL ──▶ rests: what comes is refused as STORE_FULL ── room? ──▶ the next one, from what is stored
 *       │                                         ▲                    └─ no: asked again later ─┘
 *       └────── any other fault ──▶ thrown: the supervisor begins the actor anew
 *
 * Runs on: thread.
 */
import type { ActorContext, Deferred } from '../../core/index.js';
import { systemClock } from '../../core/internal.js';
import { type Lane, roomFault } from '../../stores/internal.js';
import type { Intake } from './hosted-intakes.js';
import { Partition } from './partition.js';
import type { ThreadKit } from './thread-kit.js';

/** While a partition rests: nothing is stored, and whoever sends may come again. */
const FULL_INTAKE: Intake = { append: (_entry, _request, settled) => settled('full') };

/** Somebody waits for tasks to be applied: by this partition or the next. */
interface AppliedWait {
  readonly lane: Lane;
  readonly number: number;
  readonly reply: Deferred<void>;
}

/** A value, or the answer that a handler gives later. */
export type Answered<T> = T | Deferred<T>;

export interface PartitionLifeOptions {
  readonly ctx: ActorContext;
  readonly kit: ThreadKit;
  readonly number: number;
  /** Has the actor's mailbox call {@link PartitionLife.work}; false when it could not. */
  readonly wakeUp: () => boolean;
}

export class PartitionLife {
  readonly #options: PartitionLifeOptions;
  readonly #intake: Intake = { ...FULL_INTAKE };
  readonly #replies = new Set<Deferred<unknown>>();
  readonly #waits = new Set<AppliedWait>();
  #partition: Partition;
  /** Why it rests. */
  #full: Error | undefined;
  #resting: Promise<void> = Promise.resolve();
  /** Times it has looked for room since it was well. */
  #looks = 0;
  #begunAtMs = 0;
  #isStopped = false;

  constructor(options: PartitionLifeOptions) {
    this.#options = options;
    this.#partition = this.#open();
  }

  /** True while it rests. */
  get isFull(): boolean {
    return this.#full !== undefined;
  }

  start(): void {
    this.#begunAtMs = systemClock.now();
    this.#partition.start();
  }

  /** Answers when the promise has; what fails it is the asker's, the partition hears by itself. */
  later<T>(take: (partition: Partition) => Promise<T>): Deferred<T> {
    if (this.#full !== undefined) return this.#refused(this.#full);
    this.#partition.check();
    const promise = take(this.#partition);
    const reply = this.#options.ctx.defer<T>();
    this.#replies.add(reply);
    promise.then(
      (value) => {
        if (this.#replies.delete(reply)) reply.resolve(value);
      },
      (error: unknown) => {
        if (this.#replies.delete(reply)) reply.reject(error);
      },
    );
    return reply;
  }

  /** Answers now. */
  atOnce<T>(take: (partition: Partition) => T): Answered<T> {
    if (this.#full !== undefined) return this.#refused(this.#full);
    this.#partition.check();
    return take(this.#partition);
  }

  /** Answered when all tasks of the lane up to that number are applied and stored, by whichever partition. */
  applied(lane: Lane, number: number): undefined | Deferred<void> {
    let wait: AppliedWait | undefined;
    if (this.#full === undefined) {
      this.#partition.check();
      if (this.#partition.whenApplied(lane, number, () => this.#applied(wait))) return undefined;
    }
    wait = { lane, number, reply: this.#options.ctx.defer<void>() };
    this.#waits.add(wait);
    return wait.reply;
  }

  /** Called by the actor's mailbox. */
  work(): void {
    if (this.#full !== undefined) return;
    this.#partition.check();
    this.#partition.work();
  }

  /** Resolves when nothing of it is on its way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const { kit, number } = this.#options;
    kit.intakes.close(number, this.#intake);
    if (this.#full === undefined) await this.#partition.stop();
    else await this.#resting;
  }

  #open(): Partition {
    const { ctx, kit, number, wakeUp } = this.#options;
    return new Partition(ctx, kit, number, { wakeUp, full: (error) => this.#rest(error) });
  }

  #rest(error: Error): void {
    if (this.#isStopped) return;
    this.#full = error;
    for (const reply of this.#replies) reply.reject(error);
    this.#replies.clear();
    const { ctx, kit, number } = this.#options;
    const { diskQuietMs } = kit.init.limits;
    if (systemClock.now() - this.#begunAtMs > diskQuietMs) this.#looks = 0;
    this.#resting = this.#partition.stop().then(() => {
      if (this.#isStopped || ctx.abortSignal.aborted) return;
      kit.intakes.open(number, this.#intake);
      this.#lookLater();
    });
  }

  #lookLater(): void {
    const { ctx, kit } = this.#options;
    const { diskRetryMs, diskRetryMsMax } = kit.init.limits;
    const ms = Math.min(diskRetryMsMax, diskRetryMs * 2 ** Math.min(this.#looks++, 20));
    ctx.timers.after('room', ms, () => this.#look());
  }

  /** Free bytes are no promise that a commit finds room: then it rests again, and for longer. */
  #look(): void {
    const { kit, number } = this.#options;
    if (roomFault(kit.init.dir, { rows: 1, bytes: 0 }) !== undefined) return this.#lookLater();
    kit.intakes.close(number, this.#intake);
    this.#full = undefined;
    kit.words.addRestart(number);
    this.#partition = this.#open();
    this.start();
    for (const wait of this.#waits) {
      const { lane, number: until } = wait;
      if (this.#partition.whenApplied(lane, until, () => this.#applied(wait))) this.#applied(wait);
    }
  }

  #applied(wait: AppliedWait | undefined): void {
    if (wait === undefined) return;
    this.#waits.delete(wait);
    wait.reply.resolve();
  }

  #refused<T>(error: Error): Deferred<T> {
    const reply = this.#options.ctx.defer<T>();
    reply.reject(error);
    return reply;
  }
}
