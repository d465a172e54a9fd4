/**
 * What a fuzzed system may and may not do, kept beside it: every message that actors of it and its program send is
 * stamped here, every one handled is reported here, and so are watches, ends and answers. A breach is thrown where
 * it happens and kept, since the runtime takes what handlers throw for a failure of the actor.
 */
import assert from 'node:assert/strict';
import { type ActorRef, group, hasCode, type ThreadChoice, type Told } from '../../core/index.js';
import type { ActorHost } from '../../core/threads/actor-host.js';

/** One incarnation of one actor; the program is `main`. */
export interface Life {
  readonly key: string;
  readonly life: number;
}

/** Numbers the messages of one life to one actor. */
export interface Stamp {
  readonly from: string;
  readonly fromLife: number;
  readonly number: number;
}

interface Watch {
  readonly watcher: Life;
  readonly target: string;
  times: number;
  notices: number;
}

/** Without deadlines: what is not answered is lost, and must not be. */
export const PATIENT = { deadlineMs: Infinity };

/** What all fuzzed actors may join. */
export const CHOIR = group<Pick<Fuzzed, 'question'>>('choir');

export type Counts = Record<Told, number>;

export class World {
  readonly breaches: string[] = [];
  readonly told: Counts = { accepted: 0, full: 0, stopped: 0 };
  readonly refs: ActorRef<Fuzzed>[] = [];
  sends = 0;
  asks = 0;
  readonly watches: Watch[] = [];
  asksPending = 0;
  asksSettled = 0;
  readonly codes = new Map<string, number>();
  readonly #lives = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  readonly #last = new Map<string, number>();
  readonly #handled = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(readonly host: ActorHost) {}

  /** Names that actors were given: name -> key. */
  readonly names = new Map<string, string>();

  /** What happens, for whoever looks into a seed: printed with TROUPE_STORY=1. */
  note: (text: string) => void = () => {};

