/**
 * A document of a master collection of DP³ (`E#master`, as mongoexport prints it) as data-points and tokens:
 *
 *     {"_id": eid, "#ttl": {name: time}, "#…": …,        tokens; the rest of its kind is DP³'s own bookkeeping
 *      "hostname": {"v", "ts_last_update"},              plain: one data-point
 *      "ip": [{"t1", "t2", "v", "c"}, …],                observations: one each
 *      "traffic": [{"t1", "t2", "v": {series}}, …]}      timeseries: one each
 * Which kind an attribute is now, the model says where the data-points are taken in.
 * Runs on: any.
 */
import { parseTime } from '../../../stores/internal.js';
import { plainJson } from './extended-json.js';
import {
  type EntityTokens,
  faultyLine,
  type ImportedLine,
  type LineFault,
  membersOf,
  type PlacedPoint,
  shownJson,
} from './imported-line.js';

type Eid = string | number | bigint;

/** Whose data-point it is. */
interface Subject {
  readonly type: string;
  readonly id: Eid;
  readonly attr: string;
}

/** All that is stored of an entity, each fault beside what could be read. Without an id nothing can. */
export function readMasterDocument(etype: string, document: unknown): ImportedLine {
  const members = membersOf(document);
  if (members === undefined)
    return faultyLine('', `expected a document as an object, got ${shownJson(document)}`);
  const faults: LineFault[] = [];
  const id = eidOf(members._id, faults);
  if (id === undefined) return { points: [], tokens: undefined, faults };
  const points: PlacedPoint[] = [];
  for (const [attr, profile] of Object.entries(members)) {
    if (attr === '_id' || attr.startsWith('#')) continue;
    for (const point of pointsOf({ type: etype, id, attr }, profile, faults)) points.push(point);
  }
  return { points, tokens: tokensOf({ etype, id }, members['#ttl'], faults), faults };
}

function eidOf(input: unknown, faults: LineFault[]): Eid | undefined {
  const before = faults.length;
  const id = plainJson(input, '_id', faults);
  if (typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint') return id;
  if (faults.length === before) {
    const reason = `expected text, a number or binary of 4, 6 or 16 bytes, got ${shownJson(input)}`;
    faults.push({ loc: '_id', reason });
  }
  return undefined;
}

function pointsOf(subject: Subject, profile: unknown, faults: LineFault[]): PlacedPoint[] {
  const place = subject.attr;
  if (Array.isArray(profile))
    return profile.flatMap((item: unknown, index) =>
      historyPoint(subject, item, { place: `${place}.${index}`, faults }),
    );
  const plain = membersOf(profile);
  if (plain === undefined || !Object.hasOwn(plain, 'v')) {
    const reason = `expected {v, ts_last_update} or a list of {t1, t2, v}, got ${shownJson(profile)}`;
    faults.push({ loc: place, reason });
    return [];
  }
  const before = faults.length;
  const v = plainJson(plain.v, `${place}.v`, faults);
  return faults.length === before ? [{ place, point: { ...subject, v } }] : [];
}

function historyPoint(
  subject: Subject,
  input: unknown,
  { place, faults }: { readonly place: string; readonly faults: LineFault[] },
): PlacedPoint[] {
  const item = membersOf(input);
  if (item === undefined || !Object.hasOwn(item, 'v')) {
    faults.push({ loc: place, reason: `expected {t1, t2, v}, got ${shownJson(input)}` });
    return [];
  }
  const before = faults.length;
  const v = plainJson(item.v, `${place}.v`, faults);
  const rest = ['t1', 't2', 'c'].flatMap((name) => {
    const value = plainJson(item[name], `${place}.${name}`, faults);
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  const point = { ...subject, v, ...Object.fromEntries(rest) };
  return faults.length === before ? [{ place, point }] : [];
}

function tokensOf(
  { etype, id }: { readonly etype: string; readonly id: Eid },
  input: unknown,
  faults: LineFault[],
): EntityTokens | undefined {
  if (input === undefined || input === null) return undefined;
  const named = membersOf(input);
  if (named === undefined) {
    faults.push({ loc: '#ttl', reason: `expected {name: time}, got ${shownJson(input)}` });
    return undefined;
  }
  const tokens = Object.entries(named).flatMap(([name, time]) => {
    const loc = `#ttl.${name}`;
    const before = faults.length;
    const until = plainJson(time, loc, faults);
    if (typeof until === 'string' && parseTime(until) !== undefined)
      return [[name, until] as const];
    if (faults.length === before)
      faults.push({ loc, reason: `expected a time, got ${shownJson(time)}` });
    return [];
  });
  if (tokens.length === 0) return undefined;
  return { etype, eid: String(id), tokens: Object.fromEntries(tokens) };
}
