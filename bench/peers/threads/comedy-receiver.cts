/**
 * The actor of the comedy benchmarks, threaded and in memory: counts what it is told, adds two
 * numbers. CommonJS, since comedy's thread loads it with require().
 * Runs on: any.
 */
import type { PayloadName } from '../../payloads.js' with { 'resolution-mode': 'import' };

class ComedyReceiver {
  private weigh: (message: unknown) => number = () => 0;
  private count = 0;
  private sum = 0;

  /** Told before the messages of one measurement. */
  async begin(payload: PayloadName): Promise<void> {
    const { payloadOf } = await import('../../payloads.js');
    this.weigh = payloadOf(payload).weigh;
    this.count = 0;
    this.sum = 0;
  }

  tell(message: unknown): void {
    this.count++;
    // comedy delivers 0 as undefined.
    this.sum += this.weigh(message === undefined ? 0 : message);
  }

  receipt(): { readonly count: number; readonly sum: number } {
    return { count: this.count, sum: this.sum };
  }

  add(a: number, b: number): number {
    return (a === undefined ? 0 : a) + b;
  }
}

export = ComedyReceiver;
