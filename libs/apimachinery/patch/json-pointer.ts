/** A JSON pointer (RFC 6901) that leads nowhere. */
export class PointerError extends Error {}

/** Splits `/a~1b/0` into `a/b` and `0`. Throws PointerError for a text without a leading slash (the whole document can't be patched). */
export function parsePointer(pointer: string): string[] {
  const parts = pointer.split('/');
  if (parts.length < 2) throw new PointerError(`missing path: ${pointer}`);
  return parts.slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The position a part names in an array; negative ones count from the end, as the Go library has it. */
export function arrayIndex(part: string, length: number): number {
  if (!/^[+-]?\d+$/.test(part)) throw new PointerError(`value was not a proper array index: '${part}'`);
  const index = Number(part);
  const position = index < 0 ? index + length : index;
  if (position < 0 || position >= length) throw new PointerError(`Unable to access invalid index: ${index}`);
  return position;
}
