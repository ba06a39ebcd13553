import type { LogEntry } from '#storage';

/** A field that differs. Unset: it is not there. */
export interface FieldChange {
  path: string;
  from?: unknown;
  to?: unknown;
}

/** An object that differs between two revisions. */
export interface ObjectChange {
  key: string;
  change: 'created' | 'updated' | 'deleted';
  /** The revision of its last write. */
  revision: number;
  fields: FieldChange[];
}

/** Fields of one object that are listed at most. */
const MOST_FIELDS = 200;
/** Fields that change with every write. */
const UNTOLD = new Set(['.metadata.managedFields', '.metadata.resourceVersion']);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (path: string, name: string): string => (/^\w[\w-]*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`);

type Member = [path: string, from: unknown, to: unknown];

/** The members of a list by a field that tells them apart; undefined if it does not. */
function byField(list: readonly unknown[], field: string): Map<string, unknown> | undefined {
  const members = new Map<string, unknown>();
  for (const one of list) {
    const name = isRecord(one) && Object.hasOwn(one, field) ? one[field] : undefined;
    if (typeof name !== 'string' || members.has(name)) return undefined;
    members.set(name, one);
  }
  return members;
}

/** Whether the names that are in both come in the same order. */
function inOneOrder(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  const others = [...b.keys()].filter((name) => a.has(name));
  return [...a.keys()].filter((name) => b.has(name)).every((name, index) => name === others[index]);
}

/** The members of two lists: conditions by their type, whose order says nothing; containers and the like by their name; others by place. */
function listMembers(a: readonly unknown[], b: readonly unknown[], path: string): Member[] {
  for (const field of ['type', 'name']) {
    const [from, to] = [byField(a, field), byField(b, field)];
    if (from === undefined || to === undefined || !(field === 'type' || inOneOrder(from, to))) continue;
    const names = [...new Set([...from.keys(), ...to.keys()])];
    return names.map((name) => [`${path}[${field}=${name}]`, from.get(name), to.get(name)]);
  }
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => [`${path}[${index}]`, a[index], b[index]]);
}

/** The members of two values by path; undefined if they have none. */
function membersOf(a: unknown, b: unknown, path: string): Member[] | undefined {
  if (isRecord(a) && isRecord(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return names.map((name) => [
      member(path, name),
      Object.hasOwn(a, name) ? a[name] : undefined,
      Object.hasOwn(b, name) ? b[name] : undefined,
    ]);
  }
  return Array.isArray(a) && Array.isArray(b) ? listMembers(a, b, path) : undefined;
}

/** The fields that differ between two values: without recursion, because tenants choose the depth. */
export function fieldChanges(from: unknown, to: unknown): FieldChange[] {
  const changes: FieldChange[] = [];
  const left: Array<[string, unknown, unknown]> = [['', from, to]];
  while (left.length > 0 && changes.length < MOST_FIELDS) {
    const [path, a, b] = left.pop() as [string, unknown, unknown];
    if (a === b || UNTOLD.has(path)) continue;
    const members = membersOf(a, b, path);
    if (members) for (const one of members.reverse()) left.push(one);
    else changes.push({ path, ...(a !== undefined && { from: a }), ...(b !== undefined && { to: b }) });
  }
  return changes;
}

interface Seen {
  before?: string;
  last: Omit<LogEntry, 'previousValue'>;
}

/** What differs between two revisions of a log, from the entries between them, which are added in order with their previous values. */
export class LogDiff {
  private readonly seen = new Map<string, Seen>();
  /** Characters of the values that are compared. */
  kept = 0;

  add(entry: LogEntry): void {
    const known = this.seen.get(entry.key);
    const before = known ? known.before : entry.previousValue;
    this.kept += entry.value.length - (known ? known.last.value.length : -(before?.length ?? 0));
    const { previousValue: _, ...last } = entry;
    this.seen.set(entry.key, { ...(before !== undefined && { before }), last });
  }

  /** In the order of the keys. An object that was created and deleted, or changed back, does not differ. */
  *changes(): Generator<ObjectChange> {
    for (const [key, { before, last }] of [...this.seen].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const deleted = last.type === 'delete';
      if (before === undefined && deleted) continue;
      const change = before === undefined ? 'created' : deleted ? 'deleted' : 'updated';
      const fields = change === 'updated' ? fieldChanges(JSON.parse(before ?? '{}'), JSON.parse(last.value)) : [];
      if (change !== 'updated' || fields.length > 0) yield { key, change, revision: last.revision, fields };
    }
  }
}
