/**
 * Links are stored twice: as a value of the entity that points, and as a row under the entity it points to, in whose
 * partition another actor works. So the row is never changed by who changes the value, but by a task for the other
 * entity, which goes through the outbox like all that is derived, in order. Pure.
 * Runs on: any.
 */
import {
  type Attribute,
  type EntityId,
  type EntityRecord,
  type LinkChange,
  type LinkEffect,
  linkTargets,
  type ReadChunks,
  type Task,
} from '../../stores/internal.js';

/** A change of links and the entity it is for. */
export interface LinkSending {
  /** Number of its type. */
  readonly etype: number;
  readonly eid: EntityId;
  readonly change: LinkChange;
}

/** What the links that came and went at the task's entity mean for those at their other end. */
export function sendingsOf(
  links: readonly LinkEffect[],
  task: Task,
  etypeNo: (etype: string) => number,
): LinkSending[] {
  return links.map(({ op, attr, target, eid, until }) => {
    const source = { etype: task.etype, eid: task.eid, attr };
    const change = op === 'add' ? { op, ...source, until } : { op, ...source };
    return { etype: etypeNo(target), eid, change };
  });
}

/** Every link that one attribute of the record holds goes, each once. */
export function linksOfRecord(
  record: EntityRecord,
  { attr, attribute }: { readonly attr: number; readonly attribute: Attribute },
  readChunks: ReadChunks,
): LinkEffect[] {
  const { type } = attribute;
  if (type?.link === undefined) return [];
  const chunks = record.spilled.has(attr) ? readChunks(attr, -Infinity, Infinity) : [];
  const items = [...chunks.flatMap((chunk) => chunk.items), ...(record.items.get(attr) ?? [])];
  const values = [record.plain.get(attr)?.v, ...items.map(({ v }) => v)];
  const eids = new Set(values.flatMap((value) => linkTargets(type, value)));
  const { target } = type.link;
  return [...eids].map((eid) => ({ op: 'remove', attr, target, eid, until: 0 }));
}

/** A plain link of the record to that entity was set after the instant (epoch ms): it is one to what comes after. */
export function isSetSince(
  instant: number,
  { plain }: EntityRecord,
  link: { readonly attr: number; readonly attribute: Attribute; readonly eid: EntityId },
): boolean {
  const { kind, type } = link.attribute;
  const value = kind === 'plain' ? plain.get(link.attr) : undefined;
  if (value === undefined || type === undefined || value.at <= instant) return false;
  return linkTargets(type, value.v).includes(link.eid);
}

/** The sendings as tasks: one for each entity, with its changes in their order. */
export function linkTasks(sendings: readonly LinkSending[]): Task[] {
  const tasks = new Map<string, Task & { readonly links: LinkChange[] }>();
  for (const { etype, eid, change } of sendings) {
    const key = `${etype}/${eid}`;
    const known = tasks.get(key);
    if (known === undefined) tasks.set(key, { etype, eid, points: [], links: [change] });
    else known.links.push(change);
  }
  return [...tasks.values()];
}
