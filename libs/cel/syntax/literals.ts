import { doubleOf, intOf, uintOf, type Value } from '../run/values.js';

/** The values of literals (cel-go's parser.go and unescape.go). */

function bigintOf(digits: string): bigint {
  // Longer ones do not fit in 64 bits, and parsing them would cost the square of their length.
  return digits.length > 70 ? 2n ** 64n : BigInt(digits);
}

/** An int; undefined if it does not fit in 64 bits. */
export function intLiteral(text: string, negative: boolean): Value | undefined {
  const digits = text.startsWith('0x') ? `0x${text.slice(2).replace(/^0+(?=.)/, '')}` : text.replace(/^0+(?=.)/, '');
  const value = bigintOf(digits);
  return intOf(negative ? -value : value);
}

/** An uint; undefined if it does not fit in 64 bits. */
export function uintLiteral(text: string): Value | undefined {
  const digits = text.slice(0, -1);
  return uintOf(bigintOf(digits.startsWith('0x') ? `0x${digits.slice(2).replace(/^0+(?=.)/, '')}` : digits.replace(/^0+(?=.)/, '')));
}

/** A double; undefined if it is beyond all doubles. */
export function doubleLiteral(text: string, negative: boolean): Value | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? doubleOf(negative ? -value : value) : undefined;
}

const SHORT: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const ESCAPES = /\\(?:([abfnrtv"'\\?`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/g;

/** The text within the quotes, and whether its escapes stand for themselves. */
function inner(text: string): { body: string; raw: boolean } {
  const raw = /^[rR]/.test(text);
  const quoted = raw ? text.slice(1) : text;
  const width = quoted.length >= 6 && /^(?:"""|''')/.test(quoted) ? 3 : 1;
  return { body: quoted.slice(width, quoted.length - width), raw };
}

/** A string's value, or what is wrong with it. */
export function stringLiteral(text: string): { value: string } | { error: string } {
  const { body, raw } = inner(text.replace(/\r\n?/g, '\n'));
  if (raw || !body.includes('\\')) return { value: body };
  let error: string | undefined;
  const value = body.replace(ESCAPES, (_, short?: string, hex?: string, four?: string, eight?: string, octal?: string) => {
    if (short !== undefined) return SHORT[short] ?? short;
    const code = octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex ?? four ?? eight ?? '0', 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      error = 'invalid unicode code point';
      return '';
    }
    return String.fromCodePoint(code);
  });
  return error === undefined ? { value } : { error };
}

/** The value of bytes, or what is wrong with it: hex and octal escapes are bytes, Unicode ones are not allowed. */
export function bytesLiteral(text: string): { value: Uint8Array } | { error: string } {
  const { body, raw } = inner(text.slice(1).replace(/\r\n?/g, '\n'));
  if (raw || !body.includes('\\')) return { value: new Uint8Array(Buffer.from(body)) };
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const found of body.matchAll(ESCAPES)) {
    const [whole, short, hex, four, eight, octal] = found;
    if (four !== undefined || eight !== undefined) return { error: 'unable to unescape string' };
    parts.push(Buffer.from(body.slice(end, found.index)));
    const byte = octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex ?? '0', 16);
    parts.push(short !== undefined ? Buffer.from(SHORT[short] ?? short) : Uint8Array.of(byte));
    end = found.index + whole.length;
  }
  parts.push(Buffer.from(body.slice(end)));
  return { value: new Uint8Array(Buffer.concat(parts)) };
}
