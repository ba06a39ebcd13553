import type { LogEntry } from '#storage';
import { commitChannel, decodeCommit, encodeCommit } from './bus-message.js';

const entry = (revision: number, more: Partial<LogEntry> = {}): LogEntry => ({
  revision,
  type: 'put',
  key: `/k/${revision}`,
  value: '{"ü":"😀\\n"}',
  createRevision: 1,
  version: 1,
  cause: { requestId: 'r', user: 'u' },
  at: 5,
  ...more,
});

test('entries survive a round trip', () => {
  const entries = [entry(4), entry(5, { type: 'delete', previousRevision: 2, value: '' }), entry(6, { value: '{}\n{}' })];
  const { first, last, entries: decoded } = decodeCommit(encodeCommit(entries, 1e6));
  expect({ first, last, entries: decoded?.() }).toEqual({ first: 4, last: 6, entries });
});

test('large commits are announced by their revisions only', () => {
  expect(decodeCommit(encodeCommit([entry(4), entry(5)], 100))).toEqual({ first: 4, last: 5 });
});

test.each(['', 'x', '1', '1 y\n[]'])('%j is not a commit', (message) => {
  expect(() => decodeCommit(message)).toThrow(TypeError);
});

test('the cluster is the hash tag of its channel', () => {
  expect(commitChannel('abc')).toBe('orrery:{abc}:log');
});
