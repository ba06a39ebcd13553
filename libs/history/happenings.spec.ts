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

test('conditions of custom resources may be anything, and any number', () => {
  const things = (conditions: unknown) => thing('Widget', 'w', { status: { conditions } });
  const changes = (...values: unknown[]) => {
    const happenings = new Happenings(2);
    for (const entry of logOf(values.map((conditions) => ['/r/widgets/w', things(conditions)]))) happenings.add(entry);
    const { conditions, truncated } = happenings.sum(0, values.length);
    return [conditions.map(({ type, from, to }) => [type, from, to]), truncated];
  };
  const odd = [null, 'Ready', 7, ['type'], {}, { type: 1, status: { a: 1 } }, { type: 'Up', status: 'True', reason: 5 }];
  expect(changes(odd, odd)).toEqual([[['Up', undefined, 'True']], false]);
  expect(changes('none', [{ type: 'Up', status: 'True' }])).toEqual([[['Up', undefined, 'True']], false]);
  const many = Array.from({ length: 300_000 }, (_, at) => ({ type: `t${at}`, status: 'True' }));
  expect(changes(many)).toEqual([['t299998', 't299999'].map((type) => [type, undefined, 'True']), true]);
});

test('custom resources that are named like kinds of Kubernetes are like any other', () => {
  const odd = (kind: string, more: object) => ({ ...thing(kind, 'x', more), apiVersion: 'example.com/v1' });
  const values = [
    odd('Pod', { status: { conditions: 'none' }, spec: 1 }),
    odd('Event', { involvedObject: null }),
    odd('EndpointSlice', { metadata: { name: 'x', labels: { 'kubernetes.io/service-name': 'web' } }, endpoints: [null] }),
  ];
  for (const value of values) {
    const entries = logOf([
      ['/r/x', value],
      ['/r/x', { ...value, more: 1 }],
    ]);
    const [trace, happenings] = [new Trace(({ revision }) => revision === 1), new Happenings(10)];
    for (const entry of entries) {
      trace.add(entry);
      happenings.add(entry);
    }
    expect([trace.steps.map(({ summary }) => summary), happenings.sum(0, 2).kinds]).toEqual([
      [`ann created ${value.kind} x`],
      [{ kind: value.kind, created: 1, updated: 1, deleted: 0 }],
    ]);
  }
});

test.each<[string, object, string]>([
  ['no endpoint', { endpoints: [], ports: [{ port: 80 }] }, 'are refused'],
  ['no port', { endpoints: [{ addresses: ['10.0.0.1'] }], ports: null }, 'are refused'],
  ['one', { endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] }, 'go to 10.0.0.1:80'],
  [
    'only those that are ready',
    {
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }, { addresses: ['10.0.0.2'] }],
      ports: [{ port: 80 }, { port: 443 }],
    },
    'go to 10.0.0.2:80, 10.0.0.2:443',
  ],
  [
    'those that end while there is no other',
    { endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false, serving: true, terminating: true } }], ports: [{ port: 80 }] },
    'go to 10.0.0.1:80',
  ],
  [
    'more than are shown',
    { endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }], ports: [{ port: 80 }, { port: 443 }, { port: 8080 }] },
    'go to 10.0.0.1:80, 10.0.0.1:443, 10.0.0.1:8080 and 3 more',
  ],
])('the rule of a slice with %s', (_what, more, expected) => {
  const labels = { 'kubernetes.io/service-name': 'web' };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-a', namespace: 'default', labels },
    ...more,
  };
  const trace = new Trace(() => true);
  for (const entry of logOf([['/r/endpointslices/web-a', slice]])) trace.add(entry);
  expect(trace.steps.at(-1)?.summary).toBe(`kube-proxy: connections to Service default/web ${expected}`);
});
