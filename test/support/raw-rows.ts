/**
 * Every row of a data folder as bytes, to see that something is nowhere.
 * Runs on: main.
 */
import { writeBytes } from '../../stores/byte-writer.js';
import type { EntityId, Folder } from '../../stores/internal.js';
import * as part from '../../stores/key-bytes.js';
import type { Table } from '../../stores/table.js';
import { writeValue } from '../../stores/value-codec.js';

const EVERYTHING = { from: Buffer.alloc(1), below: Buffer.alloc(1_978, 0xff) };

/** Where an id stands in keys or values, as text and as either encodes it: `table key-in-hex`, one for each row. */
export function rowsWith(folder: Folder, eid: EntityId): string[] {
  const { log, state } = folder.environments;
  folder.environments.refresh();
  const needles = formsOf(eid);
  const found: string[] = [];
  for (const table of [...Object.values(log.tables), ...Object.values(state.tables)] as Table[]) {
    for (const { key, value } of table.read(EVERYTHING)) {
      const isThere = [key, value].some((bytes) => {
        const buffer = Buffer.from(bytes);
        return needles.some((needle) => buffer.includes(needle));
      });
      if (isThere) found.push(`${table.name} ${Buffer.from(key).toString('hex')}`);
    }
  }
  return found;
}

function formsOf(eid: EntityId): Buffer[] {
  part.beginKey();
  part.writeId(eid);
  const inKey = Buffer.from(part.endKey());
  const inValue = Buffer.from(writeBytes((writer) => writeValue(writer, eid)));
  return [Buffer.from(String(eid), 'utf8'), inKey, inValue];
}
