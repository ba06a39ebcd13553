/**
 * Arrays in PostgreSQL's binary format (backend utils/adt/arrayfuncs.c array_recv). In text format, every quote of every JSON value would
 * have to be escaped here and unescaped there; pg sends a Buffer unchanged.
 */

const INT8_OID = 20;
const TEXT_OID = 25;
const HEADER = 20;

function header(oid: number, length: number, bytes: number, hasNull: boolean): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + bytes);
  // dimensions, flags, element type, then length and lower bound of the only dimension
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

/** text[] of strings; undefined is NULL. Throws a TypeError for a text that contains U+0000, which PostgreSQL cannot store. */
export function textArray(items: readonly (string | undefined)[]): Buffer {
  let bytes = 0;
  const lengths = items.map((item) => {
    const length = item === undefined ? -1 : Buffer.byteLength(item);
    bytes += 4 + Math.max(length, 0);
    return length;
  });
  const buffer = header(TEXT_OID, items.length, bytes, lengths.includes(-1));
  let offset = HEADER;
  for (const [index, item] of items.entries()) {
    offset = buffer.writeInt32BE(lengths[index] ?? -1, offset);
    if (item === undefined) continue;
    if (item.includes('\0')) throw new TypeError('a text with U+0000 cannot be stored');
    offset += buffer.write(item, offset);
  }
  return buffer;
}

/** bigint[] of integers; undefined is NULL. */
export function bigintArray(items: readonly (number | undefined)[]): Buffer {
  const nulls = items.filter((item) => item === undefined).length;
  const buffer = header(INT8_OID, items.length, items.length * 12 - nulls * 8, nulls > 0);
  let offset = HEADER;
  for (const item of items) {
    offset = buffer.writeInt32BE(item === undefined ? -1 : 8, offset);
    if (item === undefined) continue;
    buffer.writeInt32BE(Math.floor(item / 2 ** 32), offset);
    buffer.writeUInt32BE(item >>> 0, offset + 4);
    offset += 8;
  }
  return buffer;
}
