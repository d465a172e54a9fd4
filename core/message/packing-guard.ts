/**
 * What msgpackr asks us while it packs and unpacks. It has one table of extensions for all its users in the thread, so
 * ours is a single entry that answers only while something of ours is at work; and there it refuses what msgpackr
 * would flatten or drop, which costs next to nothing as msgpackr asks anyway.
 * Runs on: any.
 */
import { textOf } from '../errors.js';
import { RESERVED_KEYS, refused } from './refusal-path.js';
import {
  crossingIn,
  type Incoming,
  isPlainObject,
  type Outgoing,
  readInstance,
  refusalText,
  writeInstance,
} from './wire-classes.js';

/** Whom it works for: the one who is packing, and the one who is reading; undefined while that is none of ours. */
export const session: {
  outgoing: Outgoing | undefined;
  incoming: Incoming | 'untrusted' | undefined;
} = { outgoing: undefined, incoming: undefined };

/** Code of our entry. Of those msgpackr leaves to its users, one that others are unlikely to take. */
const EXTENSION = 0x54;

/** Asked by msgpackr before it writes an object as a record: true, or MESSAGE_NOT_ENCODABLE is thrown. */
export function acceptRecord(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && !isPlainObject(object)) throw refused(refusalText(object));
  // The own function under this name would decide which keys are packed.
  const own: unknown = object.hasOwnProperty;
  if (own !== Object.prototype.hasOwnProperty && typeof own === 'function')
    if (Object.hasOwn(object, 'hasOwnProperty')) throw refused(textOf(own));
  if (session.outgoing?.isAlone === true)
    for (const key of RESERVED_KEYS)
      if (Object.hasOwn(object, key)) throw refused(`an object with the reserved key ${key}`);
  return true;
}

/** Stands for all our classes: asked of every value that is no primitive, literal, array or Map, before any built-in. */
function WireInstance(): void {}
Object.defineProperty(WireInstance, Symbol.hasInstance, {
  value: (value: object): boolean => {
    if (session.outgoing === undefined) return false;
    const crossing = crossingIn(value, session.outgoing);
    if (crossing === 'refused') throw refused(refusalText(value));
    return crossing !== 'native';
  },
});

/** For msgpackr's `addExtension`. */
export const wireExtension = {
  Class: WireInstance,
  type: EXTENSION,
  write: (value: object): unknown => writeInstance(value, session.outgoing as Outgoing),
  read: (data: unknown): unknown => {
    const { incoming } = session;
    if (incoming === undefined || incoming === 'untrusted')
      throw new TypeError('expected plain data, got an instance of the runtime');
    return readInstance(data, incoming);
  },
};
