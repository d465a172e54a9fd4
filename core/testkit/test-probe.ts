/**
 * A probe: an actor that takes every message and keeps it, so that a test can say what it expects. In a test system
 * an expectation steps the system until it is met or nothing is left to step; in a real one it waits, with a deadline.
 * Runs on: main.
 */
import type { Terminated } from '../actor/actor-context.js';
import type { ActorRef } from '../actor/actor-ref.js';
import { defineActor } from '../actor/definition.js';
import { textOf } from '../errors.js';
import type { ActorSystem } from '../system/actor-system.js';
import { Arrivals, type ExpectOptions, unmet } from './expecting.js';
import { TestSystem } from './test-system.js';

/** One message as the probe got it. */
export interface Probed {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Answers it, if it was asked and its name has no standing answer. */
  reply(value: unknown): void;
}

export interface TestProbe<P> {
  /** Give it to actors in place of the one under test's neighbour. */
  readonly ref: ActorRef<P>;
  /** Messages not yet expected, oldest first. */
  readonly pending: readonly Probed[];
  /** The standing answer to asks of that name. Without one an ask waits for {@link reply}. */
  answer(name: keyof P & string, value: unknown): void;
  /** Answers the message expected last. */
  reply(value: unknown): void;
  /** The next message; with a name, it must be of that name. Rejects ASSERTION_FAILED. */
  expectMessage(name?: keyof P & string, options?: ExpectOptions): Promise<Probed>;
  /** The next message of that name, or that the function accepts, passing over others. */
  fishFor(
    wanted: (keyof P & string) | ((message: Probed) => boolean),
    options?: ExpectOptions,
  ): Promise<Probed>;
  /** The next `count` messages. */
  receive(count: number, options?: ExpectOptions): Promise<readonly Probed[]>;
  /** Nothing is pending, and nothing comes until a test system is at rest, or for so long. */
  expectNoMessage(options?: ExpectOptions): Promise<void>;
  /** Watches an actor from now on. */
  watch(ref: ActorRef<unknown>): void;
  /** The end of an actor, watched from now on if it was not before. All it had sent the probe is then pending. */
  expectTerminated(ref: ActorRef<unknown>, options?: ExpectOptions): Promise<Terminated>;
}

/** A probe on the main thread of `system`. */
export function createProbe<P>(system: ActorSystem, name?: string): TestProbe<P> {
  const inbox = new Inbox();
  const number = ++probes;
  inboxes.set(number, inbox);
  const options = { thread: 'main', ...(name === undefined ? {} : { name }) } as const;
  const ref = system.spawn(probeActor(number), options) as unknown as ActorRef<P>;
  return new Probe(system, ref, inbox);
}

/** What a probe's actor and its test share: both are on main. */
class Inbox {
  readonly messages: Probed[] = [];
  readonly ends: Terminated[] = [];
  readonly answers = new Map<string, unknown>();
  readonly arrivals = new Arrivals();
  readonly watched: ActorRef<unknown>[] = [];
  /** Set once the actor has started. */
  watch: ((ref: ActorRef<unknown>) => void) | undefined = undefined;
}

const inboxes = new Map<number, Inbox>();
let probes = 0;

const probeActor = defineActor(import.meta.url, 'troupe-test-probe', (ctx, number: number) => {
  const inbox = inboxes.get(number) as Inbox;
  ctx.onStop((reason) => {
    if (reason === 'stop') inboxes.delete(number);
  });
  inbox.watch = (ref) => {
    ctx.watch(ref, (end) => {
      inbox.ends.push(end);
      inbox.arrivals.come();
    });
  };
  for (const ref of inbox.watched) inbox.watch(ref);
  const handlerOf =
    (name: string) =>
    (...args: unknown[]): unknown => {
      const answer = ctx.defer();
      inbox.messages.push({ name, args, reply: (value) => answer.resolve(value) });
      if (inbox.answers.has(name)) answer.resolve(inbox.answers.get(name));
      inbox.arrivals.come();
      return answer;
    };
  // Every name is a handler: own properties are looked up one by one, and there is none to list.
  return new Proxy({} as Record<string, (...args: unknown[]) => unknown>, {
    get: (_target, name) => handlerOf(String(name)),
    getOwnPropertyDescriptor: (_target, name) => ({
      configurable: true,
      enumerable: false,
      value: handlerOf(String(name)),
    }),
    has: () => true,
  });
});

