/** A JSON pointer (RFC 6901) to a location that does not exist. */
export class PointerError extends Error {}

/** Splits `/a~1b/0` into `a/b` and `0`. Throws PointerError for a text without a leading slash (the whole document cannot be patched). */
export function parsePointer(pointer: string): string[] {
  const parts = pointer.split('/');
  if (parts.length < 2) throw new PointerError(`missing path: ${pointer}`);
  parts.shift();
  return pointer.includes('~') ? parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')) : parts;
}

/** The index of a part in an array; negative ones count from the end, as in the Go library. */
export function arrayIndex(part: string, length: number): number {
  if (!/^[+-]?\d+$/.test(part)) throw new PointerError(`value was not a proper array index: '${part}'`);
  const index = Number(part);
  const position = index < 0 ? index + length : index;
  if (position < 0 || position >= length) throw new PointerError(`Unable to access invalid index: ${index}`);
  return position;
}
