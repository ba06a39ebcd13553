import { stringify } from 'yaml';

/** Texts that need no quotes in any version of YAML. */
const plain = /^[A-Za-z_/][A-Za-z0-9_./-]*(?::[A-Za-z0-9_./-]+)*$/;
const blanks = /^\n*[ \t]|\n[ \t]+(?:\n|$)/;
const words = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** Longer keys must be written as explicit keys. */
const longestKey = 1_000;

/** The text of one line; several lines become a block, as the yaml library writes it. */
function scalar(value: unknown, indent: number): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  if (plain.test(value) && !words.test(value)) return value;
  // In a block, leading blanks and lines consisting of blanks would count as indentation.
  if (!value.includes('\n') || blanks.test(value)) return JSON.stringify(value);
  const block = stringify({ k: value }, { lineWidth: 0 }).slice(3, -1);
  return indent === 0 ? block : block.replace(/\n(?=[^\n])/g, `\n${' '.repeat(indent)}`);
}

function head(key: string, pad: string, indent: number): string {
  const text = plain.test(key) && !words.test(key) ? key : JSON.stringify(key);
  return text.length > longestKey ? `${pad}? ${text}\n${' '.repeat(indent)}:` : `${pad}${text}:`;
}

/** A map or a list that is being written. */
interface Frame {
  list: boolean;
  entries: Iterator<readonly [string, unknown]>;
  indent: number;
  /** What precedes its first line in place of the indentation: the dash of the list item it is. */
  lead: string | undefined;
}

const isPresent = ([, value]: readonly [string, unknown]): boolean => value !== undefined;

function frame(value: object, indent: number, lead?: string): Frame {
  const list = Array.isArray(value);
  const entries = list ? value.map((item) => ['', item ?? null] as const) : Object.entries(value).filter(isPresent);
  return { list, entries: entries.values(), indent, lead };
}

/** The lines of a document. Iterative: deeply nested objects of tenants must not overflow the stack. */
function* lines(root: object): Generator<string> {
  const open = [frame(root, 0)];
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const { value: entry, done } = top.entries.next();
    if (done) {
      open.pop();
      continue;
    }
    const [key, value] = entry;
    const pad = top.lead ?? ' '.repeat(top.indent);
    top.lead = undefined;
    const start = top.list ? `${pad}-` : head(key, pad, top.indent);
    if (typeof value !== 'object' || value === null) yield `${start} ${scalar(value, top.indent)}\n`;
    else if (Object.keys(value).length === 0) yield `${start} ${Array.isArray(value) ? '[]' : '{}'}\n`;
    else if (top.list) open.push(frame(value, top.indent + 2, `${start} `));
    else {
      yield `${start}\n`;
      // As kubectl writes it: the dashes of a list have the indentation of its key.
      open.push(frame(value, top.indent + (Array.isArray(value) ? 0 : 2)));
    }
  }
}

/**
 * An object as YAML. Yields between lines, and passes on the length of the text so far: the text of a large object takes long to write, and
 * that of a deep one is much longer than the object.
 */
export async function yamlOf(object: object, turn: (written: number) => Promise<void> | undefined): Promise<string> {
  const parts: string[] = [];
  let written = 0;
  for (const line of lines(object)) {
    const wait = turn(written);
    if (wait) await wait;
    parts.push(line);
    written += line.length;
  }
  return parts.join('');
}
