import { createHash } from 'node:crypto';
import { ControllerRevision, type corev1, DaemonSet, type metav1, Pod } from '#api';
import { clusterCIDR } from '#network';
import { ownedBy } from './nodes.js';
import { create, type Made, type Step } from './step.js';
import { type NodePlan, VERSIONS } from './template.js';

/** A system DaemonSet, and the hash in the name of its ControllerRevision. */
interface DaemonFacts {
  name: string;
  hash: string;
  labels: Record<string, string>;
  podLabels: Record<string, string>;
  spec: corev1.PodSpec;
}

const hostPath = (name: string, path: string, type?: string): corev1.Volume => ({ name, hostPath: { path, ...(type ? { type } : {}) } });

/** The services' proxy (kubeadm/app/phases/addons/proxy). */
const kubeProxy = (version: string): DaemonFacts => ({
  name: 'kube-proxy',
  hash: '6d5d4cf8d6',
  labels: { 'k8s-app': 'kube-proxy' },
  podLabels: { 'k8s-app': 'kube-proxy' },
  spec: {
    priorityClassName: 'system-node-critical',
    serviceAccountName: 'kube-proxy',
    hostNetwork: true,
    containers: [
      {
        name: 'kube-proxy',
        image: `registry.k8s.io/kube-proxy:${version}`,
        imagePullPolicy: 'IfNotPresent',
        command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
        securityContext: { privileged: true },
        volumeMounts: [
          { mountPath: '/var/lib/kube-proxy', name: 'kube-proxy' },
          { mountPath: '/run/xtables.lock', name: 'xtables-lock' },
          { mountPath: '/lib/modules', name: 'lib-modules', readOnly: true },
        ],
        env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
      },
    ],
    volumes: [
      { name: 'kube-proxy', configMap: { name: 'kube-proxy' } },
      hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
      hostPath('lib-modules', '/lib/modules'),
    ],
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
  },
});

