/**
 * What of an imported file goes into one request: data-points up to the bounds of a body, and the tokens of the entities
 * that are whole with it. The key of a body is the same whenever the same file is imported again, so that a repetition
 * after a crash counts once: it comes of the file's name, of how many data-points stand before it, and of what is in it.
 * Runs on: main.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { bytesOf, type Item } from './data-point-file.js';
import type { EntityTokens } from './imported-line.js';

/** A data-point on its way, and where it came from. */
export interface ImportItem extends Item {
  /** In its line, dotted; empty for all of it. */
  readonly place: string;
}

/** Tokens on their way, and the line of their entity. */
export interface ImportTokens extends EntityTokens {
  readonly line: number;
}

export interface TakenBatch {
  readonly items: readonly ImportItem[];
  /** The items as a JSON array. */
  readonly body: Uint8Array;
  /** For the Idempotency-Key. */
  readonly key: string;
  /** To be sent once the items are stored. */
  readonly tokens: readonly ImportTokens[];
}

export interface BatchBounds {
  /** Data-points, and entities with tokens, each. */
  readonly itemsMax: number;
  readonly bytesMax: number;
}

export class ImportBatch {
  readonly #name: string;
  readonly #bounds: BatchBounds;
  #items: ImportItem[] = [];
  #tokens: ImportTokens[] = [];
  #bytes = 2;
  #before = 0;

  /** For one file, from its beginning. */
  constructor(file: string, bounds: BatchBounds) {
    this.#name = basename(file);
    this.#bounds = bounds;
  }

  /** There must be room for it: one of any size has room in an empty batch. */
  hasRoomFor({ bytes }: ImportItem): boolean {
    if (this.#items.length === 0) return true;
    const { itemsMax, bytesMax } = this.#bounds;
    return this.#items.length < itemsMax && this.#bytes + bytes.length + 1 <= bytesMax;
  }

  /** Enough tokens wait. */
  get isFull(): boolean {
    return this.#tokens.length >= this.#bounds.itemsMax;
  }

  add(item: ImportItem): void {
    this.#items.push(item);
    this.#bytes += item.bytes.length + 1;
  }

  /** Of an entity whose data-points have all been added. */
  addTokens(tokens: ImportTokens): void {
    this.#tokens.push(tokens);
  }

  /** All that waits; the next batch begins behind it. */
  take(): TakenBatch {
    const items = this.#items;
    const tokens = this.#tokens;
    const body = bytesOf(items);
    const key = `import-${this.#digestOf(body)}`;
    this.#before += items.length;
    this.#items = [];
    this.#tokens = [];
    this.#bytes = 2;
    return { items, body, key, tokens };
  }

  #digestOf(body: Uint8Array): string {
    const hash = createHash('sha256').update(JSON.stringify([this.#name, this.#before]));
    return hash.update(body).digest('hex');
  }
}
