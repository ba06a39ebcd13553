import { expect, it } from '@jest/globals';
import { servedConfiguration } from './served-configuration.js';

const election = {
  ...{ elects: true, leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 },
  ...{ lock: 'leases', name: 'kube-scheduler', namespace: 'kube-system' },
};

const multiPointOf = (plugins: unknown): object[] => (plugins as { multiPoint: { enabled: object[] } }).multiPoint.enabled;

it('without a configuration, the defaults and the flags that are left', () => {
  const flags = new Map([
    ['kubeconfig', '/etc/kubernetes/scheduler.conf'],
    ['kube-api-burst', '7'],
  ]);
  const served = servedConfiguration(undefined, election, flags) as { profiles: Array<{ plugins: object; pluginConfig: object[] }> };
  expect(served).toMatchObject({
    ...{ kind: 'KubeSchedulerConfiguration', apiVersion: 'kubescheduler.config.k8s.io/v1', parallelism: 16, percentageOfNodesToScore: 0 },
    leaderElection: { leaderElect: true, leaseDuration: '15s', renewDeadline: '10s', retryPeriod: '2s', resourceLock: 'leases' },
    clientConnection: { kubeconfig: '/etc/kubernetes/scheduler.conf', qps: 50, burst: 7 },
    ...{ enableProfiling: true, enableContentionProfiling: true, podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10 },
  });
  const [profile] = served.profiles;
  expect(profile).toMatchObject({ schedulerName: 'default-scheduler', plugins: { score: {}, multiPoint: {} } });
  expect(multiPointOf(profile?.plugins).slice(0, 5)).toEqual([
    { name: 'SchedulingGates', weight: 0 },
    { name: 'PrioritySort', weight: 0 },
    { name: 'NodeUnschedulable', weight: 0 },
    { name: 'NodeName', weight: 0 },
    { name: 'TaintToleration', weight: 3 },
  ]);
  expect(profile?.pluginConfig.map((each) => (each as { name: string }).name)).toEqual([
    ...['DefaultPreemption', 'DynamicResources', 'InterPodAffinity', 'NodeAffinity', 'NodeResourcesBalancedAllocation'],
    ...['NodeResourcesFit', 'PodTopologySpread', 'VolumeBinding'],
  ]);
  expect(profile?.pluginConfig[0]).toEqual({
    name: 'DefaultPreemption',
    args: {
      kind: 'DefaultPreemptionArgs',
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      minCandidateNodesPercentage: 10,
      minCandidateNodesAbsolute: 100,
    },
  });
});

it('what a configuration says is merged with the defaults, and its arguments come first', () => {
  const document = {
    clientConnection: { qps: 1.5 },
    profiles: [
      {
        schedulerName: 'own',
        plugins: {
          multiPoint: { enabled: [{ name: 'NodeAffinity', weight: 5 }], disabled: [{ name: 'ImageLocality' }] },
          score: { disabled: [{ name: '*' }] },
        },
        pluginConfig: [{ name: 'VolumeBinding', args: { bindTimeoutSeconds: 9 } }],
      },
    ],
  };
  const flags = new Map([['kube-api-burst', '7']]);
  const served = servedConfiguration(document, { ...election, elects: false }, flags) as { profiles: Array<Record<string, unknown>> };
  expect(served).toMatchObject({ leaderElection: { leaderElect: false }, clientConnection: { qps: 1.5, burst: 100, kubeconfig: '' } });
  const { plugins, pluginConfig, schedulerName } = served.profiles[0] as {
    schedulerName: string;
    plugins: Record<string, { enabled?: Array<{ name: string; weight: number }>; disabled?: object[] }>;
    pluginConfig: Array<{ name: string; args: object }>;
  };
  const { enabled = [], disabled } = plugins.multiPoint ?? {};
  expect([schedulerName, plugins.score, disabled]).toEqual([
    'own',
    { disabled: [{ name: '*', weight: 0 }] },
    [{ name: 'ImageLocality', weight: 0 }],
  ]);
  expect(enabled.filter(({ name }) => name === 'NodeAffinity' || name === 'ImageLocality')).toEqual([{ name: 'NodeAffinity', weight: 5 }]);
  expect(pluginConfig[0]).toMatchObject({ name: 'VolumeBinding', args: { bindTimeoutSeconds: 9 } });
});
