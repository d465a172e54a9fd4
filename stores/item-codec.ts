/**
 * The columns of a record, and chunks of items that have spilled from it, as bytes. Each stands for itself, so that it
 * can be copied unread from record to record. An item of today costs about a dozen bytes and its value:
 *
 *   items  count item*
 *   item   flags | t1 from the item before | t2 from t1 | seq from the item before | weight? c? origin? | value
 *   chunk  tag | greatest t2 | items
 *
 * Runs on: any.
 */
import { ByteReader } from './byte-reader.js';
import { type ByteWriter, writeBytes } from './byte-writer.js';
import { readKnownText, writeKnownText } from './known-text.js';
import type { Item, PlainValue, Spilled } from './record.js';
import { readValue, writeValue } from './value-codec.js';

/** Format of a chunk; another one gets another number. */
const CHUNK_TAG = 0x12;
/** Flags, value, t1, and seq or its flag. */
const ITEM_BYTES_MIN = 3;

/** Flags of an item: two bits for the confidence, one each for the rest. */
const C_FLOAT = 1;
const C_PERCENT = 2;
const C_MASK = 3;
const IS_INSTANT = 4;
const SAME_SEQ = 8;
const IS_MERGED = 16;
/** Source and hook are those of the item before. */
const SAME_ORIGIN = 32;
const HAS_SOURCE = 64;
const HAS_HOOK = 128;

/** Bytes of a chunk with these items, at least one. Throws VALUE_NOT_STORABLE. */
export function encodeChunk(items: readonly Item[]): Uint8Array<ArrayBuffer> {
  return writeBytes((writer) => {
    writer.byte(CHUNK_TAG);
    writer.instant(
      items.reduce((latest, item) => Math.max(latest, item.t2), -Infinity),
      0,
    );
    writeItems(writer, items);
  });
}

/** The items of {@link encodeChunk}, sharing no memory with `bytes`. Other bytes are STORED_BYTES_INVALID. */
export function decodeChunk(bytes: Uint8Array): Item[] {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== CHUNK_TAG) throw reader.fault(`a chunk of format ${CHUNK_TAG}`);
  reader.instant(0); // where it ends, for who would pass it over
  const items = readItems(reader);
  reader.finish();
  return items;
}

/** Appends items in their order, whatever it is. */
export function writeItems(writer: ByteWriter, items: readonly Item[]): void {
  const known: string[] = [];
  let before = NO_ITEM;
  writer.varint(items.length);
  for (const item of items) {
    writeItem(writer, item, before, known);
    before = item;
  }
}

/** What {@link writeItems} wrote. */
export function readItems(reader: ByteReader): Item[] {
  const known: string[] = [];
  const items: Item[] = [];
  let before = NO_ITEM;
  for (let left = reader.count(ITEM_BYTES_MIN); left > 0; left--) {
    before = readItem(reader, before, known);
    items.push(before);
  }
  return items;
}

/** Appends a plain value. */
export function writePlain(writer: ByteWriter, plain: PlainValue): void {
  const { src, hook } = plain;
  writer.byte((src === undefined ? 0 : HAS_SOURCE) | (hook === undefined ? 0 : HAS_HOOK));
  writer.instant(plain.at, 0);
  writer.varint(plain.seq);
  if (src !== undefined) writer.text(src);
  if (hook !== undefined) writer.text(hook);
  writeValue(writer, plain.v);
}

/** What {@link writePlain} wrote. */
export function readPlain(reader: ByteReader): PlainValue {
  const flags = reader.byte();
  const at = reader.instant(0);
  const seq = reader.varint();
  const src = (flags & HAS_SOURCE) === 0 ? undefined : reader.text();
  const hook = (flags & HAS_HOOK) === 0 ? undefined : reader.text();
  return { v: readValue(reader), at, seq, src, hook };
}

/** Appends what has spilled. */
export function writeSpilled(writer: ByteWriter, spilled: Spilled): void {
  writer.varint(spilled.next);
  writer.varint(spilled.chunks);
  writer.varint(spilled.items);
  writer.instant(spilled.t1Min, 0);
  writer.instant(spilled.t1Max, spilled.t1Min);
  writer.instant(spilled.t2Max, spilled.t1Min);
  writer.instant(spilled.spanMaxMs, 0);
}

/** What {@link writeSpilled} wrote. */
export function readSpilled(reader: ByteReader): Spilled {
  const next = reader.varint();
  const chunks = reader.varint();
  const items = reader.varint();
  const t1Min = reader.instant(0);
  const t1Max = reader.instant(t1Min);
  const t2Max = reader.instant(t1Min);
  const spanMaxMs = reader.instant(0);
  return { next, chunks, items, t1Min, t1Max, t2Max, spanMaxMs };
}

const NO_ITEM: Item = {
  t1: 0,
  t2: 0,
  v: undefined,
  c: 1,
  seq: 0,
  weight: 1,
  src: undefined,
  hook: undefined,
};

function writeItem(writer: ByteWriter, item: Item, before: Item, known: string[]): void {
  const { t1, t2, c, seq, weight, src, hook } = item;
  const percent = c * 100;
  const isPercent =
    Number.isInteger(percent) && percent >= 0 && percent < 100 && percent / 100 === c;
  const confidence = c === 1 ? 0 : isPercent ? C_PERCENT : C_FLOAT;
  const isSameOrigin = src === before.src && hook === before.hook;
  let flags = confidence;
  if (t1 === t2) flags |= IS_INSTANT;
  if (seq === before.seq) flags |= SAME_SEQ;
  if (weight !== 1) flags |= IS_MERGED;
  if (isSameOrigin) flags |= SAME_ORIGIN;
  if (!isSameOrigin && src !== undefined) flags |= HAS_SOURCE;
  if (!isSameOrigin && hook !== undefined) flags |= HAS_HOOK;
  writer.byte(flags);
  writer.instant(t1, before.t1);
  if (t1 !== t2) writer.instant(t2, t1);
  if (seq !== before.seq) writer.signed(seq - before.seq);
  if (weight !== 1) writer.varint(weight);
  if (confidence === C_PERCENT) writer.byte(percent);
  else if (confidence === C_FLOAT) writer.float(c);
  if (!isSameOrigin && src !== undefined) writeKnownText(writer, src, known);
  if (!isSameOrigin && hook !== undefined) writeKnownText(writer, hook, known);
  writeValue(writer, item.v);
}

function readItem(reader: ByteReader, before: Item, known: string[]): Item {
  const flags = reader.byte();
  const t1 = reader.instant(before.t1);
  const t2 = (flags & IS_INSTANT) !== 0 ? t1 : reader.instant(t1);
  const seq = (flags & SAME_SEQ) !== 0 ? before.seq : before.seq + reader.signed();
  const weight = (flags & IS_MERGED) === 0 ? 1 : reader.varint();
  const confidence = flags & C_MASK;
  if (confidence === C_MASK) throw reader.fault('the flags of an item');
  const c = confidence === 0 ? 1 : confidence === C_FLOAT ? reader.float() : reader.byte() / 100;
  let { src, hook } = before;
  if ((flags & SAME_ORIGIN) === 0) {
    src = (flags & HAS_SOURCE) === 0 ? undefined : readKnownText(reader, known);
    hook = (flags & HAS_HOOK) === 0 ? undefined : readKnownText(reader, known);
  }
  return { t1, t2, v: readValue(reader), c, seq, weight, src, hook };
}
