import { expect, it } from '@jest/globals';
import { ClusterRole, ClusterRoleBinding, Pod, ServiceAccount } from '#api';
import { NodeFiles } from '#cluster';
import { execIn } from './pod-exec.js';
import { openCluster } from './story.js';

const NODE = 'control-plane';
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const KUBELET_CONFIG = '/var/lib/kubelet/config.yaml';
const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'reader' } };
const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

async function opened() {
  const cluster = await openCluster({ nodes: { count: 2, cpu: '4', memory: '8Gi', pods: 110 } });
  const { client, api, advance, settle } = cluster;
  await settle();
  const metadata = { name: 'reader', namespace: 'default' };
  await client.create(ServiceAccount, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await client.create(ClusterRole, { ...rbac, kind: 'ClusterRole', rules: [{ verbs: ['get'], nonResourceURLs: ['*'] }] });
  await client.create(ClusterRoleBinding, {
    ...rbac,
    kind: 'ClusterRoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  });
  await client.create(Pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      ...{ nodeName: NODE, hostNetwork: true, serviceAccountName: 'reader', tolerations: [{ operator: 'Exists' }] },
      containers: [{ name: 'curl', image: 'curlimages/curl', command: ['sleep', 'infinity'] }],
    },
  });
  await advance(10_000);
  const curl = (url: string) => execIn(api, metadata, ['sh', '-c', `curl -sk -H "Authorization: Bearer $(cat ${TOKEN})" ${url}`]);
  const proxied = async (path: string) => {
    const { body } = await api.handle({ method: 'GET', path, query: '', headers: {}, user, requestId: 'r' });
    return JSON.parse(String(body));
  };
  /** Replaces text in the manifest of a component. */
  const edit = async (component: string, text: string, other: string) => {
    const files = await NodeFiles.of(api);
    const path = `/etc/kubernetes/manifests/${component}.yaml`;
    await files.write(path, ((await files.read(path)) ?? '').replace(text, other));
    await advance(60_000);
  };
  return { ...cluster, curl, proxied, edit };
}

it('kube-controller-manager and kube-scheduler serve what they were started with', async () => {
  const { curl, edit } = await opened();
  await edit('kube-controller-manager', '*,bootstrapsigner,tokencleaner', '*,bootstrapsigner,-deployment');
  const { 'kubecontrollermanager.config.k8s.io': manager } = JSON.parse(await curl('https://127.0.0.1:10257/configz'));
  expect(manager).toMatchObject({
    Generic: { Controllers: ['*', 'bootstrap-signer-controller', '-deployment-controller'] },
    KubeCloudShared: { ClusterCIDR: '10.244.0.0/16', AllocateNodeCIDRs: true },
    SAController: { ServiceAccountKeyFile: '/etc/kubernetes/pki/sa.key' },
  });
  const { componentconfig } = JSON.parse(await curl('https://127.0.0.1:10259/configz'));
  expect(componentconfig).toMatchObject({ kind: 'KubeSchedulerConfiguration', leaderElection: { leaderElect: true } });
});

it('a component that elects nobody has no check of it, and tells of no Lease', async () => {
  const { curl, edit } = await opened();
  await edit('kube-scheduler', '--leader-elect=true', '--leader-elect=false');
  expect(await curl('https://127.0.0.1:10259/readyz?verbose')).toBe('[+]shutdown ok\n[+]sched-handler-sync ok\nreadyz check passed\n');
  expect(await curl('https://127.0.0.1:10259/metrics')).not.toContain('leader_election_master_status');
  await edit('kube-controller-manager', '--leader-elect=true', '--leader-elect-resource-name=own');
  expect(await curl('https://127.0.0.1:10257/metrics')).toContain('leader_election_master_status{name="own"} 1');
});

it('kubelets and kube-proxy serve the configurations of their files', async () => {
  const { client, api, curl, proxied } = await opened();
  expect((await proxied(`/api/v1/nodes/${NODE}/proxy/configz`)).kubeletconfig).toMatchObject({
    kind: 'KubeletConfiguration',
    staticPodPath: '/etc/kubernetes/manifests',
    maxPods: 110,
    cgroupDriver: 'systemd',
    authentication: { x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' }, webhook: { cacheTTL: '2m0s' } },
    logging: { flushFrequency: '5s' },
  });
  const files = await NodeFiles.of(api);
  await files.write(KUBELET_CONFIG, 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 7\n');
  expect((await proxied(`/api/v1/nodes/${NODE}/proxy/configz`)).kubeletconfig.maxPods).toBe(7);
  const { 'kubeproxy.config.k8s.io': proxy } = JSON.parse(await curl('http://127.0.0.1:10249/configz'));
  expect(proxy).toMatchObject({ clusterCIDR: '10.244.0.0/16', clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' } });
  expect((await client.list(Pod, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-proxy' })).items.length).toBe(2);
});
