/**
 * Highest priority first, first-in first-out within one. Priorities belong to handler names and are few, so it is
 * a short list of queues; what has no priority, and the runtime's notices, have 0.
 * A flood at a high priority starves the lower ones: that is what was asked for.
 * Runs on: any.
 */
import type { Meta } from '../message/envelope.js';
import { Fifo, type Taken } from './fifo.js';
import type { Mailbox } from './mailbox.js';

export class PriorityMailbox implements Mailbox {
  size = 0;
  /** Highest first. */
  readonly #lanes: readonly Fifo[];
  readonly #laneOf = new Map<unknown, Fifo>();
  readonly #default: Fifo;

  constructor(priorities: Readonly<Record<string, number>>) {
    const levels = [...new Set([0, ...Object.values(priorities)])].sort((a, b) => b - a);
    this.#lanes = levels.map(() => new Fifo());
    this.#default = this.#lanes[levels.indexOf(0)] as Fifo;
    for (const [name, priority] of Object.entries(priorities)) {
      this.#laneOf.set(name, this.#lanes[levels.indexOf(priority)] as Fifo);
    }
  }

  push(name: unknown, payload: unknown, meta: Meta): void {
    (this.#laneOf.get(name) ?? this.#default).push(name, payload, meta);
    this.size++;
  }

  unshift(name: unknown, payload: unknown, meta: Meta): void {
    (this.#laneOf.get(name) ?? this.#default).unshift(name, payload, meta);
    this.size++;
  }

  shift(into: Taken): boolean {
    for (const lane of this.#lanes) {
      if (lane.shift(into)) {
        this.size--;
        return true;
      }
    }
    return false;
  }

  shiftLeast(into: Taken): boolean {
    for (let i = this.#lanes.length - 1; i >= 0; i--) {
      if (!this.#lanes[i]?.shift(into)) continue;
      this.size--;
      return true;
    }
    return false;
  }

  release(): void {
    for (const lane of this.#lanes) lane.release();
  }
}
