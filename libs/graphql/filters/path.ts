import { getOwn } from '#apimachinery';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';

/** A key in brackets, bare or quoted, or a name up to the next dot or bracket. */
const STEP = /\[(?:"([^"]*)"|'([^']*)'|([^\]]*))\]|([^.[\]]+)/y;

/** The keys of a path: `metadata.labels[example.com/a].b` has four. Throws for anything else. */
export function keysOf(path: string): readonly string[] {
  if (path.length > limits.filterText) throw badInput(`paths have at most ${limits.filterText} characters`);
  const keys: string[] = [];
  let at = 0;
  while (at < path.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (!match) throw badInput(`${JSON.stringify(path.slice(0, 100))} is no path: write spec.nodeName, metadata.labels[app]`);
    keys.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
    at = STEP.lastIndex;
    if (path[at] === '.' && at + 1 < path.length) at += 1;
  }
  if (keys.length > limits.filterDepth) throw badInput(`paths have at most ${limits.filterDepth} steps`);
  return keys;
}

/** What is done with the values of a path. `step` is called for each value on the way. */
interface Visitor {
  step(): void;
  found(value: unknown): void;
}

/** The values at a path below a value: of each item of a list. */
export function visit(value: unknown, keys: readonly string[], visitor: Visitor, from = 0): void {
  visitor.step();
  if (Array.isArray(value)) for (const item of value) visit(item, keys, visitor, from);
  else if (from === keys.length) visitor.found(value);
  else if (typeof value === 'object' && value !== null) {
    visit(getOwn(value as Readonly<Record<string, unknown>>, keys[from] ?? ''), keys, visitor, from + 1);
  }
}
