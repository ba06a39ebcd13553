/** Go text formats that error messages are made of: strconv.Quote, encoding/json with HTML escaping, fmt's %v of lists. */

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** Characters Go's unicode.IsPrint refuses: everything that is neither a letter, mark, number, punctuation, symbol nor the ASCII space. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const PLAIN = /^[ !#-[\]-~]*$/;

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

function quoteCharacter(char: string): string {
  const short = SHORT_ESCAPES[char];
  if (short !== undefined) return short;
  if (!UNPRINTABLE.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

/** Go's %q of a string (strconv.Quote): double quotes, printable Unicode left as it is. */
export function goQuote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let quoted = '';
  for (const char of text) quoted += quoteCharacter(char);
  return `"${quoted}"`;
}

/** Whether Go's unicode.IsPrint holds for a character (a single code point). */
export function goIsPrint(char: string): boolean {
  return !UNPRINTABLE.test(char);
}

/** encoding/json's Marshal: compact, with <, >, &, U+2028 and U+2029 escaped. Undefined is null, as a nil pointer is. */
export function goJSON(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${hex(char.charCodeAt(0), 4)}`);
}

/** Go's %v of a number: integers plainly, floats in the shortest form, with an exponent below 1e-4 and from 1e21. */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  const text = Math.abs(value) < 1e-4 || Math.abs(value) >= 1e21 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Go's %#v of a []string: `[]string{"a", "b"}`. */
export function goStringSlice(values: readonly string[]): string {
  return `[]string{${values.map(goQuote).join(', ')}}`;
}

/** Length of a text in bytes of UTF-8, which is what Go's len() counts. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
