import type { corev1 } from '#api';
import { planEvictionTaints, withConditionTaints, withoutEvictionTaints } from './taints.js';

const NOW = '2026-01-01T00:00:00Z';
const EARLIER = '2025-12-31T00:00:00Z';

function node(conditions: Record<string, string>, taints: corev1.Taint[] = [], unschedulable = false): corev1.Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec: { taints, unschedulable },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  };
}

const taint = (name: string, effect = 'NoSchedule', timeAdded?: string): corev1.Taint => ({
  key: name.includes('/') ? name : `node.kubernetes.io/${name}`,
  effect,
  ...(timeAdded === undefined ? {} : { timeAdded }),
});

describe('NoSchedule taints follow the conditions', () => {
  it.each<[string, corev1.Node, corev1.Taint[] | undefined]>([
    ['a ready node has none', node({ Ready: 'True', MemoryPressure: 'False' }), undefined],
    ['not ready', node({ Ready: 'False' }), [taint('not-ready', 'NoSchedule', NOW)]],
    ['an unknown state is unreachable', node({ Ready: 'Unknown', MemoryPressure: 'Unknown' }), [taint('unreachable', 'NoSchedule', NOW)]],
    [
      'each pressure',
      node({ MemoryPressure: 'True', DiskPressure: 'True', PIDPressure: 'True', NetworkUnavailable: 'True', Ready: 'True' }),
      ['memory-pressure', 'disk-pressure', 'pid-pressure', 'network-unavailable'].map((name) => taint(name, 'NoSchedule', NOW)),
    ],
    ['cordoned', node({ Ready: 'True' }, [], true), [taint('unschedulable', 'NoSchedule', NOW)]],
    ['uncordoned', node({ Ready: 'True' }, [taint('unschedulable')]), []],
    ['a new node that has said nothing loses the taint of admission', node({}, [taint('not-ready')]), []],
    [
      'others stay, and those that are right keep their time',
      node({ Ready: 'Unknown' }, [
        taint('a/b'),
        taint('not-ready'),
        taint('unreachable', 'NoSchedule', EARLIER),
        taint('not-ready', 'NoExecute'),
      ]),
      [taint('a/b'), taint('unreachable', 'NoSchedule', EARLIER), taint('not-ready', 'NoExecute')],
    ],
  ])('%s', (_, given, wanted) => {
    expect(withConditionTaints(given, NOW)).toEqual(wanted);
  });
});

describe('NoExecute taints follow the Ready condition', () => {
  const added = (name: string) => taint(name, 'NoExecute', NOW);
  const old = (name: string) => taint(name, 'NoExecute', EARLIER);
  it.each<[string, corev1.Taint[], string | undefined, ReturnType<typeof planEvictionTaints>]>([
    ['ready', [], 'True', { step: 'none' }],
    ['no condition at all', [], undefined, { step: 'none' }],
    ['ready again', [old('unreachable'), taint('a/b')], 'True', { step: 'now', taints: [taint('a/b')] }],
    ['stopped', [taint('a/b')], 'Unknown', { step: 'queue', taints: [taint('a/b'), added('unreachable')] }],
    ['not ready', [], 'False', { step: 'queue', taints: [added('not-ready')] }],
    ['tainted already', [old('unreachable')], 'Unknown', { step: 'none' }],
    ['stopped while not ready', [old('not-ready')], 'Unknown', { step: 'now', taints: [added('unreachable')] }],
    ['back, but not ready', [old('unreachable')], 'False', { step: 'now', taints: [added('not-ready')] }],
    ['both', [old('unreachable'), old('not-ready')], 'False', { step: 'now', taints: [old('not-ready')] }],
  ])('%s', (_, taints, ready, wanted) => {
    expect(planEvictionTaints(node({}, taints), ready, NOW)).toEqual(wanted);
  });

  it('are removed when all zones are down', () => {
    expect([withoutEvictionTaints(node({}, [old('unreachable'), taint('a/b')])), withoutEvictionTaints(node({}))]).toEqual([
      [taint('a/b')],
      undefined,
    ]);
  });
});
