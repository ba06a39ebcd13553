import type { corev1, storagev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { StoryCluster } from './story.js';

const gi = (storage: number) => ({ storage: `${storage}Gi` });

/** A claim in the namespace default, of so many Gi. */
export function claim(name: string, size: number, spec: Partial<corev1.PersistentVolumeClaimSpec> = {}): corev1.PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: gi(size) }, ...spec },
  };
}

/** A volume of so many Gi, in a directory of its node. */
export function volume(name: string, size: number, spec: Partial<corev1.PersistentVolumeSpec> = {}): corev1.PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], capacity: gi(size), hostPath: { path: `/tmp/${name}` }, ...spec },
  };
}

/** A class whose provisioner nobody runs, by default. */
export function storageClass(name: string, more: Partial<storagev1.StorageClass> = {}): storagev1.StorageClass {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'example.com/none', ...more };
}

/** A pod that uses a claim. */
export function podWith(name: string, claimName: string, spec: Partial<corev1.PodSpec> = {}): corev1.Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [{ name: 'c', image: 'nginx:1.27' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
      terminationGracePeriodSeconds: 0,
      ...spec,
    },
  };
}

const PLUGIN = 'csi-hostpathplugin';
const SIDECARS = ['csi-node-driver-registrar', 'csi-provisioner', 'csi-attacher', 'csi-resizer'] as const;

/** A CSI driver to be deployed. */
export interface DriverOptions {
  /** Default hostpath.csi.k8s.io. */
  name?: string;
  /** Flags of the driver: `--enable-attach`. */
  flags?: readonly string[];
  /** The sidecars beside it; default all. */
  sidecars?: readonly string[];
  /** Of the CSIDriver. */
  spec?: Partial<storagev1.CSIDriverSpec>;
  provisionerFlags?: readonly string[];
}

/** The manifests of csi-driver-host-path: its CSIDriver, its account and what that may do, and a copy of it on every worker. */
export function csiDriver({
  name = 'hostpath.csi.k8s.io',
  flags = [],
  sidecars = SIDECARS,
  spec = {},
  provisionerFlags = [],
}: DriverOptions = {}) {
  const labels = { app: PLUGIN };
  const image = (program: string, version: string) => `registry.k8s.io/sig-storage/${program}:${version}`;
  const versions: Readonly<Record<string, string>> = {
    'csi-node-driver-registrar': 'v2.15.0',
    'csi-provisioner': 'v5.3.0',
    'csi-attacher': 'v4.10.0',
    'csi-resizer': 'v1.14.0',
  };
  const containers = [
    { name: 'hostpath', image: image('hostpathplugin', 'v1.17.0'), args: [`--drivername=${name}`, ...flags] },
    ...sidecars.map((program) => ({
      name: program,
      image: image(program, versions[program] ?? 'v1.0.0'),
      ...(program === 'csi-provisioner' ? { args: [...provisionerFlags] } : {}),
    })),
  ];
  return [
    { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name }, spec },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: `${PLUGIN}-sa`, namespace: 'default' } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: PLUGIN }, rules: driverRules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: PLUGIN },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: PLUGIN },
      subjects: [{ kind: 'ServiceAccount', name: `${PLUGIN}-sa`, namespace: 'default' }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: PLUGIN, namespace: 'default' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { serviceAccountName: `${PLUGIN}-sa`, containers } },
      },
    },
  ];
}

/** What the cluster roles of the sidecars grant together (external-provisioner, -attacher and -resizer, deploy/kubernetes/rbac.yaml). */
const driverRules = [
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'list', 'watch', 'update', 'patch'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch', 'create', 'update', 'patch'] },
  { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses', 'csinodes', 'volumeattributesclasses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['storage.k8s.io'], resources: ['volumeattachments'], verbs: ['get', 'list', 'watch', 'patch'] },
  { apiGroups: ['storage.k8s.io'], resources: ['volumeattachments/status'], verbs: ['patch'] },
  {
    apiGroups: ['storage.k8s.io'],
    resources: ['csistoragecapacities'],
    verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  },
];

/** Creates objects of any kind, one after the other, and lets the cluster settle. */
export async function makeAll({ client, settle }: Pick<StoryCluster, 'client' | 'settle'>, objects: readonly object[]): Promise<void> {
  const served = await client.resources();
  for (const object of objects as KubeObject[]) {
    const resource = served.find(({ group, version, kind }) => {
      return kind === object.kind && (group === '' ? version : `${group}/${version}`) === object.apiVersion;
    });
    if (resource === undefined) throw new Error(`nothing serves ${object.kind}`);
    await client.create(resource, object);
  }
  await settle();
}
