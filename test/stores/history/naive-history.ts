/**
 * An observations attribute the slow and obvious way: every data-point in one list, each question answered from the
 * whole of it. What the stored form is held against.
 */
import type { Attribute } from '../../../stores/schema/attribute.js';

export interface NaivePoint {
  readonly t1: number;
  readonly t2: number;
  readonly v: number;
  readonly c: number;
  readonly src: string | undefined;
  /** Task it came in. */
  readonly task: number;
}

export class NaiveHistory {
  readonly attribute: Attribute;
  points: NaivePoint[] = [];

  constructor(attribute: Attribute) {
    this.attribute = attribute;
  }

  add(points: readonly NaivePoint[]): void {
    this.points.push(...points);
    this.points.sort((a, b) => a.t1 - b.t1 || a.task - b.task || a.t2 - b.t2);
    const max = this.attribute.history.maxItems ?? Infinity;
    while (this.points.length > max) {
      const least = Math.min(...this.points.map((one) => one.t2));
      this.points.splice(
        this.points.findIndex((one) => one.t2 === least),
        1,
      );
    }
  }

  /** Value -> confidence, in order. */
  valuesAt(t: number): [v: number, confidence: number][] {
    const worth = this.points.map((one) => this.#worth(one, t));
    if (this.attribute.isMultiValue) {
      const best = new Map<number, number>();
      this.points.forEach((one, place) => {
        const now = worth[place]!;
        if (now > 0) best.set(one.v, Math.max(best.get(one.v) ?? 0, now));
      });
      return [...best];
    }
    const best = Math.max(0, ...worth);
    return best === 0 ? [] : [[this.points[worth.indexOf(best)]!.v, best]];
  }

  between(from: number, to: number): NaivePoint[] {
    return this.points.filter((one) => one.t1 <= to && one.t2 >= from);
  }

  #worth(point: NaivePoint, t: number): number {
    const { preValidityMs: pre, postValidityMs: post, expireTimeMs } = this.attribute.history;
    const { t1, t2, c } = point;
    if (t >= t1 && t <= t2) return c;
    if (t < t1) return pre > 0 && t1 - t < pre ? c * (1 - (t1 - t) / pre) : 0;
    const isKept = expireTimeMs !== undefined && t <= t2 + expireTimeMs && this.#isLast(point, t);
    if (isKept) return c;
    return post > 0 && t - t2 < post ? c * (1 - (t - t2) / post) : 0;
  }

  /** No other item that counts began by `t` and ended later, or as late and stands behind. */
  #isLast(point: NaivePoint, t: number): boolean {
    const place = this.points.indexOf(point);
    return !this.points.some((other, otherPlace) => {
      const counts = other.t1 <= t && (!this.attribute.isMultiValue || other.v === point.v);
      return counts && (other.t2 > point.t2 || (other.t2 === point.t2 && otherPlace > place));
    });
  }
}
