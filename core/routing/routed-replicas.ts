/**
 * The typed skin of a replica set: what `spawn` with `replicas` gives. All work is done by the set, its dispatch and
 * the routes.
 * Runs on: any.
 */
import type { StopMode } from '../actor/actor-context.js';
import type { ActorRef, AskOptions, Sender } from '../actor/actor-ref.js';
import type { Ref } from '../actor/ref.js';
import type { KeySender, ReplicaSender, Replicas } from '../actor/replicas.js';
import { broadcast } from './broadcast.js';
import { askEach, askQuorum } from './replica-asks.js';
import type { ReplicaSet } from './replica-set.js';
import {
  AnyRoute,
  BoundSender,
  KeyRoute,
  type RoutedSender,
  type Untyped,
} from './routed-sender.js';

const NO_OPTIONS: AskOptions = {};

/** The asks of a set, with options bound. */
class BoundReplicas extends BoundSender implements ReplicaSender<Untyped> {
  to(key: string | number): Sender<Untyped> {
    return new BoundSender(new KeyRoute(this.route.dispatch, key), this.options);
  }

  async askAll(name: string, ...args: unknown[]): Promise<never[]> {
    return (await Promise.all(this.#askEach(name, args))) as never[];
  }

  async askAllSettled(name: string, ...args: unknown[]): Promise<PromiseSettledResult<never>[]> {
    return (await Promise.allSettled(this.#askEach(name, args))) as PromiseSettledResult<never>[];
  }

  async askFirst(name: string, ...args: unknown[]): Promise<never> {
    const [first] = await askQuorum(this.route.dispatch, this.options, 1, { name, args });
    return first as never;
  }

  async askQuorum(count: number, name: string, ...args: unknown[]): Promise<never[]> {
    return (await askQuorum(this.route.dispatch, this.options, count, { name, args })) as never[];
  }

  #askEach(name: string, args: readonly unknown[]): Promise<unknown>[] {
    return askEach(this.route.dispatch, this.options, name, args);
  }
}

export class RoutedReplicas extends BoundReplicas implements Replicas<Untyped> {
  readonly #set: ReplicaSet;
  readonly #route: RoutedSender;

  constructor(set: ReplicaSet) {
    const route = new AnyRoute(set.dispatch);
    super(route, NO_OPTIONS);
    this.#set = set;
    this.#route = route;
  }

  get size(): number {
    return this.#set.size;
  }

  get refs(): readonly ActorRef<Untyped>[] {
    return this.#refs();
  }

  at(index: number): ActorRef<Untyped> | undefined {
    return this.#set.dispatch.replicas[index]?.ref;
  }

  tell(name: string, ...args: unknown[]): ReturnType<ActorRef<Untyped>['tell']> {
    return this.#route.tell(name, ...args);
  }

  override to(key: string | number): KeySender<Untyped> {
    return new KeyRoute(this.#set.dispatch, key);
  }

  broadcast(name: string, ...args: unknown[]): number {
    return broadcast(
      this.#set.dispatch.host,
      this.#set.dispatch.isClosed ? [] : this.#refs(),
      name,
      args,
    );
  }

  with(options: AskOptions): ReplicaSender<Untyped> {
    return new BoundReplicas(this.#route, options);
  }

  resize(size: number): Promise<void> {
    return this.#set.resize(size);
  }

  stop(mode?: StopMode): Promise<void> {
    return this.#set.stop(mode);
  }

  #refs(): Ref[] {
    return this.#set.dispatch.replicas.map(({ ref }) => ref);
  }
}
