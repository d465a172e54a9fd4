/** The random program of the interleaving fuzz: what it does is drawn, and between its acts the system steps. */
import type { ActorRef, SpawnOptions, StopMode, Told } from '../../core/index.js';
import type { Random } from '../../core/random.js';
import type { TestSystem } from '../../core/testkit/index.js';
import { fuzzed, fuzzedThrice } from './interleaving-actor.js';
import {
  type Fuzzed,
  keyOf,
  type Life,
  newWorld,
  PATIENT,
  type Stamp,
  type World,
} from './interleaving-world.js';

const ACTORS_MAX = 12;
const FEW_PLACES = [undefined, 'main', 1, 2] as const;
const PLACES = [...FEW_PLACES, ...FEW_PLACES, 'dedicated'] as const;
const MODES: readonly StopMode[] = ['stop', 'drain', 'kill'];

export interface ProgramOptions {
  readonly acts: number;
  /** Small mailboxes with every overflow rule, and senders that wait for room. */
  readonly isTight: boolean;
  /** Groups, streams, names, periodic timers, hooks, threads of their own, several messages in hand. */
  readonly isSocial: boolean;
  /** Kill threads now and then. */
  readonly isDeadly: boolean;
  /** Replace threads on purpose now and then. */
  readonly isRolling: boolean;
}

export class Program {
  readonly world: World;
  readonly #worldId: number;
  readonly #system: TestSystem;
  readonly #random: Random;
  readonly #options: ProgramOptions;
  readonly #me: Life = { key: 'main', life: 1 };
  /** What must have settled in the end. */
  readonly pending = new Set<string>();
  #acts = 0;

  constructor(system: TestSystem, random: Random, options: ProgramOptions) {
    const { world, id } = newWorld(system.host);
    this.world = world;
    this.#worldId = id;
    this.#system = system;
    this.#random = random;
    this.#options = options;
  }

  async run(): Promise<void> {
    const random = this.#random;
    for (let i = 0; i < 3; i++) this.#spawn();
    for (; this.#acts < this.#options.acts; this.#acts++) {
      this.#act();
      const steps = random.int(2) * random.int(8);
      for (let step = 0; step < steps; step++) await this.#system.step();
    }
  }

  #act(): void {
    const random = this.#random;
    const drawn = random.int(100);
    if (drawn < 5) return this.#spawn();
    if (drawn < 7 && this.#options.isDeadly) return this.#kill();
    if (drawn < 9 && this.#options.isRolling) return this.#replace();
    if (drawn < 12) return this.#system.clock.advance(random.pick([1, 10, 100, 1_000, 20_000]));
    if (drawn < 17) return this.#stop();
    if (drawn < 20) return this.#watch();
    if (drawn < 45) return this.#tellMarks();
    if (drawn < 75) return this.#tellSomething();
    this.#ask();
  }

  #spawn(): void {
    const random = this.#random;
    if (this.world.refs.length >= ACTORS_MAX) return;
    const failingLife = random.int(4) === 0 ? 1 + random.int(2) : 0;
    const options = this.#spawnOptions();
    const definition = this.#options.isSocial && random.int(4) === 0 ? fuzzedThrice : fuzzed;
    const ref = this.#system.spawn<Fuzzed>(definition(this.#worldId, failingLife), options);
    this.world.add(ref);
    this.world.note(
      `spawned ${keyOf(ref as ActorRef<never>)} failing ${failingLife} ${JSON.stringify(options)}`,
    );
    this.#expect('started', this.#system.started(ref));
  }

  #spawnOptions(): SpawnOptions {
    const random = this.#random;
    const decide = random.pick([
      'restart',
      'restart',
      'restart',
      'resume',
      'stop',
      'escalate',
    ] as const);
    const strategy = random.pick(['one-for-one', 'all-for-one', 'rest-for-one'] as const);
    return {
      thread: random.pick([0, 1, 2, 'main'] as const),
      supervision: { decide, strategy },
      ...(this.#options.isTight ? { mailbox: this.#mailbox() } : {}),
    };
  }

  #mailbox(): NonNullable<SpawnOptions['mailbox']> {
    const overflow = this.#random.pick(['reject', 'reject', 'drop-oldest', 'drop-newest'] as const);
    return { capacity: 1 + this.#random.int(8), overflow };
  }

