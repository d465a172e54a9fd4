/**
 * The door of a running platform, for the command line: the Unix socket that locks the data folder also takes calls.
 * Only who may write in the folder can connect to it: there is no token, and nothing of it is reachable from outside.
 * A connection has one call in hand at a time; the next is read when it is answered, so a flood waits in the kernel.
 *
 *    caller                      door
 *      │ { call, args } payload    │ looks the call up by name, runs it
 *      ├──────────────────────────►│
 *      │ { value } payload         │ or { error: { code, message, … } }, and the connection goes on
 *      │◄──────────────────────────┤ what is no frame at all is answered, and the connection ended
 * Runs on: main.
 */
import type { Socket } from 'node:net';
import { CodedError, type Logger } from '../../core/index.js';
import { errorToWire, textOf } from '../../core/internal.js';
import { PLATFORM_LIMITS } from '../limits.js';
import { type DoorFrame, encodeFrame, FrameReader } from './door-frame.js';

/** What a call is given. */
export interface DoorRequest {
  readonly args: Readonly<Record<string, unknown>>;
  readonly payload: Uint8Array;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** What a call answers: plain JSON, and bytes if any. */
export interface DoorReply {
  readonly value: unknown;
  readonly payload?: Uint8Array;
}

/** Name -> what it does. What a call throws goes to its caller with its code. */
export type DoorCalls = Readonly<Record<string, (request: DoorRequest) => Promise<DoorReply>>>;

export class FolderDoor {
  readonly #calls: DoorCalls;
  readonly #logger: Logger;
  readonly #visitors = new Set<Visitor>();
  #isClosed = false;

  constructor(calls: DoorCalls, logger: Logger) {
    this.#calls = calls;
    this.#logger = logger;
  }

  /** Takes a connection over; ends it at once when the door is closed or too many are open. */
  accept(socket: Socket): void {
    if (this.#isClosed || this.#visitors.size >= PLATFORM_LIMITS.doorConnectionsMax) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    const visitor = new Visitor(socket, this.#calls, this.#logger);
    this.#visitors.add(visitor);
    socket.once('close', () => this.#visitors.delete(visitor));
  }

  /** Ends every connection; what is in hand is aborted. Nothing is accepted any more. */
  close(): void {
    this.#isClosed = true;
    for (const visitor of this.#visitors) visitor.end();
  }
}

/** One connection. */
class Visitor {
  readonly #socket: Socket;
  readonly #calls: DoorCalls;
  readonly #logger: Logger;
  readonly #frames = new FrameReader(PLATFORM_LIMITS.doorFrameBytesMax);
  readonly #gone = new AbortController();
  #isBusy = false;

  constructor(socket: Socket, calls: DoorCalls, logger: Logger) {
    this.#socket = socket;
    this.#calls = calls;
    this.#logger = logger;
    socket.setTimeout(PLATFORM_LIMITS.doorIdleMs, () => {
      if (!this.#isBusy) socket.destroy();
    });
    socket.on('error', () => {}); // whatever went wrong, `close` follows
    socket.once('close', () => this.#gone.abort());
    socket.on('data', (chunk) => {
      this.#frames.push(chunk);
      this.#turn();
    });
  }

  end(): void {
    this.#socket.destroy();
  }

  #turn(): void {
    if (this.#isBusy || this.#socket.destroyed) return;
    let frame: DoorFrame | undefined;
    try {
      frame = this.#frames.next();
    } catch (error) {
      // Where the next frame would begin is not known any more.
      this.#socket.end(encodeFrame({ error: errorToWire(error) }));
      return;
    }
    if (frame === undefined) return;
    this.#isBusy = true;
    this.#socket.pause();
    void this.#answer(frame).then((bytes) => {
      this.#isBusy = false;
      if (this.#socket.destroyed) return;
      this.#socket.write(bytes);
      this.#socket.resume();
      this.#turn();
    });
  }

  /** Never rejects. */
  async #answer({ head, payload }: DoorFrame): Promise<Uint8Array> {
    try {
      const { name, args } = readHead(head);
      const call = Object.hasOwn(this.#calls, name) ? this.#calls[name] : undefined;
      if (call === undefined)
        throw refused(`expected a call of ${Object.keys(this.#calls).join(', ')}`, name);
      const reply = await call({ args, payload, signal: this.#gone.signal });
      const { doorFrameBytesMax } = PLATFORM_LIMITS;
      return encodeFrame({ value: reply.value ?? null }, reply.payload, doorFrameBytesMax);
    } catch (error) {
      this.#logger.debug('a call at the door of the data folder failed', { error });
      return encodeFrame({ error: errorToWire(error) });
    }
  }
}

function readHead(head: unknown): { name: string; args: Readonly<Record<string, unknown>> } {
  const { call, args = {} } = (head ?? {}) as { call?: unknown; args?: unknown };
  if (typeof call !== 'string') throw refused('expected the name of a call', call);
  if (typeof args !== 'object' || args === null) throw refused('expected arguments by name', args);
  return { name: call, args: args as Record<string, unknown> };
}

function refused(expected: string, got: unknown): CodedError<'DOOR_REFUSED'> {
  return new CodedError('DOOR_REFUSED', `${expected}, got ${textOf(got)}`);
}
