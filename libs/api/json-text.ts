import { maxDepth } from './limits.js';

/**
 * A JSON parser that keeps what JSON.parse loses: duplicate keys, the order of keys, and the text of numbers. It reports errors in the
 * words of Go's encoding/json (scanner.go). Used only to explain errors, never in the hot path.
 */
export type JsonNode =
  | { kind: 'object'; entries: Array<[key: string, value: JsonNode]> }
  | { kind: 'array'; items: JsonNode[] }
  | { kind: 'string'; value: string }
  | { kind: 'number'; text: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'null' };

/** The text is not valid JSON; the message is Go's. */
export class JsonSyntaxError extends Error {}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const plainString = /[^"\\\u0000-\u001f]*/y;
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A character as Go quotes it in its messages. */
function quoted(text: string, at: number): string {
  const c = text[at] ?? '';
  if (c === "'") return "'\\''";
  if (c === '"') return `'"'`;
  if (c > '\u007e') return `'${Buffer.from(c)[0] ? String.fromCharCode(Buffer.from(c)[0] ?? 0) : c}'`;
  return `'${JSON.stringify(c).slice(1, -1).replace(/\\u00/, '\\x')}'`;
}

class Reader {
  private at = 0;
  private depth = 0;
  constructor(private readonly text: string) {}

  document(): JsonNode {
    const node = this.value();
    this.space();
    if (this.at < this.text.length) this.fail('after top-level value');
    return node;
  }

  private fail(context: string): never {
    if (this.at >= this.text.length) throw new JsonSyntaxError('unexpected end of JSON input');
    throw new JsonSyntaxError(`invalid character ${quoted(this.text, this.at)} ${context}`);
  }

  private space(): void {
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return;
    }
  }

  private value(): JsonNode {
    this.space();
    const c = this.text[this.at];
    if (c === '{' || c === '[') {
      if (++this.depth > maxDepth) throw new JsonSyntaxError('exceeded max depth');
      const node = c === '{' ? this.object() : this.array();
      this.depth--;
      return node;
    }
    if (c === '"') return { kind: 'string', value: this.string() };
    if (c === 't' || c === 'f' || c === 'n') return this.literal(c);
    if (c !== undefined && (c === '-' || (c >= '0' && c <= '9'))) return this.number();
    return this.fail('looking for beginning of value');
  }

  private literal(first: string): JsonNode {
    const word = first === 't' ? 'true' : first === 'f' ? 'false' : 'null';
    for (const letter of word) {
      if (this.text[this.at] !== letter) this.fail(`in literal ${word} (expecting '${letter}')`);
      this.at++;
    }
    return word === 'null' ? { kind: 'null' } : { kind: 'bool', value: word === 'true' };
  }

  private number(): JsonNode {
    number.lastIndex = this.at;
    const match = number.exec(this.text);
    if (!match) {
      this.at++;
      return this.fail('in numeric literal');
    }
    this.at += match[0].length;
    const next = this.text[this.at];
    if (next === '.' && !match[0].includes('.')) {
      this.at++;
      this.fail('after decimal point in numeric literal');
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(match[0])) {
      this.at++;
      this.fail('in exponent of numeric literal');
    }
    return { kind: 'number', text: match[0] };
  }

  private string(): string {
    let out = '';
    this.at++;
    for (;;) {
      plainString.lastIndex = this.at;
      const plain = plainString.exec(this.text)?.[0] ?? '';
      out += plain;
      this.at += plain.length;
      const c = this.text[this.at];
      if (c === '"') {
        this.at++;
        return out;
      }
      if (c !== '\\') this.fail('in string literal');
      this.at++;
      out += this.escape();
    }
  }

  private escape(): string {
    const c = this.text[this.at] ?? '';
    if (c === 'u') {
      for (let i = 1; i <= 4; i++) {
        if (/[0-9a-fA-F]/.test(this.text[this.at + i] ?? '')) continue;
        this.at += i;
        this.fail('in \\u hexadecimal character escape');
      }
      this.at += 5;
      return String.fromCharCode(Number.parseInt(this.text.slice(this.at - 4, this.at), 16));
    }
    const plain = escapes[c];
    if (plain === undefined) this.fail('in string escape code');
    this.at++;
    return plain;
  }

  private object(): JsonNode {
    const entries: Array<[string, JsonNode]> = [];
    this.at++;
    this.space();
    if (this.text[this.at] === '}') this.at++;
    else {
      for (let more = true; more; ) {
        this.space();
        if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
        const key = this.string();
        this.space();
        if (this.text[this.at] !== ':') this.fail('after object key');
        this.at++;
        entries.push([key, this.value()]);
        more = this.more('}', 'after object key:value pair');
      }
    }
    return { kind: 'object', entries };
  }

  private array(): JsonNode {
    const items: JsonNode[] = [];
    this.at++;
    this.space();
    if (this.text[this.at] === ']') this.at++;
    else {
      for (let more = true; more; ) {
        items.push(this.value());
        more = this.more(']', 'after array element');
      }
    }
    return { kind: 'array', items };
  }

  /** After a member: whether there is another one. */
  private more(close: string, context: string): boolean {
    this.space();
    const c = this.text[this.at];
    if (c !== ',' && c !== close) this.fail(context);
    this.at++;
    return c === ',';
  }
}

/** Reads a JSON text; throws JsonSyntaxError with Go's message. */
export function readJson(text: string): JsonNode {
  return new Reader(text).document();
}

/** A parsed value as a node, for values without a text (patched objects, YAML). Keys are sorted, as Go encodes a map. */
export function nodeOf(value: unknown): JsonNode {
  if (value === null || value === undefined) return { kind: 'null' };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (Array.isArray(value)) return { kind: 'array', items: value.map(nodeOf) };
  if (typeof value === 'object') return { kind: 'object', entries: entriesOf(value) };
  return { kind: 'number', text: String(value) };
}

function entriesOf(value: object): Array<[string, JsonNode]> {
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, nodeOf(member)]);
}

/**
 * The number of keys and the nesting depth of a valid JSON text, by one scan: duplicate keys are those that the parsed value does not have.
 */
export function measure(text: string): { keys: number; depth: number } {
  let keys = 0;
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      do i = text.indexOf('"', i + 1);
      while (i > 0 && escapedAt(text, i));
      if (i < 0) break;
    } else if (c === 58) keys++;
    else if (c === 123 || c === 91) {
      if (++depth > deepest) deepest = depth;
    } else if (c === 125 || c === 93) depth--;
  }
  return { keys, depth: deepest };
}

function escapedAt(text: string, quote: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++;
  return slashes % 2 === 1;
}

/** What Go's encoding/json reports of a text that JSON.parse refuses. */
export function jsonSyntaxError(text: string): string {
  try {
    readJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  return 'unexpected end of JSON input';
}
