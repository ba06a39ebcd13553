import type { corev1, storagev1 } from '#api';

/** Claims, volumes and classes for the specs of the plugins that look at volumes. */

const BOUND = { 'pv.kubernetes.io/bind-completed': 'yes' };

/** A claim of 1Gi; with a volume it is bound to it. */
export function claimOf(
  name: string,
  {
    volume,
    annotations = {},
    phase,
    ...spec
  }: Partial<corev1.PersistentVolumeClaimSpec> & {
    volume?: string;
    annotations?: Record<string, string>;
    phase?: string;
  } = {},
): corev1.PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: name, annotations: { ...(volume ? BOUND : {}), ...annotations } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...(volume ? { volumeName: volume } : {}),
      ...spec,
    },
    status: { phase: phase ?? (volume ? 'Bound' : 'Pending') },
  };
}

/** An available volume of 1Gi. */
export function volumeOf(
  name: string,
  { labels, ...spec }: Partial<corev1.PersistentVolumeSpec> & { labels?: Record<string, string> } = {},
): corev1.PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, uid: name, ...(labels ? { labels } : {}) },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...spec },
    status: { phase: 'Available' },
  };
}

/** A class whose volumes are bound at once. */
export function classOf(name: string, more: Partial<storagev1.StorageClass> = {}): storagev1.StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'example.com/p',
    volumeBindingMode: 'Immediate',
    ...more,
  };
}

/** A pod's volumes that are these claims. */
export const volumesOf = (...claims: string[]): corev1.Volume[] =>
  claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }));

/** Node affinity of a volume. */
export const reaches = (key: string, ...values: string[]): corev1.VolumeNodeAffinity => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] },
});
