/**
 * A single number as the value of a row: eight bytes, a double.
 * Runs on: any.
 */

const ROW_BYTES = 8;

/** Any number, Infinity included. */
export function numberRow(number: number): Uint8Array {
  const row = new Uint8Array(ROW_BYTES);
  new DataView(row.buffer).setFloat64(0, number);
  return row;
}

/** What {@link numberRow} was given. Throws a RangeError for a row that is too short. */
export function readNumberRow(row: Uint8Array): number {
  return new DataView(row.buffer, row.byteOffset, row.byteLength).getFloat64(0);
}
