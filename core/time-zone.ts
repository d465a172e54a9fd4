/**
 * The offsets of a time zone, asked of Intl: what local time it is at an instant, and when clocks are set. "Local"
 * is the wall clock of the zone as a number: epoch ms as if it were UTC.
 * Runs on: any.
 */

/** Clocks being set at an instant: `at` is the first with the new offset. A gap if `after` is greater, else an overlap. */
export interface OffsetShift {
  readonly at: number;
  /** Offsets in ms: local minus UTC. */
  readonly before: number;
  readonly after: number;
}

const SECOND_MS = 1_000;

/** One formatter costs some ten kB, so zones are shared. Only valid names get in: a few hundred at most. */
const zones = new Map<string, TimeZone>();

export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #isUtc: boolean;

  /** The zone of that IANA name, such as 'Europe/Prague'; throws a RangeError if Intl does not know it. */
  static named(name: string): TimeZone {
    const known = zones.get(name);
    if (known !== undefined) return known;
    const zone = new TimeZone(name);
    zones.set(name, zone);
    return zone;
  }

  private constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    this.#isUtc = this.#format.resolvedOptions().timeZone === 'UTC';
  }

  /** Local minus UTC at that instant, in ms. */
  offsetAt(epochMs: number): number {
    if (this.#isUtc) return 0;
    const second = Math.floor(epochMs / SECOND_MS) * SECOND_MS;
    const field: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const part of this.#format.formatToParts(second)) field[part.type] = Number(part.value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = field;
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  }

  /**
   * The shift between two instants of whole seconds: after `from`, up to and including `to`. Undefined if the
   * offset is the same at both; the caller keeps them near enough that no two shifts cancel each other.
   */
  shiftBetween(from: number, to: number): OffsetShift | undefined {
    const before = this.offsetAt(from);
    const after = this.offsetAt(to);
    if (before === after) return undefined;
    let low = from;
    let high = to;
    while (high - low > SECOND_MS) {
      const middle = low + Math.floor((high - low) / 2 / SECOND_MS) * SECOND_MS;
      if (this.offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return { at: high, before, after: this.offsetAt(high) };
  }
}
