/**
 * Who waits for a step of an erasure.
 * Runs on: any.
 */

/** The steps that are waited for. */
export type EraseStep = 'accepted' | 'ended';

interface Waiter {
  readonly id: number;
  readonly step: EraseStep;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

export class EraseWaiters {
  #waiting: Waiter[] = [];
  #fault: unknown;

  accepted(id: number): Promise<void> {
    return this.#wait(id, 'accepted');
  }

  ended(id: number): Promise<void> {
    return this.#wait(id, 'ended');
  }

  /** That step of that erasure has been done. */
  resolve(id: number, step: EraseStep): void {
    const isMeant = (one: Waiter): boolean => one.id === id && one.step === step;
    for (const one of this.#waiting.filter(isMeant)) one.resolve();
    this.#waiting = this.#waiting.filter((one) => !isMeant(one));
  }

  /** Nothing will be done any more: all who wait, and who will, are told so. */
  reject(fault: unknown): void {
    this.#fault = fault;
    for (const { reject } of this.#waiting) reject(fault);
    this.#waiting = [];
  }

  #wait(id: number, step: EraseStep): Promise<void> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    return new Promise((resolve, reject) => this.#waiting.push({ id, step, resolve, reject }));
  }
}
