import type { LogEntry } from '#storage';
import { LogDiff } from './diff.js';
import { Happenings } from './happenings.js';
import { Trace, traceOfCauses, traceText } from './trace.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const thing = (kind: string, name: string, more: object) => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'default' }, ...more });

/** A log of these values by key, each with its previous value; undefined deletes. */
function logOf(writes: Array<[key: string, value: object | undefined, component?: string, wokenBy?: number]>): LogEntry[] {
  const standing = new Map<string, { value: string; revision: number; createRevision: number; version: number }>();
  return writes.map(([key, value, component, wokenBy], index) => {
    const revision = index + 1;
    const before = standing.get(key);
    const text = value === undefined ? (before?.value ?? '') : JSON.stringify(value);
    const entry: LogEntry = {
      revision,
      type: value === undefined ? 'delete' : 'put',
      key,
      value: text,
      createRevision: before?.createRevision ?? revision,
      version: (before?.version ?? 0) + 1,
      ...(before && { previousRevision: before.revision, previousValue: before.value }),
      cause: { requestId: 'r', user: 'ann', ...(component && { component }), ...(wokenBy !== undefined && { wokenBy }) },
      at: START + index * 500,
    };
    if (value === undefined) standing.delete(key);
    else standing.set(key, { value: text, revision, createRevision: entry.createRevision, version: entry.version });
    return entry;
  });
}

const condition = (status: string, reason?: string) => ({ status: { conditions: [{ type: 'Ready', status, ...(reason && { reason }) }] } });
const log = logOf([
  ['/r/deployments/web', thing('Deployment', 'web', { spec: { replicas: 1 } })],
  ['/r/pods/web-1', thing('Pod', 'web-1', condition('False', 'Starting')), 'replicaset-controller', 1],
  ['/r/files/a', { content: 'x' }],
  ['/r/pods/web-1', thing('Pod', 'web-1', condition('True')), 'kubelet', 2],
  [
    '/r/events/e',
    thing('Event', 'e', {
      involvedObject: { kind: 'Pod', name: 'web-1', namespace: 'kube-system' },
      reason: 'Started',
      message: 'Started it',
      type: 'Normal',
    }),
    'kubelet',
    2,
  ],
  ['/r/deployments/web', thing('Deployment', 'web', { spec: { replicas: 2 } })],
  ['/r/pods/web-1', undefined, 'replicaset-controller', 6],
]);

test('what happened is counted by kind, with changed conditions and events', () => {
  const happenings = new Happenings(10);
  for (const entry of log) happenings.add(entry);
  const at = (index: number) => new Date(START + index * 500).toISOString();
  expect(happenings.sum(0, 7)).toEqual({
    from: 0,
    to: 7,
    writes: 7,
    kinds: [
      { kind: 'Deployment', created: 1, updated: 1, deleted: 0 },
      { kind: 'Event', created: 1, updated: 0, deleted: 0 },
      { kind: 'Pod', created: 1, updated: 1, deleted: 1 },
    ],
    conditions: [
      { object: 'pod/web-1', type: 'Ready', to: 'False', reason: 'Starting', at: at(1) },
      { object: 'pod/web-1', type: 'Ready', from: 'False', to: 'True', at: at(3) },
    ],
    events: [{ object: 'pod/kube-system/web-1', type: 'Normal', reason: 'Started', message: 'Started it', count: 1, at: at(4) }],
    truncated: false,
  });
  const few = new Happenings(1);
  for (const entry of log) few.add(entry);
  expect(few.sum(0, 7)).toMatchObject({ conditions: [{ to: 'True' }], truncated: true });
});

test('two revisions differ in what was written between them and not undone', () => {
  const diff = new LogDiff();
  for (const entry of log.slice(1)) diff.add(entry);
  expect([...diff.changes()]).toEqual([
    { key: '/r/deployments/web', change: 'updated', revision: 6, fields: [{ path: '.spec.replicas', from: 1, to: 2 }] },
    { key: '/r/events/e', change: 'created', revision: 5, fields: [] },
    { key: '/r/files/a', change: 'created', revision: 3, fields: [] },
  ]);
  const back = new LogDiff();
  for (const entry of logOf([
    ...[1, 2, 1].map((n): [string, object] => ['/r/a', thing('A', 'a', { n })]),
    ['/r/b', {}],
    ['/r/b', undefined],
  ]).slice(1)) {
    back.add(entry);
  }
  expect([...back.changes()]).toEqual([]);
});

test('a trace follows from a write, and back to it', () => {
  const trace = new Trace(({ revision }) => revision === 1);
  for (const entry of log) trace.add(entry);
  expect(traceText(trace.steps)).toBe(
    [
      'from 2026-01-01T00:00:00.000Z',
      '    +0.000s        1  ann created Deployment web',
      '    +0.500s        2    replicaset-controller created Pod web-1 ← 1',
      '    +1.500s        4      kubelet: Pod web-1 became ready (.status.conditions[type=Ready].status: "False" → "True", .status.conditions[type=Ready].reason: "Starting" → nothing) ← 2',
      '    +2.000s        5      kubelet: Started: Started it ← 2',
      '',
    ].join('\n'),
  );
  const [deletion, scaled] = [log[6], log[5]] as [LogEntry, LogEntry];
  expect(traceText(traceOfCauses([deletion, scaled]))).toBe(
    [
      'from 2026-01-01T00:00:02.500Z',
      '    +0.000s        6  ann updated Deployment web (.spec.replicas: 1 → 2)',
      '    +0.500s        7    replicaset-controller removed Pod web-1 ← 6',
      '',
    ].join('\n'),
  );
  expect(traceText([])).toBe('');
});