/** The pod network: kindnet, which routes between the nodes' pod CIDRs. */
const kindnet = (podSubnet: string): DaemonFacts => ({
  name: 'kindnet',
  hash: '7c9f8b5d5b',
  labels: { tier: 'node', app: 'kindnet', 'k8s-app': 'kindnet' },
  podLabels: { app: 'kindnet', 'k8s-app': 'kindnet', tier: 'node' },
  spec: {
    serviceAccountName: 'kindnet',
    hostNetwork: true,
    containers: [
      {
        name: 'kindnet-cni',
        image: `docker.io/kindest/kindnetd:${VERSIONS.kindnetd}`,
        env: [
          { name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'POD_SUBNET', value: podSubnet },
        ],
        volumeMounts: [
          { name: 'cni-cfg', mountPath: '/etc/cni/net.d' },
          { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
          { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
        ],
        resources: { requests: { cpu: '100m', memory: '50Mi' }, limits: { cpu: '100m', memory: '50Mi' } },
        securityContext: { privileged: false, capabilities: { add: ['NET_RAW', 'NET_ADMIN'] } },
      },
    ],
    volumes: [
      hostPath('cni-cfg', '/etc/cni/net.d'),
      hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
      hostPath('lib-modules', '/lib/modules'),
    ],
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
  },
});

/** kube-proxy has the version of the control plane (kubeadm/app/phases/addons/proxy). */
const daemonsOf = (nodes: readonly NodePlan[]): DaemonFacts[] => [
  kubeProxy(nodes[0]?.version ?? VERSIONS.kubernetes),
  kindnet(clusterCIDR(nodes.length)),
];

/** The DaemonSets themselves. */
export const daemonSetSteps = (nodes: readonly NodePlan[]): Step[] =>
  daemonsOf(nodes).map(({ name, labels, podLabels, spec }) =>
    create(DaemonSet, {
      metadata: { name, namespace: 'kube-system', labels },
      spec: {
        selector: { matchLabels: name === 'kindnet' ? { app: 'kindnet' } : podLabels },
        updateStrategy: { type: 'RollingUpdate' },
        template: { metadata: { labels: podLabels } as metav1.ObjectMeta, spec },
      },
    }),
  );

/** The tolerations that the controller adds to every daemon pod (daemon/util AddOrUpdateDaemonPodTolerations). */
const TOLERATIONS: corev1.Toleration[] = [
  ...['not-ready', 'unreachable'].map((taint) => ({ key: `node.kubernetes.io/${taint}`, operator: 'Exists', effect: 'NoExecute' })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable', 'network-unavailable'].map((taint) => ({
    key: `node.kubernetes.io/${taint}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  })),
];

/** Assigned to its node by affinity: the scheduler does the rest (daemon/util ReplaceDaemonSetPodNodeNameNodeAffinity). */
const onlyOn = (node: string): corev1.Affinity => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  },
});

/** The alphabet of generated names (apimachinery/pkg/util/rand). */
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

const suffixOf = (text: string): string =>
  [...createHash('sha256').update(text).digest().subarray(0, 5)].map((byte) => SUFFIX[byte % SUFFIX.length]).join('');

/** The generated parts of the pods' names. They are deterministic, because a repeated bootstrap must find its pods. */
function podSuffixes(daemonSet: string, nodes: readonly NodePlan[]): Map<NodePlan, string> {
  const given = new Map<string, NodePlan>();
  for (const node of nodes) {
    let suffix = suffixOf(`${daemonSet}/${node.name}`);
    // Among some thousand nodes a collision is likely.
    for (let round = 1; given.has(suffix); round++) suffix = suffixOf(`${daemonSet}/${node.name}/${round}`);
    given.set(suffix, node);
  }
  return new Map([...given].map(([suffix, node]) => [node, suffix]));
}

/** The ControllerRevision of each DaemonSet and its pods, one per node, as the DaemonSet controller creates them. */
export function daemonPodSteps(nodes: readonly NodePlan[], made: Made): Step[] {
  return daemonsOf(nodes).flatMap(({ name, hash, podLabels, spec }) => {
    const daemonSet = made.get(DaemonSet, name, 'kube-system');
    const ownerReferences = [{ ...ownedBy(daemonSet, true), blockOwnerDeletion: true }];
    const labels = { ...podLabels, 'controller-revision-hash': hash };
    const template = daemonSet.spec?.template;
    const suffixes = podSuffixes(name, nodes);
    return [
      create(ControllerRevision, {
        metadata: {
          name: `${name}-${hash}`,
          namespace: 'kube-system',
          labels,
          annotations: { 'deprecated.daemonset.template.generation': '1' },
          ownerReferences,
        },
        data: { spec: { template: { ...template, $patch: 'replace' } } },
        revision: 1,
      }),
      ...nodes.map((node) =>
        create(Pod, {
          metadata: {
            name: `${name}-${suffixes.get(node)}`,
            generateName: `${name}-`,
            namespace: 'kube-system',
            labels: { ...labels, 'pod-template-generation': '1' },
            ownerReferences,
          },
          spec: { ...spec, affinity: onlyOn(node.name), tolerations: [...(spec.tolerations ?? []), ...TOLERATIONS] },
        }),
      ),
    ];
  });
}

/** The status that the controller would set once all pods are running. */
export function daemonStatusSteps(nodes: readonly NodePlan[]): Step[] {
  const all = nodes.length;
  const status = {
    currentNumberScheduled: all,
    desiredNumberScheduled: all,
    numberAvailable: all,
    numberMisscheduled: 0,
    numberReady: all,
    observedGeneration: 1,
    updatedNumberScheduled: all,
  };
  return daemonsOf(nodes).map(({ name }) => ({
    verb: 'patch',
    resource: DaemonSet,
    namespace: 'kube-system',
    name,
    subresource: 'status',
    patch: { status },
  }));
}