  #kill(): void {
    const thread = 1 + this.#random.int(2);
    this.world.note(`kill thread ${thread}: ${this.#system.killThread(thread)}`);
  }

  #replace(): void {
    const random = this.#random;
    const options = { deadlineMs: random.pick([0, 10, 5_000]) };
    const thread = 1 + random.int(2);
    const isAll = random.int(4) === 0;
    this.world.note(`replace ${isAll ? 'all threads' : `thread ${thread}`}`);
    const replaced = isAll
      ? this.#system.replaceThreads(options)
      : this.#system.replaceThread(thread, options);
    this.#expect('replaced', replaced);
  }

  #stop(): void {
    if (this.#random.int(2) === 0) return;
    const ref = this.#ref();
    const mode = this.#random.pick(MODES);
    this.#expect(`stop of ${keyOf(ref as ActorRef<never>)}`, this.#system.stopActor(ref, mode));
  }

  #watch(): void {
    const ref = this.#ref();
    const watch = this.world.watch(this.#me, keyOf(ref as ActorRef<never>));
    void this.#system.terminated(ref).then(() => this.world.terminated(watch));
  }

  #tellMarks(): void {
    const ref = this.#ref();
    for (let left = 1 + this.#random.int(6); left > 0; left--) this.world.tell(this.#me, ref);
  }

  #tellSomething(): void {
    const random = this.#random;
    const [ref, other] = [this.#ref(), this.#ref()];
    const where = random.pick(this.#options.isSocial ? PLACES : FEW_PLACES);
    const stamp = (): Stamp => this.world.stamp(this.#me, ref as ActorRef<never>);
    const tells: Record<string, () => Told> = {
      fail: () => ref.tell('fail', stamp()),
      hold: () => ref.tell('hold', stamp()),
      open: () => ref.tell('open'),
      say: () => ref.tell('say', other, 1 + random.int(8)),
      pour: () => ref.tell(this.#options.isTight ? 'pour' : 'say', other, 1 + random.int(8)),
      slow: () => ref.tell('slow', random.int(50), random.int(2) === 0),
      consult: () => ref.tell('consult', other, random.int(100)),
      beget: () => ref.tell('beget', where, random.int(4) === 0 ? 1 + random.int(2) : 0),
      watch: () => ref.tell('watch', other),
      watchAgain: () => ref.tell('watch', other),
      end: () => ref.tell(random.int(3) === 0 ? 'end' : 'endChild', random.pick(MODES)),
      nothing: () => ref.tell('nothing' as 'open'),
      ...(this.#options.isSocial ? this.#socialTells(ref, other) : {}),
    };
    const name = random.pick(Object.keys(tells));
    const told = (tells[name] as () => Told)();
    this.world.told[told]++;
    this.world.note(
      `main tells ${keyOf(ref as ActorRef<never>)} "${name}" of ${keyOf(other as ActorRef<never>)}: ${told}`,
    );
  }

  #socialTells(ref: ActorRef<Fuzzed>, other: ActorRef<Fuzzed>): Record<string, () => Told> {
    const random = this.#random;
    return {
      join: () => ref.tell('join'),
      joinAgain: () => ref.tell('join'),
      leave: () => ref.tell('leave'),
      publish: () => ref.tell('publish'),
      read: () => ref.tell('read', other, random.int(200), 1 + random.int(200)),
      name: () => ref.tell('name', `name ${random.int(4)}`),
      tick: () => ref.tell('tick', 1 + random.int(100)),
      mind: () => ref.tell('mind', random.int(50)),
    };
  }

  #ask(): void {
    const random = this.#random;
    const [ref, other] = [this.#ref(), this.#ref()];
    const n = random.int(1_000);
    const patient = ref.with(PATIENT);
    const asks: Record<string, () => Promise<unknown>> = {
      question: () => patient.ask('question', n),
      refuse: () => patient.ask('refuse'),
      later: () => patient.ask('later', n, random.int(50)),
      slow: () => patient.ask('slow', random.int(50), random.int(2) === 0),
      consult: () => patient.ask('consult', other, n),
      pass: () => patient.ask('pass', other, n),
      fail: () => patient.ask('fail', this.world.stamp(this.#me, ref as ActorRef<never>)),
      hurried: () => ref.with({ deadlineMs: 1 + random.int(60) }).ask('later', n, random.int(50)),
      nothing: () => patient.ask('nothing' as 'open'),
      ...(this.#options.isSocial
        ? {
            stream: () => this.world.read(ref.stream('items', n % 200), 1 + random.int(200)),
            noStream: () => this.world.read(ref.stream('question' as 'items', n), n),
          }
        : {}),
    };
    const name = random.pick(Object.keys(asks));
    const ask = (asks[name] as () => Promise<unknown>)();
    this.#expect(
      `"${name}" to ${keyOf(ref as ActorRef<never>)}`,
      this.world.asked(ask, name === 'hurried'),
    );
  }

  #expect(what: string, promise: Promise<unknown>): void {
    const label = `${what} of act ${this.#acts}`;
    this.pending.add(label);
    this.world.note(`main expects ${label}`);
    const settle = (): void => {
      this.world.note(`settled: ${label}`);
      this.pending.delete(label);
    };
    promise.then(settle, settle);
  }

  #ref(): ActorRef<Fuzzed> {
    return this.#random.pick(this.world.refs);
  }
}
