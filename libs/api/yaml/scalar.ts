import { YamlError } from './yaml-error.js';

/** A number as JSON writes it: 64-bit integers stay exact. */
export class NumberText {
  constructor(readonly text: string) {}
}

export type Scalar = string | boolean | null | NumberText;

const LONG = 'tag:yaml.org,2002:';

const words = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

/** encoding/json's error for floats that JSON does not support. */
const unsupported = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, 'NaN'] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, '+Inf'] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, '-Inf'] as const),
]);

const longestWord = 5;
/** Go's integer literals (strconv.ParseInt with base 0); a leading zero means octal. */
const integer = /^([-+]?)(?:(0[xX][0-9a-fA-F]+)|(0[bB][01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
/** More digits than any 64-bit integer has, in any base. */
const longestInteger = 70;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const LARGEST_SIGNED = 2n ** 63n - 1n;
const LARGEST_UNSIGNED = 2n ** 64n - 1n;

function integerOf(text: string): NumberText | undefined {
  if (text.length > longestInteger) return undefined;
  const found = integer.exec(text);
  if (!found) return undefined;
  const [, sign, hexadecimal, binary, octal, decimal] = found;
  const size = BigInt(hexadecimal ?? binary ?? (octal === undefined ? (decimal ?? '0') : `0o${octal}`));
  const largest = sign === '' ? LARGEST_UNSIGNED : sign === '-' ? LARGEST_SIGNED + 1n : LARGEST_SIGNED;
  if (size > largest) return undefined;
  return new NumberText(sign === '-' && size !== 0n ? `-${size}` : String(size));
}

function floatOf(text: string): NumberText | undefined {
  if (!float.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return new NumberText(Object.is(value, -0) ? '-0' : String(value));
}

/** The possible first characters of scalars that are not strings (resolve.go resolveTable), as bits. */
const hints = new Set('+-.0123456789yYnNtTfFoO~'.split('').map((character) => character.charCodeAt(0)));

/** A plain scalar as goyaml.v2 resolves it: the booleans of YAML 1.1, Go's integers; no timestamps, nothing sexagesimal (resolve.go). */
function resolve(text: string): Scalar {
  if (text !== '' && !hints.has(text.charCodeAt(0))) return text;
  if (text.length <= longestWord) {
    const word = words.get(text);
    if (word !== undefined) return word;
    const float = unsupported.get(text);
    if (float !== undefined) throw new YamlError(`json: unsupported value: ${float}`);
  }
  const first = text.charCodeAt(0);
  // A dot begins a float; a sign or a digit any number, and underscores are ignored.
  if (first === 46) return floatOf(text) ?? text;
  if (first < 43 || first > 57) return text;
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  return integerOf(plain) ?? floatOf(plain) ?? text;
}

const shortTagOf = (value: Scalar): string => {
  if (value === null) return '!!null';
  if (typeof value === 'boolean') return '!!bool';
  if (typeof value === 'string') return '!!str';
  return /[.eE]/.test(value.text) ? '!!float' : '!!int';
};

function binary(text: string): string {
  if (!/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(text)) throw new YamlError('yaml: !!binary value contains invalid base64 data');
  return Buffer.from(text, 'base64').toString('utf8');
}

const resolvable = new Set(['!!bool', '!!int', '!!float', '!!null', '!!timestamp']);

/** The tag in the text, in its short form. */
function shortTag(tag: string): string {
  const name = tag.startsWith('!<') ? tag.slice(2, -1) : tag;
  return name.startsWith(LONG) ? `!!${name.slice(LONG.length)}` : name;
}

/** A scalar as goyaml.v2 decodes it. `tag` is the one in the text, '' for none; `plain`: neither quoted nor a block. Throws YamlError. */
export function scalarOf(text: string, plain: boolean, tag: string): Scalar {
  if (tag === '') return plain ? resolve(text) : text;
  const short = shortTag(tag);
  if (short === '!') return resolve(text);
  if (short === '!!binary') return binary(text);
  // A scalar with any other tag is a string, and so is a timestamp.
  if (!resolvable.has(short)) return text;
  const value = resolve(text);
  const found = shortTagOf(value);
  if (found === short || (short === '!!float' && found === '!!int')) return value;
  if (short === '!!timestamp' && /^\d{4}-/.test(text)) return text;
  throw new YamlError(`yaml: cannot decode ${found} \`${text}\` as a ${short}`);
}
