/**
 * The caller's side of the door of a data folder: how the command line speaks to a platform that runs in another process.
 * One call at a time; a call has a deadline, and fails at once when the platform goes away.
 * Runs on: main.
 */
import { connect, type Socket } from 'node:net';
import { CodedError } from '../../core/index.js';
import { errorFromWire, textOf, type WireError } from '../../core/internal.js';
import { PLATFORM_LIMITS } from '../limits.js';
import { type DoorFrame, encodeFrame, FrameReader } from './door-frame.js';

/** An answer: the value, and the bytes that came with it. */
export interface CallReply {
  readonly value: unknown;
  readonly payload: Uint8Array;
}

interface Waiting {
  readonly resolve: (reply: CallReply) => void;
  readonly reject: (error: Error) => void;
}

/** Nobody listens: no socket, one that a killed process left, or a file where its folder should be. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR']);

/**
 * Connects to the socket at `path`. Undefined when no platform listens there. Rejects NODE_UNREACHABLE when one may, and
 * this user may not connect.
 */
export function connectFolder(path: string): Promise<FolderClient | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(new FolderClient(socket, path)));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY.has(error.code ?? '')) resolve(undefined);
      else reject(unreachable(`expected to connect to ${path}, got ${error.code}`, error));
    });
  });
}

export class FolderClient {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #frames = new FrameReader(PLATFORM_LIMITS.doorFrameBytesMax);
  #waiting: Waiting | undefined = undefined;

  /** Internal: see {@link connectFolder}. */
  constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#path = path;
    socket.removeAllListeners('error').on('error', () => {}); // `close` follows
    socket.on('data', (chunk) => this.#read(chunk));
    socket.once('close', () => {
      this.#settle(unreachable(`the platform at ${path} went away before it answered`));
    });
  }

  /** Rejects with the error the other side threw, code included; NODE_UNREACHABLE when it went away or is late. */
  call(
    name: string,
    args: object = {},
    options: { readonly payload?: Uint8Array; readonly deadlineMs?: number } = {},
  ): Promise<CallReply> {
    const { payload, deadlineMs = PLATFORM_LIMITS.doorCallMs } = options;
    if (this.#waiting !== undefined)
      throw new CodedError('DOOR_REFUSED', `expected one call at a time, got ${name} beside one`);
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.#settle(unreachable(`${name} at ${this.#path} took more than ${deadlineMs} ms`));
        this.close();
      };
      const timer = setTimeout(late, deadlineMs);
      this.#waiting = {
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      if (this.#socket.destroyed)
        this.#settle(unreachable(`the platform at ${this.#path} has gone away`));
      else this.#socket.write(encodeFrame({ call: name, args }, payload));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array): void {
    try {
      this.#frames.push(chunk);
      const frame = this.#frames.next();
      if (frame !== undefined) this.#settle(replyOf(frame));
    } catch (error) {
      this.#settle(error as Error);
      this.close();
    }
  }

  #settle(outcome: CallReply | Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (outcome instanceof Error) waiting?.reject(outcome);
    else waiting?.resolve(outcome);
  }
}

function replyOf({ head, payload }: DoorFrame): CallReply | Error {
  const { value, error } = (head ?? {}) as { value?: unknown; error?: WireError };
  if (error === undefined) return { value, payload };
  try {
    return errorFromWire(error);
  } catch {
    return new CodedError('DOOR_REFUSED', `expected an answer, got ${textOf(error)}`);
  }
}

function unreachable(text: string, cause?: unknown): CodedError<'NODE_UNREACHABLE'> {
  return new CodedError('NODE_UNREACHABLE', text, { cause });
}
