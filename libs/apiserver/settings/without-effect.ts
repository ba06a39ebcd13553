import type { Flags } from './flags.js';

/** Flags of kube-apiserver that are followed, or that only check that the server starts. */
const SERVER: ReadonlySet<string> = new Set([
  'admission-control-config-file',
  'anonymous-auth',
  'api-audiences',
  'authorization-mode',
  'authorization-policy-file',
  'client-ca-file',
  'default-not-ready-toleration-seconds',
  'default-unreachable-toleration-seconds',
  'disable-admission-plugins',
  'enable-admission-plugins',
  'enable-bootstrap-token-auth',
  'event-ttl',
  'max-mutating-requests-inflight',
  'max-requests-inflight',
  'service-account-extend-token-expiration',
  'service-account-issuer',
  'service-account-max-token-expiration',
  'service-cluster-ip-range',
  'service-node-port-range',
]);

/** Flags of leader election; --leader-elect-resource-lock only checks that the component starts. */
const ELECTION = [
  ...['leader-elect', 'leader-elect-lease-duration', 'leader-elect-renew-deadline', 'leader-elect-retry-period'],
  ...['leader-elect-resource-lock', 'leader-elect-resource-name', 'leader-elect-resource-namespace'],
];

/** The same of kube-controller-manager. */
const MANAGER: ReadonlySet<string> = new Set([
  ...ELECTION,
  ...['allocate-node-cidrs', 'node-cidr-mask-size', 'node-cidr-mask-size-ipv4'],
  'cluster-signing-cert-file',
  'cluster-signing-duration',
  'cluster-signing-key-file',
  'cluster-signing-kube-apiserver-client-cert-file',
  'cluster-signing-kube-apiserver-client-key-file',
  'cluster-signing-kubelet-client-cert-file',
  'cluster-signing-kubelet-client-key-file',
  'cluster-signing-kubelet-serving-cert-file',
  'cluster-signing-kubelet-serving-key-file',
  'cluster-signing-legacy-unknown-cert-file',
  'cluster-signing-legacy-unknown-key-file',
  'controllers',
  ...['horizontal-pod-autoscaler-cpu-initialization-period', 'horizontal-pod-autoscaler-downscale-stabilization'],
  ...['horizontal-pod-autoscaler-initial-readiness-delay', 'horizontal-pod-autoscaler-sync-period'],
  ...['horizontal-pod-autoscaler-tolerance', 'large-cluster-size-threshold', 'legacy-service-account-token-clean-up-period'],
  ...['max-endpoints-per-slice', 'node-eviction-rate', 'node-monitor-grace-period', 'node-startup-grace-period'],
  ...['secondary-node-eviction-rate', 'terminated-pod-gc-threshold', 'unhealthy-zone-threshold'],
]);

/** The same of cloud-controller-manager. */
const CLOUD_MANAGER: ReadonlySet<string> = new Set([
  ...ELECTION,
  'cloud-provider',
  'cluster-cidr',
  'concurrent-service-syncs',
  'configure-cloud-routes',
  'controllers',
  'node-monitor-period',
  'node-status-update-frequency',
]);

const FOLLOWED = {
  'kube-apiserver': SERVER,
  'kube-controller-manager': MANAGER,
  'cloud-controller-manager': CLOUD_MANAGER,
  'kube-scheduler': new Set([...ELECTION, 'config', 'pod-max-in-unschedulable-pods-duration']),
};

/** The flags of a component that say something else than kubeadm's manifest and change nothing here, in the order of their names. */
export function withoutEffect(component: keyof typeof FOLLOWED, flags: Flags, kubeadm: Flags): string[] {
  const followed = FOLLOWED[component];
  return [...flags]
    .filter(([name, value]) => !followed.has(name) && kubeadm.get(name) !== value)
    .map(([name]) => `--${name}`)
    .sort();
}
