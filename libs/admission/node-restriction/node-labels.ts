type Labels = Readonly<Record<string, string>>;

/** Labels that kubelets set on their own nodes (k8s.io/kubelet/pkg/apis/well_known_labels.go). */
const KUBELET: ReadonlySet<string> = new Set([
  ...['kubernetes.io/hostname', 'kubernetes.io/os', 'kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/arch'],
  ...['topology.kubernetes.io/zone', 'topology.kubernetes.io/region', 'node.kubernetes.io/instance-type'],
  ...['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region', 'beta.kubernetes.io/instance-type'],
]);

const isBelow = (namespace: string, domain: string): boolean => namespace === domain || namespace.endsWith(`.${domain}`);

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const namespace = slash < 0 ? '' : label.slice(0, slash);
  if (isBelow(namespace, 'node-restriction.kubernetes.io')) return true;
  if (!isBelow(namespace, 'kubernetes.io') && !isBelow(namespace, 'k8s.io')) return false;
  return !KUBELET.has(label) && !isBelow(namespace, 'kubelet.kubernetes.io') && !isBelow(namespace, 'node.kubernetes.io');
}

/** Labels that a node changes and must not (noderestriction getForbiddenLabels), sorted. */
export function forbiddenLabels(now: Labels = {}, before: Labels = {}): string[] {
  const keys = new Set([...Object.keys(now), ...Object.keys(before)]);
  return [...keys].filter((key) => now[key] !== before[key] && isForbidden(key)).sort();
}
