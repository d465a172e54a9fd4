/**
 * Why an attribute has the value it has at an instant: every item that was considered with its worth then, which of them
 * carry the value, and of each where it came from: the source it names, the hook that derived it and what that followed
 * from, when it was accepted. Pure.
 *
 *   value  ◄── item ◄── task in the log ◄── origin: api, or a hook ◄── cause: another task ◄── …
 *
 * Runs on: any.
 */
import {
  type Attribute,
  type Evidence,
  explainValue,
  KIND_NUMBERS,
  type Origin,
  printTime,
} from '../../stores/internal.js';
import type { StoredRecord } from './stored-record.js';
import { currentForm } from './value-form.js';

/** A task as the log has it. */
export interface TaskOrigin {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly origin: Origin;
  /** What it was derived from, nearest first. */
  readonly causes: readonly {
    readonly etype: string;
    readonly eid: unknown;
    readonly origin: Origin;
  }[];
}

/** The origin of a task of the entity's partition by its seq; undefined where the log has been cut since. */
export type OriginOf = (seq: number) => TaskOrigin | undefined;

export function explainForm(
  attribute: Attribute,
  stored: StoredRecord | undefined,
  at: number,
  originOf: OriginOf,
): Readonly<Record<string, unknown>> {
  const head = { attr_type: KIND_NUMBERS[attribute.kind], at: printTime(at) };
  if (stored === undefined) return { ...head, value: null, confidence: null, items: [] };
  const current = currentForm(stored, attribute, at);
  const items =
    attribute.mirrors === undefined
      ? explainValue(stored, attribute, at).map((one) => evidenceForm(attribute, one, originOf))
      : linksForm(attribute, stored);
  return { ...head, value: current?.value ?? null, confidence: current?.confidence ?? null, items };
}

/** A mirror is made of links into the entity: who has them. */
function linksForm(attribute: Attribute, stored: StoredRecord): readonly unknown[] {
  const { etype, attr } = attribute.mirrors!;
  return stored.mirrored(attribute).map((eid) => ({ link: { etype, eid, attr }, is_value: true }));
}

/** Of items that were merged, seq and origin are the first one's. */
function evidenceForm(
  attribute: Attribute,
  evidence: Evidence,
  originOf: OriginOf,
): Readonly<Record<string, unknown>> {
  const { v, t1, t2, confidence, isValue, weight, src, hook, at, seq } = evidence;
  const times =
    t1 === undefined || t2 === undefined
      ? { ts_last_update: printTime(at ?? 0) }
      : { t1: printTime(t1), t2: printTime(t2) };
  return {
    v: attribute.type?.toJson(v),
    ...times,
    ...(confidence === undefined ? {} : { confidence }),
    is_value: isValue,
    data_points: weight,
    src: src ?? null,
    hook: hook ?? null,
    ...originForm(originOf(seq)),
  };
}

function originForm(task: TaskOrigin | undefined): Readonly<Record<string, unknown>> {
  if (task === undefined) return { received: null, origin: null, causes: [] };
  return {
    received: printTime(task.receivedAt),
    origin: originText(task.origin),
    causes: task.causes.map(({ etype, eid, origin }) => ({
      etype,
      eid,
      origin: originText(origin),
    })),
  };
}

/** `api`, `links`, or `hook <module>.<hook> (generation n)`. */
function originText(origin: Origin): string {
  if (origin.by !== 'hook') return origin.by;
  return `hook ${origin.module}.${origin.hook} (generation ${origin.generation})`;
}
