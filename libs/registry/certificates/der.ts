/** As much of DER (X.690) as a certificate signing request takes: nested tags with definite lengths. */

/** One element: its tag, its content, and the bytes it was written in. */
export interface Element {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

/** Reads the element at an offset; undefined where the bytes are none. */
export function readElement(bytes: Buffer, offset = 0): Element | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[offset + 2 + i] ?? 0);
  const start = offset + 2 + lengthBytes;
  if (start + length > bytes.length) return undefined;
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(offset, start + length) };
}

/** All elements of a sequence's or set's content; undefined where one is broken. */
export function readAll(content: Buffer): Element[] | undefined {
  const elements: Element[] = [];
  for (let offset = 0; offset < content.length; ) {
    const element = readElement(content, offset);
    if (!element) return undefined;
    elements.push(element);
    offset += element.whole.length;
  }
  return elements;
}

/** An object identifier's dotted text. */
export function oidText(content: Buffer): string {
  const arcs: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}
