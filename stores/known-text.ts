/**
 * Text that comes again and again within one row (sources, hooks): written out the first time, by its place in the list
 * of those seen after that. Writer and reader keep the same list.
 * Runs on: any.
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** How many are looked through; a row with more different ones writes the rest out. */
const KNOWN_MAX = 64;

/** Appends `text`, and it to `known`. */
export function writeKnownText(writer: ByteWriter, text: string, known: string[]): void {
  const place = known.lastIndexOf(text);
  writer.varint(place + 1);
  if (place >= 0) return;
  writer.text(text);
  if (known.length < KNOWN_MAX) known.push(text);
}

/** The text that {@link writeKnownText} wrote with the same `known`. */
export function readKnownText(reader: ByteReader, known: string[]): string {
  const place = reader.varint();
  if (place > 0) {
    const text = known[place - 1];
    if (text === undefined) throw reader.fault('a text seen before');
    return text;
  }
  const text = reader.text();
  if (known.length < KNOWN_MAX) known.push(text);
  return text;
}
