import type { LogEntry, Revision } from '#storage';

/** A commit as it travels between processes: its revisions, and the entries where they are small enough. */
export interface CommitMessage {
  first: Revision;
  last: Revision;
  /** Absent where the message was too big: read the log. */
  entries?(): LogEntry[];
}

/** The channel of a cluster's commits; the cluster is the hash tag, so one shard of a Redis Cluster has all of a cluster's keys. */
export function commitChannel(cluster: string): string {
  return `orrery:{${cluster}}:log`;
}

/**
 * `first last`, then one line of JSON with the entries' fields and the lengths of their values, then the values end to end: they are
 * JSON texts, which would only grow by being quoted again. Lengths are in UTF-16 code units.
 */
export function encodeCommit(entries: readonly LogEntry[], mostBytes: number): string {
  const first = entries[0]?.revision ?? 0;
  const last = entries[entries.length - 1]?.revision ?? 0;
  let length = 0;
  for (const entry of entries) length += entry.value.length + entry.key.length + 150;
  const head = `${first} ${last}`;
  if (length > mostBytes) return head;
  const lines = entries.map((entry) => ({ ...entry, value: entry.value.length, previousValue: undefined }));
  return `${head}\n${JSON.stringify(lines)}\n${entries.map((entry) => entry.value).join('')}`;
}

/** Throws where the text is none of ours. */
export function decodeCommit(message: string): CommitMessage {
  const end = message.indexOf('\n');
  const [first, last] = (end < 0 ? message : message.slice(0, end)).split(' ').map(Number);
  if (first === undefined || last === undefined || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
    throw new TypeError(`not a commit message: ${message.slice(0, 40)}`);
  }
  return end < 0 ? { first, last } : { first, last, entries: () => decodeEntries(message, end + 1) };
}

function decodeEntries(message: string, start: number): LogEntry[] {
  const end = message.indexOf('\n', start);
  const lines: unknown = JSON.parse(message.slice(start, end));
  if (!Array.isArray(lines)) throw new TypeError('not a commit message: its entries are no list');
  let position = end + 1;
  const entries = lines.map((line: unknown) => {
    if (!isLine(line)) throw new TypeError('not a commit message: an entry lacks something');
    const value = message.slice(position, position + line.value);
    position += line.value;
    return { ...line, value };
  });
  if (position !== message.length) throw new TypeError('not a commit message: its values are cut off');
  return entries;
}

type Line = Omit<LogEntry, 'value'> & { value: number };

function isLine(line: unknown): line is Line {
  if (typeof line !== 'object' || line === null) return false;
  const { revision, type, key, value, createRevision, version, cause, at } = line as Partial<Line>;
  const counts = [revision, value, createRevision, version];
  return (
    counts.every((count) => Number.isSafeInteger(count) && (count ?? -1) >= 0) &&
    (type === 'put' || type === 'delete') &&
    typeof key === 'string' &&
    typeof cause === 'object' &&
    cause !== null &&
    typeof at === 'number'
  );
}
