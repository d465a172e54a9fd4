/**
 * A platform that runs on a data folder of this machine, as a target of commands: requests go through the folder's socket.
 * Runs on: main.
 */
import { CodedError } from '../../../core/index.js';
import { socketPathOf } from '../../../stores/internal.js';
import { connectFolder, type FolderClient } from '../folder-client.js';
import type { Target, TargetAnswer, TargetRequest } from './target.js';

/** Undefined when no platform runs on it. Rejects NODE_UNREACHABLE. */
export async function openFolderTarget(dir: string): Promise<Target | undefined> {
  const client = await connectFolder(socketPathOf(dir));
  return client === undefined ? undefined : new FolderTarget(dir, client);
}

class FolderTarget implements Target {
  readonly place: string;
  readonly #client: FolderClient;

  constructor(dir: string, client: FolderClient) {
    this.place = dir;
    this.#client = client;
  }

  async request({ body, ...head }: TargetRequest): Promise<TargetAnswer> {
    const options = body === undefined ? {} : { payload: body };
    const { value, payload } = await this.#client.call('request', head, options);
    const { status, headers } = (value ?? {}) as Partial<TargetAnswer>;
    if (typeof status !== 'number')
      throw new CodedError('DOOR_REFUSED', `expected a status from ${this.place}, got none`);
    return { status, headers: headers ?? {}, body: payload };
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}
