import type { LogEntry, Revision } from '#storage';

/** A commit as it is sent between processes: its revisions, and its entries if they are small enough. */
export interface CommitMessage {
  first: Revision;
  last: Revision;
  /** Unset if the entries are too large: the receiver reads the log. */
  entries?(): LogEntry[];
}

/** The channel of a cluster's commits. The cluster is the hash tag, so that all keys of a cluster are on one shard of a Redis Cluster. */
export function commitChannel(cluster: string): string {
  return `orrery:{${cluster}}:log`;
}

/**
 * `first last`, then a line of JSON with the entries' fields and the lengths of their values, then the concatenated values. The values are
 * JSON texts, which would only grow if they were quoted. Lengths are in UTF-16 code units.
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

/** Throws if the text is not such a message. */
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
  if (!Array.isArray(lines)) throw new TypeError('not a commit message: its entries are not a list');
  let position = end + 1;
  const entries = lines.map((line: unknown) => {
    if (!isLine(line)) throw new TypeError('not a commit message: an entry lacks something');
    const value = message.slice(position, position + line.value);
    position += line.value;
    return { ...line, value };
  });
  if (position !== message.length) throw new TypeError('not a commit message: its values are truncated');
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
