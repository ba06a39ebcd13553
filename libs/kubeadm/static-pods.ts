import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { type corev1, Node, Pod } from '#api';
import { formatTime } from '#apimachinery';
import { clusterCIDR, SERVICE_CIDR } from '#network';
import { ownedBy } from './nodes.js';
import { create, type Made, type Step } from './step.js';
import { DEFAULT_NODES, type NodePlan, planNodes, VERSIONS } from './template.js';

export const PKI = '/etc/kubernetes/pki';
const PROBE_PORT = 'probe-port';

/** One component of the control plane with the manifest that kubeadm writes (kubeadm/app/phases/controlplane, etcd). */
export interface ComponentFacts {
  name: string;
  image: string;
  port: number;
  /** The targets of its probes: health, and readiness if it has such a probe. */
  probes: { host: string; scheme: 'HTTP' | 'HTTPS'; live: string; ready?: string; started: string };
  requests: Record<string, string>;
  args: Record<string, string>;
  /** Mounted directories and files of the host. */
  mounts: ReadonlyArray<{ name: string; path: string; type: string; readOnly?: boolean }>;
  annotations?: Record<string, string>;
}

export const certificates = { name: 'k8s-certs', path: PKI, type: 'DirectoryOrCreate', readOnly: true };
export const authorities = { name: 'ca-certs', path: '/etc/ssl/certs', type: 'DirectoryOrCreate', readOnly: true };
export const kubeconfig = (file: string) => ({ name: 'kubeconfig', path: `/etc/kubernetes/${file}`, type: 'FileOrCreate', readOnly: true });

/** A member of etcd, which names those that were there before it joined, and itself. */
function etcd({ name, address }: NodePlan, earlier: readonly NodePlan[]): ComponentFacts {
  const client = `https://${address}:2379`;
  const peer = `https://${address}:2380`;
  return {
    name: 'etcd',
    image: `registry.k8s.io/etcd:${VERSIONS.etcd}`,
    port: 2381,
    probes: { host: '127.0.0.1', scheme: 'HTTP', live: '/livez', ready: '/readyz', started: '/readyz' },
    requests: { cpu: '100m', memory: '100Mi' },
    args: {
      'advertise-client-urls': client,
      'cert-file': `${PKI}/etcd/server.crt`,
      'client-cert-auth': 'true',
      'data-dir': '/var/lib/etcd',
      'feature-gates': 'InitialCorruptCheck=true',
      'initial-advertise-peer-urls': peer,
      'initial-cluster': [...earlier.map((other) => `${other.name}=https://${other.address}:2380`), `${name}=${peer}`].join(','),
      ...(earlier.length > 0 ? { 'initial-cluster-state': 'existing' } : {}),
      'key-file': `${PKI}/etcd/server.key`,
      'listen-client-urls': `https://127.0.0.1:2379,${client}`,
      'listen-metrics-urls': 'http://127.0.0.1:2381',
      'listen-peer-urls': peer,
      name,
      'peer-cert-file': `${PKI}/etcd/peer.crt`,
      'peer-client-cert-auth': 'true',
      'peer-key-file': `${PKI}/etcd/peer.key`,
      'peer-trusted-ca-file': `${PKI}/etcd/ca.crt`,
      'snapshot-count': '10000',
      'trusted-ca-file': `${PKI}/etcd/ca.crt`,
      'watch-progress-notify-interval': '5s',
    },
    mounts: [
      { name: 'etcd-data', path: '/var/lib/etcd', type: 'DirectoryOrCreate' },
      { name: 'etcd-certs', path: `${PKI}/etcd`, type: 'DirectoryOrCreate' },
    ],
    annotations: { 'kubeadm.kubernetes.io/etcd.advertise-client-urls': client },
  };
}

