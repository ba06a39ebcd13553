import { goQuote } from '../go-format.js';
import { type FieldSet, LEAF } from './fieldset.js';

/** Path elements as errors print them (structured-merge-diff fieldpath/element.go String). */

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, member]) => `${name}=${valueText(member)}`)
      .join('');
  return String(value);
}

/** `f:name` is `.name`, `k:{"name":"c"}` is `[name="c"]`, `v:"x"` is `[="x"]`, `i:1` is `[1]`. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('i:')) return `[${rest}]`;
  const value: unknown = JSON.parse(rest);
  if (element.startsWith('v:')) return `[=${valueText(value)}]`;
  const keys = Object.entries(value as Record<string, unknown>).map(([name, key]) => `${name}=${valueText(key)}`);
  return `[${keys.join(',')}]`;
}

/** The members of a set as texts, in upstream's order: of each node its own members come before those below. */
export function pathTexts(set: FieldSet, prefix = ''): string[] {
  const members: string[] = [];
  const below: string[] = [];
  for (const element in set) {
    if (element === '.') continue;
    const node = set[element] ?? LEAF;
    const text = prefix + elementText(element);
    const keys = Object.keys(node);
    if (keys.length === 0 || keys[0] === '.') members.push(text);
    if (keys.length > 0) for (const path of pathTexts(node, text)) below.push(path);
  }
  return members.concat(below);
}
