import { FieldPath } from '#apimachinery';
import type { SchemaNode } from '../schema-node.js';

/** The fieldPath of a rule: a JSON path of names only (apiserver/schema/cel/validation.go ValidFieldPath). */

const TOKEN = /'(?:[^'\\]|\\[\s\S])*'|[.[\]]|[^.[\]']+/y;
const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', "'": "'", '\\': '\\' };

function tokensOf(path: string): string[] | undefined {
  const tokens: string[] = [];
  for (let at = 0; at < path.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(path)?.[0];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

/** A quoted name without its quotes; undefined if it is none. */
function unquoted(token: string | undefined): string | undefined {
  if (token === undefined || token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) return undefined;
  let good = true;
  const name = token.slice(1, -1).replace(/\\([\s\S])/g, (_, char: string) => {
    if (!Object.hasOwn(ESCAPES, char)) good = false;
    return ESCAPES[char] ?? '';
  });
  return good ? name : undefined;
}

/** The path below a schema in the form of field errors; undefined if the schema has no such field. */
export function rulePath(path: string, root: SchemaNode): string | undefined {
  const tokens = tokensOf(path);
  if (!tokens) return undefined;
  let node = root;
  let found: FieldPath | undefined;
  for (let i = 0; i < tokens.length; ) {
    const bracket = tokens[i] === '[';
    if (!bracket && tokens[i] !== '.') return undefined;
    const name = bracket ? unquoted(tokens[i + 1]) : tokens[i + 1];
    if (name === undefined || (bracket && tokens[i + 2] !== ']')) return undefined;
    i += bracket ? 3 : 2;
    const next = node.hasProperties ? node.property(name) : node.additional;
    if (!next) return undefined;
    const named = node.hasProperties;
    found = found ? (named ? found.child(name) : found.key(name)) : new FieldPath(undefined, named ? name : `[${name}]`);
    node = next;
  }
  return found?.toString() ?? '';
}
