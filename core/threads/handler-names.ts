/**
 * Numbers for handler names, so that a thread can say what it is running in one shared word. Main is told of each
 * new name before it is used, so a name is known even if its first call never ends.
 * Runs on: any.
 */
export class HandlerNames {
  readonly #numbers = new Map<string, number>();
  readonly #named: (number: number, name: string) => void;

  constructor(named: (number: number, name: string) => void) {
    this.#named = named;
  }

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(name, number);
    this.#named(number, name);
    return number;
  }
}