function apiserver({ address, version }: NodePlan): ComponentFacts {
  return {
    name: 'kube-apiserver',
    image: `registry.k8s.io/kube-apiserver:${version}`,
    port: 6443,
    probes: { host: address, scheme: 'HTTPS', live: '/livez', ready: '/readyz', started: '/livez' },
    requests: { cpu: '250m' },
    args: {
      'advertise-address': address,
      'allow-privileged': 'true',
      'authorization-mode': 'Node,RBAC',
      'client-ca-file': `${PKI}/ca.crt`,
      'enable-admission-plugins': 'NodeRestriction',
      'enable-bootstrap-token-auth': 'true',
      'etcd-cafile': `${PKI}/etcd/ca.crt`,
      'etcd-certfile': `${PKI}/apiserver-etcd-client.crt`,
      'etcd-keyfile': `${PKI}/apiserver-etcd-client.key`,
      'etcd-servers': 'https://127.0.0.1:2379',
      'kubelet-client-certificate': `${PKI}/apiserver-kubelet-client.crt`,
      'kubelet-client-key': `${PKI}/apiserver-kubelet-client.key`,
      'kubelet-preferred-address-types': 'InternalIP,ExternalIP,Hostname',
      'proxy-client-cert-file': `${PKI}/front-proxy-client.crt`,
      'proxy-client-key-file': `${PKI}/front-proxy-client.key`,
      'requestheader-allowed-names': 'front-proxy-client',
      'requestheader-client-ca-file': `${PKI}/front-proxy-ca.crt`,
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-username-headers': 'X-Remote-User',
      'secure-port': '6443',
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
      'service-account-key-file': `${PKI}/sa.pub`,
      'service-account-signing-key-file': `${PKI}/sa.key`,
      'service-cluster-ip-range': SERVICE_CIDR,
      'tls-cert-file': `${PKI}/apiserver.crt`,
      'tls-private-key-file': `${PKI}/apiserver.key`,
    },
    mounts: [authorities, certificates],
    annotations: { 'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${address}:6443` },
  };
}

function controllerManager(podSubnet: string, version: string = VERSIONS.kubernetes): ComponentFacts {
  const config = '/etc/kubernetes/controller-manager.conf';
  return {
    name: 'kube-controller-manager',
    image: `registry.k8s.io/kube-controller-manager:${version}`,
    port: 10257,
    probes: { host: '127.0.0.1', scheme: 'HTTPS', live: '/healthz', started: '/healthz' },
    requests: { cpu: '200m' },
    args: {
      'allocate-node-cidrs': 'true',
      'authentication-kubeconfig': config,
      'authorization-kubeconfig': config,
      'bind-address': '127.0.0.1',
      'client-ca-file': `${PKI}/ca.crt`,
      'cluster-cidr': podSubnet,
      'cluster-name': 'kubernetes',
      'cluster-signing-cert-file': `${PKI}/ca.crt`,
      'cluster-signing-key-file': `${PKI}/ca.key`,
      controllers: '*,bootstrapsigner,tokencleaner',
      kubeconfig: config,
      'leader-elect': 'true',
      'requestheader-client-ca-file': `${PKI}/front-proxy-ca.crt`,
      'root-ca-file': `${PKI}/ca.crt`,
      'service-account-private-key-file': `${PKI}/sa.key`,
      'service-cluster-ip-range': SERVICE_CIDR,
      'use-service-account-credentials': 'true',
    },
    mounts: [authorities, certificates, kubeconfig('controller-manager.conf')],
  };
}

function scheduler(version: string = VERSIONS.kubernetes): ComponentFacts {
  const config = '/etc/kubernetes/scheduler.conf';
  return {
    name: 'kube-scheduler',
    image: `registry.k8s.io/kube-scheduler:${version}`,
    port: 10259,
    probes: { host: '127.0.0.1', scheme: 'HTTPS', live: '/livez', ready: '/readyz', started: '/livez' },
    requests: { cpu: '100m' },
    args: {
      'authentication-kubeconfig': config,
      'authorization-kubeconfig': config,
      'bind-address': '127.0.0.1',
      kubeconfig: config,
      'leader-elect': 'true',
    },
    mounts: [kubeconfig('scheduler.conf')],
  };
}

/** kubeadm's probes differ only in their target and their failure threshold (util/staticpod createHTTPProbe). */
function probe({ probes: { host, scheme } }: ComponentFacts, path: string, patience: Partial<corev1.Probe>): corev1.Probe {
  return { httpGet: { host, path, port: PROBE_PORT, scheme }, timeoutSeconds: 15, ...patience };
}

function container(facts: ComponentFacts): corev1.Container {
  const { name, image, args, port, mounts, probes, requests } = facts;
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [
      name,
      ...Object.keys(args)
        .sort()
        .map((key) => `--${key}=${args[key]}`),
    ],
    ports: [{ name: PROBE_PORT, containerPort: port, protocol: 'TCP' }],
    resources: { requests },
    livenessProbe: probe(facts, probes.live, { initialDelaySeconds: 10, failureThreshold: 8, periodSeconds: 10 }),
    ...(probes.ready ? { readinessProbe: probe(facts, probes.ready, { failureThreshold: 3, periodSeconds: 1 }) } : {}),
    startupProbe: probe(facts, probes.started, { initialDelaySeconds: 10, failureThreshold: 24, periodSeconds: 10 }),
    volumeMounts: mounts.map(({ name: volume, path, readOnly }) => ({ name: volume, mountPath: path, ...(readOnly ? { readOnly } : {}) })),
  };
}

