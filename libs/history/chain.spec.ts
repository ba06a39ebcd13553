import { EventChain } from './chain.js';
import type { HistoryEntry } from './history.js';

const entry = (revision: number, kind: string, name: string, more: Partial<HistoryEntry> & { object?: object } = {}): HistoryEntry => ({
  revision,
  type: 'put',
  key: `/registry/x/default/${name}`,
  value: JSON.stringify({ kind, apiVersion: 'v1', metadata: { name }, ...more.object }),
  cause: { requestId: 'r', user: 'admin' },
  at: 1_000 + revision,
  ...more,
});
const by = (component: string, wokenBy: number): Partial<HistoryEntry> => ({
  cause: { requestId: 'r', user: `system:${component}`, component, wokenBy },
});

describe('an event chain', () => {
  test('contains what followed from a write, and nothing else', () => {
    const chain = new EventChain((e) => e.revision === 5);
    const steps = [
      entry(4, 'ConfigMap', 'before'),
      entry(5, 'Deployment', 'web'),
      entry(6, 'ReplicaSet', 'web-1', by('deployment-controller', 5)),
      entry(7, 'ConfigMap', 'other'),
      entry(8, 'Pod', 'web-1-a', { ...by('replicaset-controller', 6), object: { spec: {}, status: { phase: 'Pending' } } }),
      entry(9, 'Pod', 'web-1-a', {
        ...by('kube-scheduler', 8),
        previousRevision: 8,
        object: { spec: { nodeName: 'n' }, status: { phase: 'Pending' } },
      }),
      entry(10, 'Pod', 'web-1-a', {
        ...by('kubelet', 9),
        previousRevision: 9,
        object: { spec: { nodeName: 'n' }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      }),
      entry(11, 'Event', 'web-1-a.1', { ...by('kubelet', 9), object: { reason: 'Started', message: 'Container started' } }),
      entry(12, 'Pod', 'stranger', by('kubelet', 7)),
    ].flatMap((e) => chain.next(e));
    expect(steps.map((s) => [s.revision, s.depth, s.wokenBy, s.sinceStartMs, s.sinceCauseMs, s.summary])).toEqual([
      [5, 0, null, 0, 0, 'admin created Deployment web'],
      [6, 1, 5, 1, 1, 'deployment-controller created ReplicaSet web-1'],
      [8, 2, 6, 3, 2, 'replicaset-controller created Pod web-1-a'],
      [9, 3, 8, 4, 1, 'kube-scheduler: Pod web-1-a bound to node n'],
      [10, 4, 9, 5, 1, 'kubelet: Pod web-1-a is Running and ready'],
      [11, 4, 9, 6, 2, 'kubelet: Started: Container started'],
    ]);
    expect(steps[0]?.object.metadata.resourceVersion).toBe('5');
  });

  test('may start with all writes of one request', () => {
    const of = (request: string) => ({ cause: { requestId: request, user: 'admin' } });
    const chain = new EventChain(({ cause }) => cause.requestId === 'q' && !cause.component, true);
    const steps = [
      entry(5, 'ConfigMap', 'a', of('q')),
      entry(6, 'ConfigMap', 'other', of('p')),
      entry(7, 'ConfigMap', 'b', of('q')),
      entry(8, 'Event', 'b.1', { ...by('kubelet', 7), object: { reason: 'r', message: 'm' } }),
    ].flatMap((e) => chain.next(e));
    expect(steps.map(({ revision, depth, sinceStartMs }) => [revision, depth, sinceStartMs])).toEqual([
      [5, 0, 0],
      [7, 0, 2],
      [8, 1, 3],
    ]);
  });

  test.each<[string, number, boolean, string | undefined]>([
    ['not yet', 1_006 + 29_999, false, undefined],
    ['after the quiet time', 1_006 + 30_000, false, 'settled: 2 writes in 0.001s, nothing more in 30s'],
    ['on a clock that stands', 1_006, true, 'settled: 2 writes in 0.001s, the clock stands still, nothing follows until it is turned'],
  ])('is settled: %s', (_name, now, standing, summary) => {
    const chain = new EventChain((e) => e.revision === 5);
    expect(chain.settled(now, { quiet: 30_000, standing })).toBeUndefined();
    for (const e of [entry(5, 'Deployment', 'web'), entry(6, 'ReplicaSet', 'web-1', by('deployment-controller', 5))]) chain.next(e);
    const mark = chain.settled(now, { quiet: 30_000, standing });
    expect(mark?.summary).toBe(summary);
    if (mark) expect(mark).toMatchObject({ type: 'SETTLED', revision: 6, depth: 0, sinceStartMs: now - 1_005, sinceCauseMs: now - 1_006 });
  });
});
