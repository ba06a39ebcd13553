import { type JsonNode, measure, readJson } from './json-text.js';
import { maxStrictErrors } from './limits.js';

function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) for (const item of value) keys += count(item);
  else for (const name of Object.keys(value)) keys += 1 + count((value as Record<string, unknown>)[name]);
  return keys;
}

function collect(node: JsonNode, path: string, found: Set<string>): void {
  if (found.size >= maxStrictErrors) return;
  if (node.kind === 'array') for (const [index, item] of node.items.entries()) collect(item, `${path}[${index}]`, found);
  if (node.kind !== 'object') return;
  const seen = new Set<string>();
  for (const [key, value] of node.entries) {
    const at = path === '' ? key : `${path}.${key}`;
    if (seen.has(key)) found.add(`duplicate field ${JSON.stringify(at)}`);
    seen.add(key);
    collect(value, at, found);
  }
}

/** `duplicate field "spec.a"` for each key that a JSON text repeats within an object; `value` is what was parsed of it. */
export function duplicateFields(text: string, value: unknown): string[] {
  if (measure(text).keys === count(value)) return [];
  const found = new Set<string>();
  collect(readJson(text), '', found);
  return [...found];
}
