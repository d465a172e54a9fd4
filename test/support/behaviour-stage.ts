/**
 * Systems to try behaviour on: one suite runs in a system without threads and in one with two, where `near`, `far`
 * and the program are three different threads. And a system whose time is moved by hand.
 * Runs on: main.
 */
import { after, before, describe } from 'node:test';
import { parseSystemOptions } from '../../core/config.js';
import { systemExecutor } from '../../core/executor.js';
import {
  type ActorSystem,
  createSystem,
  type SpawnOptions,
  type SystemOptions,
  silentLogger,
} from '../../core/index.js';
import { ActorSystem as System } from '../../core/system/actor-system.js';
import { ManualClock } from '../../core/testkit/manual-clock.js';
import { portTransport } from '../../core/transport/port-transport.js';
import { nextTurn } from './eventually.js';

export interface Stage {
  readonly system: ActorSystem;
  /** Placements that differ where there are threads. */
  readonly near: SpawnOptions;
  readonly far: SpawnOptions;
}

/** The same suite twice: all in one thread, and over three. */
export function onEachStage(
  title: string,
  body: (stage: () => Stage) => void,
  options: SystemOptions = {},
): void {
  for (const threads of [0, 2]) {
    describe(`${title}, ${threads === 0 ? 'in one thread' : 'over threads'}`, () => {
      let stage: Stage | undefined;
      before(async () => {
        const system = await createSystem({
          threads,
          spareThreads: 0,
          logger: silentLogger,
          stopMs: 2_000,
          ...options,
        });
        const at = (thread: number): SpawnOptions => ({ thread: threads === 0 ? 'main' : thread });
        stage = { system, near: at(1), far: at(2) };
      });
      after(async () => {
        await stage?.system.stop({ deadlineMs: 500 });
      });
      body(() => stage as Stage);
    });
  }
}

/** A system in one thread whose time moves only by hand. */
export class HandTimed {
  readonly clock = new ManualClock();
  readonly system: System;

  constructor(options: SystemOptions = {}) {
    const config = parseSystemOptions({ threads: 0, logger: silentLogger, seed: 1, ...options });
    this.system = new System(config, {
      clock: this.clock,
      executor: systemExecutor,
      transport: portTransport,
      passMs: 1,
      pool: undefined,
    });
  }

  static async start(options: SystemOptions = {}): Promise<HandTimed> {
    const made = new HandTimed(options);
    await made.system.start();
    return made;
  }

  /** Moves time on, and lets everything it leads to happen. */
  async advance(ms: number): Promise<void> {
    await this.rest();
    this.clock.advance(ms);
    await this.rest();
  }

  /** Lets all that can happen without time happen. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await nextTurn();
  }

  /** Gives what the promise gives, moving time on while it waits. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    while (!isSettled) {
      this.clock.advance(
        this.clock.nextDueMs === undefined
          ? 1
          : Math.max(0, this.clock.nextDueMs - this.clock.now()),
      );
      await nextTurn();
    }
    return promise;
  }

  stop(): Promise<unknown> {
    return this.until(this.system.stop({ deadlineMs: 1_000 }));
  }
}
