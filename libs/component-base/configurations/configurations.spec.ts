import { expect, it } from '@jest/globals';
import { kubeletConfigurations, managerConfigurations, proxyConfigurations } from '../index.js';

it('kube-controller-manager: defaults and flags', () => {
  const flags = new Map([
    ['kube-api-qps', '100'],
    ['node-monitor-grace-period', '90s'],
    ['leader-elect', 'false'],
    ['service-cluster-ip-range', '10.96.0.0/12,fd00:1::/108'],
    ['cluster-cidr', '10.244.0.0/16'],
    ['concurrent-gc-syncs', 'many'],
  ]);
  const served = managerConfigurations('kube-controller-manager', { flags, controllers: ['*', '-job-controller'] });
  expect(Object.keys(served ?? {})).toEqual(['kubecontrollermanager.config.k8s.io']);
  const document = served?.['kubecontrollermanager.config.k8s.io'];
  expect(Object.keys(document as object).slice(0, 5)).toEqual([
    'kind',
    'apiVersion',
    'Generic',
    'KubeCloudShared',
    'AttachDetachController',
  ]);
  expect(document).toMatchObject({
    kind: 'KubeControllerManagerConfiguration',
    apiVersion: 'kubecontrollermanager.config.k8s.io/v1alpha1',
    Generic: {
      Address: '0.0.0.0',
      ClientConnection: { contentType: 'application/vnd.kubernetes.protobuf', qps: 100, burst: 30 },
      LeaderElection: {
        leaderElect: false,
        leaseDuration: '15s',
        resourceName: 'kube-controller-manager',
        resourceNamespace: 'kube-system',
      },
      Controllers: ['*', '-job-controller'],
      LeaderMigration: { leaderName: '', controllerLeaders: null },
    },
    KubeCloudShared: { ClusterName: 'kubernetes', ClusterCIDR: '10.244.0.0/16', AllocateNodeCIDRs: false },
    DeprecatedController: {},
    GarbageCollectorController: {
      ConcurrentGCSyncs: 20,
      GCIgnoredResources: [{ Group: '', Resource: 'events' }, { Group: 'events.k8s.io' }],
    },
    NodeIPAMController: { ServiceCIDR: '10.96.0.0/12', SecondaryServiceCIDR: 'fd00:1::/108', NodeCIDRMaskSize: 0 },
    NodeLifecycleController: { NodeEvictionRate: 0.1, NodeMonitorGracePeriod: '1m30s', PodEvictionTimeout: '5m0s' },
  });
});

it('cloud-controller-manager: what is its own', () => {
  const served = managerConfigurations('cloud-controller-manager', { flags: new Map(), controllers: ['*'] });
  expect(served?.['cloudcontrollermanager.config.k8s.io']).toMatchObject({
    Generic: { LeaderElection: { resourceName: 'cloud-controller-manager' } },
    NodeController: { ConcurrentNodeSyncs: 1 },
    NodeStatusUpdateFrequency: '5m0s',
  });
});

it('kubelet: what is zero is as by default, and what is given counts', () => {
  const { kubeletconfig } = kubeletConfigurations({
    ...{ syncFrequency: '0s', maxPods: 0, healthzPort: 0, clusterDNS: ['10.96.0.10'], maxParallelImagePulls: 3, podPidsLimit: -7 },
    ...{ nodeStatusUpdateFrequency: '30s', authentication: { anonymous: { enabled: true } }, evictionHard: { 'memory.available': '1Gi' } },
  }) as { kubeletconfig: object };
  expect(Object.keys(kubeletconfig).slice(0, 4)).toEqual(['kind', 'apiVersion', 'enableServer', 'podLogsDir']);
  expect(kubeletconfig).toMatchObject({
    ...{ kind: 'KubeletConfiguration', syncFrequency: '1m0s', maxPods: 110, healthzPort: 0, clusterDNS: ['10.96.0.10'], podPidsLimit: -1 },
    ...{ nodeStatusUpdateFrequency: '30s', nodeStatusReportFrequency: '30s', serializeImagePulls: false, maxParallelImagePulls: 3 },
    authentication: { x509: {}, webhook: { enabled: true, cacheTTL: '2m0s' }, anonymous: { enabled: true } },
    evictionHard: { 'memory.available': '1Gi' },
    shutdownGracePeriod: '0s',
  });
  expect(kubeletConfigurations({}).kubeletconfig).toMatchObject({
    evictionHard: { 'imagefs.available': '15%', 'memory.available': '100Mi' },
    serializeImagePulls: true,
  });
});

it('kube-proxy: the periods of the mode that is chosen', () => {
  const { 'kubeproxy.config.k8s.io': served } = proxyConfigurations({
    clusterCIDR: '10.244.0.0/16',
    iptables: { syncPeriod: '1m' },
    mode: '',
  });
  expect(served).toMatchObject({
    ...{ kind: 'KubeProxyConfiguration', mode: 'iptables', clusterCIDR: '10.244.0.0/16', oomScoreAdj: -999 },
    iptables: { masqueradeBit: 14, syncPeriod: '1m0s', minSyncPeriod: '1s' },
    nftables: { masqueradeBit: 14, syncPeriod: '0s' },
    conntrack: { maxPerCore: 32_768, tcpEstablishedTimeout: '24h0m0s' },
  });
});