class Probe<P> implements TestProbe<P> {
  readonly ref: ActorRef<P>;
  readonly #system: ActorSystem;
  readonly #inbox: Inbox;
  #last: Probed | undefined = undefined;

  constructor(system: ActorSystem, ref: ActorRef<P>, inbox: Inbox) {
    this.#system = system;
    this.ref = ref;
    this.#inbox = inbox;
  }

  get pending(): readonly Probed[] {
    return this.#inbox.messages;
  }

  answer(name: keyof P & string, value: unknown): void {
    this.#inbox.answers.set(name, value);
  }

  reply(value: unknown): void {
    if (this.#last === undefined)
      throw unmet(this.#system, 'expected a message to reply to, got none yet');
    this.#last.reply(value);
  }

  async expectMessage(name?: keyof P & string, options?: ExpectOptions): Promise<Probed> {
    const message = await this.#next(options, name === undefined ? 'a message' : `"${name}"`);
    if (name !== undefined && message.name !== name) throw this.#unexpected(`"${name}"`, message);
    return message;
  }

  async fishFor(
    wanted: (keyof P & string) | ((message: Probed) => boolean),
    options?: ExpectOptions,
  ): Promise<Probed> {
    const isWanted =
      typeof wanted === 'function' ? wanted : (message: Probed) => message.name === wanted;
    const what = typeof wanted === 'function' ? 'a message like that' : `"${wanted}"`;
    for (;;) {
      const message = await this.#next(options, what);
      if (isWanted(message)) return message;
    }
  }

  async receive(count: number, options?: ExpectOptions): Promise<readonly Probed[]> {
    const { messages, arrivals } = this.#inbox;
    const what = `${count} messages at ${this.ref.path}`;
    await arrivals.until(this.#system, () => messages.length >= count, what, options);
    const received = messages.splice(0, count);
    this.#last = received.at(-1);
    return received;
  }

  async expectNoMessage(options: ExpectOptions = {}): Promise<void> {
    const { messages, arrivals } = this.#inbox;
    const { withinMs = 0 } = options;
    if (this.#system instanceof TestSystem) await this.#system.advance(withinMs);
    else await arrivals.within(this.#system, () => messages.length > 0, withinMs);
    const [first] = messages;
    if (first !== undefined) throw this.#unexpected('no message', first);
  }

  watch(ref: ActorRef<unknown>): void {
    const { watched, watch } = this.#inbox;
    if (watched.some((known) => known.equals(ref))) return;
    watched.push(ref);
    watch?.(ref);
  }

  async expectTerminated(ref: ActorRef<unknown>, options?: ExpectOptions): Promise<Terminated> {
    this.watch(ref);
    const { ends, arrivals } = this.#inbox;
    const find = (): Terminated | undefined => ends.find((end) => end.ref.equals(ref));
    const what = `the end of ${ref.path} at ${this.ref.path}`;
    await arrivals.until(this.#system, () => find() !== undefined, what, options);
    return find() as Terminated;
  }

  async #next(options: ExpectOptions | undefined, what: string): Promise<Probed> {
    const { messages, arrivals } = this.#inbox;
    const where = `${what} at ${this.ref.path}`;
    await arrivals.until(this.#system, () => messages.length > 0, where, options);
    this.#last = messages.shift() as Probed;
    return this.#last;
  }

  #unexpected(expected: string, got: Probed): Error {
    const args = got.args.map(textOf).join(', ');
    return unmet(
      this.#system,
      `expected ${expected} at ${this.ref.path}, got "${got.name}"(${args})`,
    );
  }
}
