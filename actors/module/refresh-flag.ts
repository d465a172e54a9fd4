/**
 * A module's wish to have its hooks run again for entities that are there already, because its configuration has changed
 * what they would say. A reload sets it.
 * Runs on: any.
 */

/** One per module and replica. Changed by the module or by a reload, read by whatever refreshes. */
export class RefreshFlag {
  #isSet = false;

  get isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
  }

  unset(): void {
    this.#isSet = false;
  }
}
