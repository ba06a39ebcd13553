import { getOwn, isJsonObject, setOwn } from '#apimachinery';
import { AUDIT_LIMITS } from '../limits.js';

/** One difference, like an operation of a JSON patch. `value` is JSON text, cut if it is long. */
export interface Change {
  op: 'add' | 'replace' | 'remove';
  path: string;
  value?: string;
}

type Members = Record<string, unknown>;

/** A deep copy of plain JSON; undefined if it has more values than are compared. */
export function comparableCopy(value: object): object | undefined {
  const copier = new Copier();
  const copy = copier.copy(value);
  return copier.left < 0 ? undefined : (copy as object);
}

class Copier {
  left = AUDIT_LIMITS.comparedValues;

  copy(value: unknown): unknown {
    this.left -= 1;
    if (typeof value !== 'object' || value === null || this.left < 0) return value;
    return Array.isArray(value) ? this.items(value) : this.members(value as Members);
  }

  private items(list: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    for (let i = 0; i < list.length && this.left >= 0; i++) copy.push(this.copy(list[i]));
    return copy;
  }

  private members(object: Members): Members {
    const copy: Members = {};
    for (const key in object) {
      if (this.left < 0) break;
      setOwn(copy, key, this.copy(object[key]));
    }
    return copy;
  }
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

const cut = (text: string): string => (text.length <= AUDIT_LIMITS.changeValue ? text : `${text.slice(0, AUDIT_LIMITS.changeValue)}…`);

const textOf = (value: unknown): string =>
  cut(JSON.stringify(value, (_key, member: unknown) => (typeof member === 'string' ? cut(member) : member)) ?? 'null');

/** The differences between two JSON values, member by member and item by item; at most as many as are kept. */
export function changesBetween(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  compare({ before, after, path: '' }, changes);
  return changes;
}

interface Pair {
  before: unknown;
  after: unknown;
  path: string;
}

function compare({ before, after, path }: Pair, changes: Change[]): void {
  if (before === after || changes.length >= AUDIT_LIMITS.changes) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key in before) {
      const value = getOwn(after, key);
      if (before[key] !== value) compare({ before: before[key], after: value, path: `${path}/${escaped(key)}` }, changes);
    }
    for (const key in after)
      if (!Object.hasOwn(before, key)) compare({ before: undefined, after: after[key], path: `${path}/${escaped(key)}` }, changes);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++)
      compare({ before: before[i], after: after[i], path: `${path}/${i}` }, changes);
  } else if (after === undefined) changes.push({ op: 'remove', path });
  else changes.push({ op: before === undefined ? 'add' : 'replace', path, value: textOf(after) });
}
