import { expect, it } from '@jest/globals';
import { ClusterRole, ClusterRoleBinding, type corev1, Deployment, Job, Lease, Node, Pod, Service, ServiceAccount } from '#api';
import { ClusterCloud, ClusterFaults, NodeFiles } from '#cluster';
import { execIn } from './pod-exec.js';
import { openCluster } from './story.js';

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const labels = { app: 'web' };

/** A pod on a node of the control plane, in its network, whose account may read metrics. */
const probe = (name: string, node: string, account: string): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    nodeName: node,
    hostNetwork: true,
    serviceAccountName: account,
    tolerations: [{ operator: 'Exists' }],
    containers: [{ name: 'curl', image: 'curlimages/curl', command: ['sleep', 'infinity'] }],
  },
});

async function opened(nodes: { count: number; controlPlanes?: number }) {
  const cluster = await openCluster({ nodes: { cpu: '4', memory: '8Gi', pods: 110, ...nodes } });
  const { client, api, advance, settle } = cluster;
  await settle();
  await client.create(ServiceAccount, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'scraper', namespace: 'default' } });
  await client.create(ClusterRole, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'scraper' },
    rules: [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/configz', '/healthz/*', '/statusz', '/flagz'] }],
  });
  await client.create(ClusterRoleBinding, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'scraper' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'scraper' },
    subjects: [{ kind: 'ServiceAccount', name: 'scraper', namespace: 'default' }],
  });
  const on = async (node: string) => {
    const name = `probe-${node}`;
    await client.create(Pod, probe(name, node, 'scraper'));
    await advance(10_000);
    return (url: string, token = `Authorization: Bearer $(cat ${TOKEN})`) =>
      execIn(api, { namespace: 'default', name }, ['sh', '-c', `curl -sk -H "${token}" ${url}`]);
  };
  return { ...cluster, faults: new ClusterFaults(api), on };
}

const values = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );

const deployment = (replicas: number, cpu?: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { name: '', labels },
      spec: { containers: [{ name: 'web', image: 'nginx', ...(cpu && { resources: { requests: { cpu } } }) }] },
    },
  },
});

it('kube-scheduler tells on its port what it has counted, to those who may read it', async () => {
  const { client, advance, on } = await opened({ count: 2 });
  const curl = await on('control-plane');
  await client.create(Deployment, deployment(5, '1'));
  await advance(30_000);
  const text = await curl('https://127.0.0.1:10259/metrics');
  expect(text).toContain(
    `# HELP scheduler_pending_pods [STABLE] Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.\n# TYPE scheduler_pending_pods gauge\n`,
  );
  const found = values(text);
  expect(found).toMatchObject({
    'leader_election_master_status{name="kube-scheduler"}': '1',
    'scheduler_pending_pods{queue="active"}': '0',
    'scheduler_pending_pods{queue="unschedulable"}': '2',
    'scheduler_unschedulable_pods{plugin="NodeResourcesFit",profile="default-scheduler"}': '2',
    'scheduler_schedule_attempts_total{profile="default-scheduler",result="unschedulable"}': '2',
    'scheduler_queue_incoming_pods_total{event="ScheduleAttemptFailure",queue="unschedulable"}': '2',
    'scheduler_queue_incoming_pods_total{event="UnschedulablePodAdd",queue="active"}': expect.any(String),
    scheduler_preemption_attempts_total: '2',
    'scheduler_cache_size{type="nodes"}': '2',
  });
  const scheduled = Number(found['scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"}']);
  expect([scheduled >= 3, found.scheduler_pod_scheduling_attempts_count]).toEqual([true, String(scheduled)]);
  expect(
    found[
      'kubernetes_build_info' +
        Object.keys(found)
          .find((name) => name.startsWith('kubernetes_build_info'))
          ?.slice(21)
    ],
  ).toBe('1');
  expect(
    Object.keys(found).filter((name) => name.startsWith('rest_client_requests_total{code="201",host="192.168.0.10:6443"')),
  ).toHaveLength(1);
  expect(JSON.parse(await curl('https://127.0.0.1:10259/metrics', 'X-Nothing: 1'))).toMatchObject({
    code: 403,
    message: 'forbidden: User "system:anonymous" cannot get path "/metrics"',
  });
  expect(JSON.parse(await curl('https://127.0.0.1:10259/metrics', 'Authorization: Bearer none'))).toMatchObject({ code: 401 });
  expect(JSON.parse(await curl('https://127.0.0.1:10259/metrics/slis'))).toMatchObject({
    code: 403,
    message: 'forbidden: User "system:serviceaccount:default:scraper" cannot get path "/metrics/slis"',
  });
});

it('kube-controller-manager tells of its queues and controllers, and its health', async () => {
  const { client, advance, on } = await opened({ count: 2 });
  const curl = await on('control-plane');
  await client.create(Deployment, deployment(2));
  await client.create(Job, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once', namespace: 'default' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] } } },
  });
  await advance(60_000);
  const found = values(await curl('https://127.0.0.1:10257/metrics'));
  expect(found).toMatchObject({
    'leader_election_master_status{name="kube-controller-manager"}': '1',
    'workqueue_depth{name="deployment"}': '0',
    'job_controller_jobs_finished_total{completion_mode="NonIndexed",reason="CompletionsReached",result="succeeded"}': '1',
    'job_controller_job_pods_finished_total{completion_mode="NonIndexed",result="succeeded"}': '1',
    'node_collector_zone_size{zone=""}': '2',
    'node_collector_unhealthy_nodes_in_zone{zone=""}': '0',
    'node_collector_zone_health{zone=""}': '100',
  });
  expect(Number(found['workqueue_adds_total{name="deployment"}'])).toBeGreaterThan(0);
  expect(found['workqueue_queue_duration_seconds_count{name="deployment"}']).toBe(
    found['workqueue_work_duration_seconds_count{name="deployment"}'],
  );
  expect(await curl('https://127.0.0.1:10257/healthz?verbose')).toBe('[+]leaderElection ok\nhealthz check passed\n');
  expect(await curl('https://127.0.0.1:10257/livez')).toBe('404 page not found\n');
  expect(await curl('https://127.0.0.1:10259/readyz?verbose')).toBe(
    '[+]leaderElection ok\n[+]shutdown ok\n[+]sched-handler-sync ok\nreadyz check passed\n',
  );
  expect(await curl('https://127.0.0.1:10259/statusz')).toMatch(/^\nkube-scheduler statusz\n[\s\S]*\nUp: 0 hr 01 min \d\d sec\n/);
  expect(await curl('https://127.0.0.1:10259/flagz')).toContain('\nleader-elect=true\n');
  expect(Object.keys(values(await curl('http://127.0.0.1:10249/metrics')))).toEqual([
    expect.stringContaining('kubernetes_build_info{'),
    'process_start_time_seconds',
  ]);
});

it('cloud-controller-manager tells of its queue and its Lease, and its health', async () => {
  const { client, advance, on, api } = await opened({ count: 2 });
  await new ClusterCloud(api).enable();
  const curl = await on('control-plane');
  const spec: corev1.ServiceSpec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
  await client.create(Service, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec });
  await advance(60_000);
  const found = values(await curl('https://127.0.0.1:10258/metrics'));
  expect(found).toMatchObject({
    'leader_election_master_status{name="cloud-controller-manager"}': '1',
    'workqueue_depth{name="service"}': '0',
  });
  expect(Number(found['workqueue_adds_total{name="service"}'])).toBeGreaterThan(0);
  expect([
    found.node_controller_cloud_provider_taint_removal_delay_seconds_count,
    found.service_controller_loadbalancer_sync_total,
  ]).toEqual(['2', undefined]);
  const excluded = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
  await client.patch(Node, 'worker-1', undefined, 'merge', { metadata: { labels: excluded } });
  await advance(10_000);
  expect(values(await curl('https://127.0.0.1:10258/metrics')).service_controller_loadbalancer_sync_total).toBe('1');
  expect(await curl('https://127.0.0.1:10258/metrics', '')).toContain('cannot get path');
  expect(await curl('https://127.0.0.1:10258/healthz?verbose')).toBe('[+]leaderElection ok\nhealthz check passed\n');
  expect(await curl('https://127.0.0.1:10258/livez')).toBe('404 page not found\n');
});

it('kube-scheduler: only the instance that leads has counted anything, and a process that is started begins anew', async () => {
  const { client, advance, faults, on, api } = await opened({ count: 3, controlPlanes: 2 });
  await client.create(Deployment, deployment(3));
  await advance(10_000);
  const [first, second] = [await on('control-plane'), await on('control-plane-2')];
  const told = async (curl: typeof first) => {
    const found = values(await curl('https://127.0.0.1:10259/metrics'));
    const scheduled = found['scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"}'];
    return [found['leader_election_master_status{name="kube-scheduler"}'], scheduled];
  };
  expect([(await told(first))[0], await told(second)]).toEqual(['1', ['0', undefined]]);
  const { id } = await faults.inject({ type: 'stop', component: 'kube-scheduler', node: 'control-plane' });
  await advance(30_000);
  expect((await client.get(Lease, 'kube-scheduler', 'kube-system')).spec?.holderIdentity).toMatch(/^control-plane-2_/);
  expect(await told(second)).toEqual(['1', undefined]);
  await faults.heal(id);
  await client.patch(Deployment, 'web', 'default', 'merge', { spec: { replicas: 5 } });
  await advance(30_000);
  expect([await told(first), await told(second)]).toEqual([
    ['0', undefined],
    ['1', '2'],
  ]);
  const files = await NodeFiles.of(api, 'control-plane-2');
  const manifest = '/etc/kubernetes/manifests/kube-scheduler.yaml';
  await files.write(manifest, ((await files.read(manifest)) ?? '').replace('- --leader-elect=true', '- --leader-elect=true\n    - --v=4'));
  await advance(60_000);
  const leader = (await client.get(Lease, 'kube-scheduler', 'kube-system')).spec?.holderIdentity?.startsWith('control-plane-2')
    ? second
    : first;
  expect(await told(leader)).toEqual(['1', undefined]);
});

it('kubelet: CoreDNS tells through the proxy of its pod which plugins its Corefile names', async () => {
  const { client, api, settle } = await openCluster();
  await settle();
  const [pod] = (await client.list(Pod, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' })).items;
  const path = `/api/v1/namespaces/kube-system/pods/${pod?.metadata.name}:9153/proxy/metrics`;
  const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
  const { body } = await api.handle({ method: 'GET', path, query: '', headers: {}, user, requestId: 'r' });
  expect(values(String(body))).toMatchObject({ 'coredns_plugin_enabled{name="kubernetes",server="dns://:53",view="",zone="."}': '1' });
});
