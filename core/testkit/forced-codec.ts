/**
 * Sends what stays within a thread through the same codec as what leaves it, so that no test passes because sender
 * and receiver share an object: messages, answers, stream items, start arguments. What is broadcast or published
 * is shared by the receivers of one thread: it is frozen.
 * Runs on: any.
 */
import type { ActorCell } from '../actor/actor-cell.js';
import { CellState } from '../actor/cell-state.js';
import { CodedError } from '../errors.js';
import { FrameDecoder, FrameEncoder, findUnencodable } from '../message/codec.js';
import { Argc, type Asker, type Meta } from '../message/envelope.js';
import { Admission } from '../slot-table.js';
import { Counter } from '../thread-table.js';
import type { ActorHost } from '../threads/actor-host.js';

/** Makes a host do so, from its next spawn on. */
export function forceCodec(host: ActorHost): void {
  new ForcedCodec(host).install();
}

class ForcedCodec {
  readonly #host: ActorHost;
  readonly #encoder: FrameEncoder;
  readonly #decoder: FrameDecoder;
  /** True while a message of this thread itself is queued. */
  #isHere = false;
  /** What was given last, in this go. */
  #last: { readonly payload: unknown; readonly copy: unknown } | undefined = undefined;

  constructor(host: ActorHost) {
    this.#host = host;
    this.#encoder = new FrameEncoder(host);
    this.#decoder = new FrameDecoder(host);
  }

  install(): void {
    const host = this.#host;
    const { spawn, addCell } = host;
    host.spawn = (recipe, options, parent) => {
      const args = this.#copy(recipe.args, 'the start arguments', 'args') as readonly unknown[];
      return spawn.call(host, { ...recipe, args }, options, parent);
    };
    host.addCell = (cell) => {
      addCell.call(host, cell);
      this.#wrap(cell);
    };
  }

  #wrap(cell: ActorCell): void {
    const { offer, enqueue } = cell;
    cell.offer = (name, payload, meta) => {
      let copy: unknown;
      const argc = typeof meta === 'number' ? meta : meta.argc;
      try {
        copy = this.#copy(payload, `the arguments of "${name}"`, 'args', argc);
      } catch (error) {
        return this.#refuse(cell, name, payload, meta, error as CodedError);
      }
      this.#given(payload, copy);
      if (typeof meta === 'object' && meta.asker !== undefined) this.#wrapAsker(meta.asker);
      this.#isHere = true;
      try {
        return offer.call(cell, name, copy, meta);
      } finally {
        this.#isHere = false;
      }
    };
    cell.enqueue = (name, payload, meta) => {
      if (!this.#isHere) this.#given(payload, payload);
      enqueue.call(cell, name, payload, meta);
    };
  }

  /** What several actors are given in one go they would share: whoever changes it must be found out. */
  #given(payload: unknown, copy: unknown): void {
    if (typeof payload !== 'object' || payload === null) return;
    const last = this.#last;
    if (last?.payload === payload) {
      freeze(last.copy);
      freeze(copy);
      return;
    }
    if (last === undefined)
      queueMicrotask(() => {
        this.#last = undefined;
      });
    this.#last = { payload, copy };
  }

  /** As between threads: accepted, then a dead letter. */
  #refuse(
    cell: ActorCell,
    name: string,
    payload: unknown,
    meta: Meta,
    error: CodedError,
  ): Admission {
    const host = this.#host;
    if (cell.state >= CellState.draining) return Admission.stopped;
    host.count(Counter.accepted, 1);
    host.count(Counter.deadLetters, 1);
    const argc = (typeof meta === 'number' ? meta & 3 : meta.argc) as Argc;
    const asker = typeof meta === 'number' ? undefined : meta.asker;
    host.deadLetter(cell, { name, argc, payload, asker }, 'notEncodable', error);
    return Admission.accepted;
  }

  #wrapAsker(asker: Asker & { item?(value: unknown): void }): void {
    if (Object.hasOwn(asker, 'reply')) return;
    const { reply, item } = asker;
    const through = (give: (value: unknown) => void) => (value: unknown) => {
      let copy: unknown;
      try {
        copy = this.#copy(value, 'a reply', 'reply');
      } catch (error) {
        return asker.fail(error);
      }
      give.call(asker, copy);
    };
    asker.reply = through(reply);
    if (item !== undefined) asker.item = through(item);
  }

  /** Throws MESSAGE_NOT_ENCODABLE, BINARY_MOVED. */
  #copy(value: unknown, what: string, place: string, argc: number = Argc.many): unknown {
    if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
      return value;
    if (value === null) return value;
    try {
      const { bytes, attachments, transfer } = this.#encoder.encode([value]);
      this.#encoder.forgetEpochsBefore(Infinity);
      const arrived = attachments && structuredClone(attachments, { transfer: transfer ?? [] });
      return this.#decoder.decode(bytes, arrived)[0];
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'MESSAGE_NOT_ENCODABLE') throw error;
      const at = findUnencodable(argc === Argc.one ? [value] : value, place);
      const got = `${at?.what ?? error.message} at ${at?.path ?? 'an unknown place'}`;
      const text = `expected ${what} to be able to cross threads, got ${got}`;
      const details = { path: at?.path ?? '', what: at?.what ?? '' };
      throw new CodedError('MESSAGE_NOT_ENCODABLE', text, { details, cause: error });
    }
  }
}

/** Plain objects and arrays, all the way down; a ref, say, stays what it is. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
