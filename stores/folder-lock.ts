/**
 * The lock of a data folder: a Unix socket in it, which dies with its process, so that no lock is ever left behind, and at
 * which the process can be spoken to (the command line's door).
 *
 *   opener   listens at opener-<random>.sock   ──▶  asks at every other opener's socket
 *                                                     answered  → it is alive: give way, FOLDER_IN_USE
 *                                                     refused   → its process is dead: remove the name
 *            all dead  ──▶  renames a link of its socket to door.sock
 *
 * Never two: of two openers the later to listen asks after the other listens, and is answered. Both may give way when
 * they come at the same instant; then each tries again.
 * Runs on: main.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { folderFault } from './folder-fault.js';
import { STORE_LIMITS } from './limits.js';
import { DOOR_SOCKET, shortFolder } from './socket-path.js';

/** What is done with a connection of another process. */
export type ConnectionHandler = (socket: Socket) => void;

const PREFIX = 'opener-';
const SUFFIX = '.sock';
const NAME_BYTES = 6;
const TRIES_MAX = 5;
/** Longest wait before an opener tries again, in ms, times the tries it has made. */
const RETRY_MS = 20;

export class FolderLock {
  readonly #dir: string;
  readonly #name: string;
  readonly #server: Server;
  #handler: ConnectionHandler | undefined;
  readonly #sockets = new Set<Socket>();

  /** Use {@link lockFolder}. */
  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#name = name;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.unref();
  }

  /** Who gets connections from now on; before, they are ended as soon as they are made. */
  onConnection(handler: ConnectionHandler): void {
    this.#handler = handler;
  }

  /** Ends every connection and lets go of the folder. Safe to call twice. */
  async release(): Promise<void> {
    rmSync(join(this.#dir, DOOR_SOCKET), { force: true });
    await this.#end();
  }

  /** Listens, asks the others; false when one of them is alive. */
  async acquire(): Promise<boolean> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(join(shortFolder(this.#dir), this.#name), () => {
        this.#server.off('error', reject);
        // From here on a failing accept is the caller's loss.
        this.#server.on('error', () => {});
        resolve();
      });
    });
    if (await isAnyAlive(this.#dir, this.#name)) {
      await this.#end();
      return false;
    }
    this.#openDoor();
    return true;
  }

  #openDoor(): void {
    const own = join(this.#dir, this.#name);
    const link = join(this.#dir, `${this.#name}.new${SUFFIX}`);
    linkSync(own, link);
    renameSync(link, join(this.#dir, DOOR_SOCKET));
  }

  #accept(socket: Socket): void {
    socket.on('error', () => {});
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#handler === undefined) socket.end();
    else this.#handler(socket);
  }

  async #end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    rmSync(join(this.#dir, this.#name), { force: true });
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/** Takes the lock of `dir`, which must be there. Rejects FOLDER_IN_USE while another process (or this one) has it. */
export async function lockFolder(dir: string): Promise<FolderLock> {
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    const name = `${PREFIX}${randomBytes(NAME_BYTES).toString('hex')}${SUFFIX}`;
    const lock = new FolderLock(dir, name);
    if (await lock.acquire()) return lock;
    // The other may be one that gives way to this one: then the folder is free in a moment.
    await pause(RETRY_MS * tries * Math.random());
  }
  throw folderFault('FOLDER_IN_USE', dir, 'expected it to be free, got another process in it');
}

/** Asks at every socket but `own`; removes the names of those that nobody listens at. */
async function isAnyAlive(dir: string, own: string): Promise<boolean> {
  const others = readdirSync(dir).filter(
    (name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX) && name !== own,
  );
  const answers = await Promise.all(others.map((name) => isAlive(dir, name)));
  for (const [i, name] of others.entries())
    if (answers[i] === false) rmSync(join(dir, name), { force: true });
  return answers.includes(true);
}

/** True also for one that is there and does not answer in time: it may be at work. */
function isAlive(dir: string, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(join(shortFolder(dir), name));
    const settle = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(STORE_LIMITS.lockAnswerMs, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}
