import type { corev1 } from '#api';

/** The kinds of objects in its namespace that a pod refers to. */
export type Referenced = 'secret' | 'configmap' | 'claim' | 'resourceclaim' | 'account';

type Volume = corev1.Volume;
/** A reference to a Secret. */
interface NamedRef {
  name?: string;
  namespace?: string;
}

/** The sources of volumes whose Secret is in `secretRef`. */
const SECRET_REFS = ['cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'] as const;

const reference = (kind: Referenced, name: string | undefined): string[] => (name ? [`${kind}/${name}`] : []);

function volumeReferences(volume: Volume, pod: string): string[] {
  const { azureFile, projected, secret, csi, configMap, persistentVolumeClaim, ephemeral } = volume;
  const sources = projected?.sources ?? [];
  return [
    ...reference('secret', azureFile?.secretName),
    ...SECRET_REFS.flatMap((source) => reference('secret', volume[source]?.secretRef?.name)),
    ...reference('secret', secret?.secretName),
    ...reference('secret', csi?.nodePublishSecretRef?.name),
    ...reference('configmap', configMap?.name),
    ...sources.flatMap((each) => [...reference('secret', each.secret?.name), ...reference('configmap', each.configMap?.name)]),
    ...reference('claim', persistentVolumeClaim?.claimName ?? (ephemeral ? `${pod}-${volume.name}` : undefined)),
  ];
}

function containerReferences({ env, envFrom }: Pick<corev1.Container, 'env' | 'envFrom'>): string[] {
  return [
    ...(envFrom ?? []).flatMap((each) => [
      ...reference('secret', each.secretRef?.name),
      ...reference('configmap', each.configMapRef?.name),
    ]),
    ...(env ?? []).flatMap(({ valueFrom }) => [
      ...reference('secret', valueFrom?.secretKeyRef?.name),
      ...reference('configmap', valueFrom?.configMapKeyRef?.name),
    ]),
  ];
}

function resourceClaims({ spec, status }: corev1.Pod): string[] {
  const made = new Map((status?.resourceClaimStatuses ?? []).map(({ name, resourceClaimName }) => [name, resourceClaimName]));
  const claims = (spec.resourceClaims ?? []).map(({ name, resourceClaimName }) => resourceClaimName ?? made.get(name));
  return [...claims, status?.extendedResourceClaimStatus?.resourceClaimName].flatMap((name) => reference('resourceclaim', name));
}

/** What a pod refers to in its namespace, as `kind/name` (pkg/api/v1/pod VisitPodSecretNames, VisitPodConfigmapNames …). */
export function podReferences(pod: corev1.Pod): ReadonlySet<string> {
  const { metadata, spec } = pod;
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  return new Set([
    ...reference('account', spec.serviceAccountName),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }) => reference('secret', name)),
    ...containers.flatMap(containerReferences),
    ...(spec.volumes ?? []).flatMap((volume) => volumeReferences(volume, metadata.name)),
    ...resourceClaims(pod),
  ]);
}

/** The sources of persistent volumes whose Secret is in `secretRef`, by default in the namespace of the claim. */
const VOLUME_REFS = ['cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'] as const;

/** The Secrets that a kubelet needs to mount a bound volume, as `namespace/name` (pkg/api/v1/persistentvolume/util.go VisitPVSecretNames). */
export function volumeSecrets({ spec }: corev1.PersistentVolume): string[] {
  const home = spec?.claimRef?.namespace ?? '';
  if (!spec?.claimRef) return [];
  const { azureFile, csi } = spec;
  const refs: Array<NamedRef | undefined> = [
    azureFile && { name: azureFile.secretName, namespace: azureFile.secretNamespace },
    ...VOLUME_REFS.map((source) => spec[source]?.secretRef as NamedRef | undefined),
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
  ];
  return refs.flatMap((ref) => (ref?.name ? [`${ref.namespace || home}/${ref.name}`] : []));
}
