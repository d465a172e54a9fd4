/**
 * A probe: an actor that takes every message and keeps it, so that a test can say what it expects. In a test system
 * an expectation steps the system until it is met or nothing is left to step; in a real one it waits, with a deadline.
 * Runs on: main.
 */
import type { Terminated } from '../actor/actor-context.js';
import type { ActorRef } from '../actor/actor-ref.js';
import { defineActor } from '../actor/definition.js';
import { CodedError, textOf } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { ActorSystem } from '../system/actor-system.js';
import { TestSystem } from './test-system.js';

/** One message as the probe got it. */
export interface Probed {
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface TestProbe<P> {
  /** Give it to actors in place of the one under test's neighbour. */
  readonly ref: ActorRef<P>;
  /** Messages not yet expected, oldest first. */
  readonly pending: readonly Probed[];
  /** What the probe answers to asks of that name, until set again; undefined before. */
  answer(name: keyof P & string, value: unknown): void;
  /** The next message; with a name, it must be of that name. Rejects ASSERTION_FAILED. */
  expectMessage(name?: keyof P & string): Promise<Probed>;
  /** The next message of that name, passing over others. */
  fishFor(name: keyof P & string): Promise<Probed>;
  /** The next `count` messages. */
  receive(count: number): Promise<readonly Probed[]>;
  /** Nothing is pending and, in a test system, nothing comes until it is at rest. */
  expectNoMessage(): Promise<void>;
  /** Resolves with the end of an actor. */
  expectTerminated(ref: ActorRef<unknown>): Promise<Terminated>;
}

/** What a probe's actor and its test share: both are on main. */
interface Inbox {
  readonly messages: Probed[];
  readonly answers: Map<string, unknown>;
  arrived: () => void;
}

const inboxes = new Map<number, Inbox>();
let probes = 0;

const probeActor = defineActor(import.meta.url, 'troupe-test-probe', (_ctx, number: number) => {
  const inbox = inboxes.get(number) as Inbox;
  const handlerOf =
    (name: string) =>
    (...args: unknown[]) => {
      inbox.messages.push({ name, args });
      inbox.arrived();
      return inbox.answers.get(name);
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

/** A probe on the main thread of `system`. */
export function createProbe<P>(system: ActorSystem, name?: string): TestProbe<P> {
  const number = ++probes;
  const inbox: Inbox = { messages: [], answers: new Map(), arrived: () => {} };
  inboxes.set(number, inbox);
  const options = { thread: 'main', ...(name === undefined ? {} : { name }) } as const;
  const ref = system.spawn(probeActor(number), options) as unknown as ActorRef<P>;
  const next = async (): Promise<Probed> => {
    await waitFor(system, inbox, () => inbox.messages.length > 0, `a message to ${ref.path}`);
    return inbox.messages.shift() as Probed;
  };
  return {
    ref,
    get pending() {
      return inbox.messages;
    },
    answer: (handler, value) => {
      inbox.answers.set(handler, value);
    },
    expectMessage: async (expected) => {
      const message = await next();
      if (expected !== undefined && message.name !== expected)
        throw unexpected(ref.path, `"${expected}"`, message);
      return message;
    },
    fishFor: async (expected) => {
      for (;;) {
        const message = await next();
        if (message.name === expected) return message;
      }
    },
    receive: async (count) => {
      const received: Probed[] = [];
      while (received.length < count) received.push(await next());
      return received;
    },
    expectNoMessage: async () => {
      if (system instanceof TestSystem) await system.run();
      const [first] = inbox.messages;
      if (first !== undefined) throw unexpected(ref.path, 'no message', first);
    },
    expectTerminated: (target) => {
      const ended = system.terminated(target);
      return system instanceof TestSystem ? system.until(ended) : ended;
    },
  };
}

/** Steps, or waits for arrivals, until it holds. */
async function waitFor(
  system: ActorSystem,
  inbox: Inbox,
  holds: () => boolean,
  what: string,
): Promise<void> {
  if (system instanceof TestSystem) {
    while (!holds()) if (!(await system.step())) throw missing(what, 'the system came to rest');
    return;
  }
  if (holds()) return;
  await new Promise<void>((resolve, reject) => {
    const cancel = system.host.clock.after(LIMITS.testExpectMs, () =>
      reject(missing(what, `none came within ${LIMITS.testExpectMs} ms`)),
    );
    inbox.arrived = () => {
      inbox.arrived = () => {};
      cancel();
      resolve();
    };
  });
}

function missing(expected: string, got: string): CodedError {
  return new CodedError('ASSERTION_FAILED', `expected ${expected}, but ${got}`);
}

function unexpected(path: string, expected: string, got: Probed): CodedError {
  const args = got.args.map(textOf).join(', ');
  return new CodedError(
    'ASSERTION_FAILED',
    `expected ${expected} at ${path}, got "${got.name}"(${args})`,
    {
      details: { path, got: got.name },
    },
  );
}