  /** Not a timer of an actor: those run as messages, so a handler that is in hand would wait for itself. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.host.clock.after(ms, resolve);
    });
  }

  born(key: string): Life {
    const life = (this.#lives.get(key) ?? 0) + 1;
    this.#lives.set(key, life);
    this.note(`${key} begins life ${life}`);
    return { key, life };
  }

  isCurrent(life: Life): boolean {
    return this.#lives.get(life.key) === life.life;
  }

  /** The stamp of the next message from one to another. */
  stamp(from: Life, to: ActorRef<never>): Stamp {
    const pair = `${from.key}/${from.life}>${keyOf(to)}`;
    const number = (this.#sent.get(pair) ?? 0) + 1;
    this.#sent.set(pair, number);
    return { from: from.key, fromLife: from.life, number };
  }

  tell(from: Life, to: ActorRef<Fuzzed>): Told {
    const told = to.tell('mark', this.stamp(from, to as ActorRef<never>));
    this.told[told]++;
    this.note(`${from.key} tells ${keyOf(to as ActorRef<never>)} a mark: ${told}`);
    return told;
  }

  /** A ref belongs to the thread that made it; the program needs its own. */
  add(ref: ActorRef<Fuzzed>): void {
    const { slot, generation, thread, path } = ref.address;
    this.note(`${path} is ${slot}.${generation} on thread ${thread}`);
    this.refs.push(this.host.refTo(slot, generation, thread) as unknown as ActorRef<Fuzzed>);
  }

  /** Who waits only for older ones never waits in a circle. */
  isOlder(one: ActorRef<Fuzzed>, other: ActorRef<Fuzzed>): boolean {
    const index = (ref: ActorRef<Fuzzed>): number =>
      this.refs.findIndex((known) => known.equals(ref));
    return index(one) < index(other);
  }

  /** Reads a stream to its end, or until it has enough; items must come in order, none left out. */
  async read(items: AsyncIterable<number>, enough: number): Promise<unknown> {
    let next = 0;
    for await (const item of items) {
      if (item !== next++) this.breach(`item ${item} of a stream came as number ${next}`);
      if (next >= enough) break;
    }
    return next;
  }

  async sent(from: Life, to: ActorRef<Fuzzed>): Promise<void> {
    this.sends++;
    await to
      .with(PATIENT)
      .send('mark', this.stamp(from, to as ActorRef<never>))
      .catch(() => {});
  }

  /** Counts an ask until it settles; gives its code or answer. */
  async asked(ask: Promise<unknown>, isHurried = false): Promise<unknown> {
    this.asks++;
    this.asksPending++;
    let outcome: unknown;
    try {
      outcome = await ask;
    } catch (error) {
      outcome = (error as { code?: string }).code ?? String(error);
      if (hasCode(error, 'ASK_TIMEOUT') && !isHurried)
        this.breach(`an ask ended by its deadline only: ${error.message}`);
      if (hasCode(error, 'ASSERTION_FAILED')) this.breach(String(error));
    }
    this.asksPending--;
    this.asksSettled++;
    const code = typeof outcome === 'string' ? outcome : 'answered';
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    return outcome;
  }

  /** A message has begun: once only, after all earlier ones of its pair, before its sender's end is noticed. */
  handled(by: Life, stamp: Stamp): void {
    const pair = `${stamp.from}/${stamp.fromLife}>${by.key}`;
    const id = `${pair}#${stamp.number}`;
    this.note(`handled ${id}`);
    if (this.#handled.has(id)) this.breach(`handled twice: ${id}`);
    this.#handled.add(id);
    const last = this.#last.get(pair) ?? 0;
    if (stamp.number < last) this.breach(`out of order: ${id} after ${last}`);
    this.#last.set(pair, stamp.number);
    if (this.#ended.has(`${by.key}<${stamp.from}`)) this.breach(`after Terminated: ${id}`);
  }

  watch(watcher: Life, target: string): Watch {
    // Watching again what is watched replaces the callback; what has ended is noticed once more.
    const known = this.watches.find((one) => one.watcher === watcher && one.target === target);
    if (known !== undefined && watcher.key !== 'main') {
      known.times++;
      return known;
    }
    const watch = { watcher, target, times: 1, notices: 0 };
    this.watches.push(watch);
    return watch;
  }

  terminated(watch: Watch): void {
    watch.notices++;
    this.note(`${watch.watcher.key} hears of the end of ${watch.target}`);
    if (watch.notices > watch.times)
      this.breach(`${watch.watcher.key} heard once more of the end of ${watch.target}`);
    this.#ended.add(`${watch.watcher.key}<${watch.target}`);
  }

  breach(text: string): void {
    this.breaches.push(text);
  }

  check(): void {
    assert.deepEqual(this.breaches, []);
  }
}

/** What every fuzzed actor can do. */
export type Fuzzed = {
  mark(stamp: Stamp): void;
  fail(stamp: Stamp): void;
  hold(stamp: Stamp): void;
  open(): number;
  say(to: ActorRef<Fuzzed>, count: number): void;
  pour(to: ActorRef<Fuzzed>, count: number): Promise<void>;
  question(n: number): number;
  refuse(): void;
  later(n: number, ms: number): unknown;
  slow(ms: number, isFailing: boolean): Promise<void>;
  consult(to: ActorRef<Fuzzed>, n: number): Promise<unknown>;
  pass(to: ActorRef<Fuzzed>, n: number): void;
  beget(where: ThreadChoice | undefined, failingLife: number): void;
  watch(to: ActorRef<Fuzzed>): void;
  end(mode: 'stop' | 'drain' | 'kill'): void;
  endChild(mode: 'stop' | 'drain' | 'kill'): void;
  items(count: number): AsyncIterable<number>;
  read(to: ActorRef<Fuzzed>, count: number, enough: number): Promise<void>;
  join(): void;
  leave(): void;
  publish(): void;
  name(name: string): Promise<void>;
  tick(ms: number): void;
  mind(ms: number): void;
};

const worlds = new Map<number, World>();
let worldsMade = 0;

export function newWorld(host: ActorHost): { readonly world: World; readonly id: number } {
  const world = new World(host);
  const id = ++worldsMade;
  worlds.set(id, world);
  return { world, id };
}

export function worldOf(id: number): World {
  return worlds.get(id) as World;
}

/** Worlds hold on to their systems. */
export function forgetWorlds(): void {
  worlds.clear();
}

export function keyOf(ref: ActorRef<never>): string {
  const { slot, generation } = ref.address;
  return `${slot}.${generation}`;
}