/** The hash of a manifest by which a kubelet tells that it has changed. */
export const hashOf = (text: string): string => createHash('md5').update(text).digest('hex');

/** The manifest of a component, as kubeadm writes it. */
export function staticPod(facts: ComponentFacts): corev1.Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: facts.name,
      namespace: 'kube-system',
      labels: { component: facts.name, tier: 'control-plane' },
      annotations: { ...facts.annotations },
    },
    spec: {
      containers: [container(facts)],
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      priority: 2_000_001_000,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes: facts.mounts.map(({ name, path, type }) => ({ name, hostPath: { path, type } })),
    },
  };
}

/** The pod that a kubelet shows for a static pod; `hash` stands for its manifest. */
export function mirrorPod({ metadata, spec }: corev1.Pod, node: corev1.Node, { hash, now }: { hash: string; now: number }): corev1.Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-${node.metadata.name}`,
      namespace: metadata.namespace ?? 'default',
      ...(metadata.labels ? { labels: metadata.labels } : {}),
      annotations: {
        ...metadata.annotations,
        'kubernetes.io/config.hash': hash,
        'kubernetes.io/config.mirror': hash,
        'kubernetes.io/config.seen': `${formatTime(now).slice(0, -1)}.000000000Z`,
        'kubernetes.io/config.source': 'file',
      },
      ownerReferences: [ownedBy(node, true)],
    },
    spec: { ...spec, nodeName: node.metadata.name, tolerations: [{ effect: 'NoExecute', operator: 'Exists' }] },
  };
}

/** The manifest of the API server, as kubeadm leaves it on a node of the control plane with this address. */
export function apiServerManifest(address?: string): corev1.Pod {
  const [plan] = planNodes({ nodes: { ...DEFAULT_NODES, count: 1 } });
  return staticPod(apiserver({ ...(plan as NodePlan), ...(address === undefined ? {} : { address }) }));
}

/** The manifest of kube-controller-manager. */
export const controllerManagerManifest = (podSubnet = clusterCIDR(1)): corev1.Pod => staticPod(controllerManager(podSubnet));

/** The manifest of kube-scheduler. */
export const schedulerManifest = (): corev1.Pod => staticPod(scheduler());

/** A file that kubeadm leaves on a node of the control plane. */
export interface ManifestFile {
  node: string;
  path: string;
  content: string;
}

/** The manifests that kubeadm leaves on a node, in the order in which it writes them; `earlier`: the nodes of the control plane before it. */
function manifestsOn(plan: NodePlan, earlier: readonly NodePlan[], podSubnet: string): Array<ManifestFile & { pod: corev1.Pod }> {
  const all = [etcd(plan, earlier), apiserver(plan), controllerManager(podSubnet, plan.version), scheduler(plan.version)];
  return all.map((facts) => manifestOn(plan.name, staticPod(facts)));
}

/** The file with the manifest of a component on a node. */
export const manifestOn = (node: string, pod: corev1.Pod): ManifestFile & { pod: corev1.Pod } => ({
  ...{ node, path: `/etc/kubernetes/manifests/${pod.metadata.name}.yaml`, content: stringify(pod), pod },
});

/** All manifests of the control plane. */
function manifestsOf(nodes: readonly NodePlan[]) {
  const members = nodes.filter(({ controlPlane }) => controlPlane);
  return members.flatMap((plan, position) => manifestsOn(plan, members.slice(0, position), clusterCIDR(nodes.length)));
}

/** The manifests of the control plane, as files. */
export const manifestFiles = (nodes: readonly NodePlan[]): ManifestFile[] =>
  manifestsOf(nodes).map(({ node, path, content }) => ({ node, path, content }));

/** The mirror pods of the control plane. */
export const staticPodSteps = (nodes: readonly NodePlan[], made: Made, now: number): Step[] =>
  manifestsOf(nodes).map(({ node, content, pod }) => create(Pod, mirrorPod(pod, made.get(Node, node), { hash: hashOf(content), now })));
