import type { corev1 } from '#api';
import { hostPathError } from './host-paths.js';
import type { PodWorld } from './world.js';

/** Objects that a pod refers to and that may not exist: ConfigMaps and Secrets of its volumes and environment. */

type World = Pick<PodWorld, 'configMap' | 'secret' | 'pathKind'>;

interface Source {
  name: string;
  kind: 'configmap' | 'secret';
  optional: boolean;
  keys: readonly string[];
}

const fromConfigMap = (source: corev1.ConfigMapVolumeSource | corev1.ConfigMapProjection): Source => ({
  name: source.name ?? '',
  kind: 'configmap',
  optional: source.optional === true,
  keys: (source.items ?? []).map(({ key }) => key),
});

const fromSecret = (name: string | undefined, source: { optional?: boolean; items?: corev1.KeyToPath[] }): Source => ({
  name: name ?? '',
  kind: 'secret',
  optional: source.optional === true,
  keys: (source.items ?? []).map(({ key }) => key),
});

function sourcesOf(volume: corev1.Volume): Source[] {
  if (volume.configMap) return [fromConfigMap(volume.configMap)];
  if (volume.secret) return [fromSecret(volume.secret.secretName, volume.secret)];
  return (volume.projected?.sources ?? []).flatMap((source) => {
    if (source.configMap) return [fromConfigMap(source.configMap)];
    return source.secret ? [fromSecret(source.secret.name, source.secret)] : [];
  });
}

/** Whether the referenced object has a key; undefined if the object does not exist. */
function keysOf(world: World, { kind, name }: Source): ((key: string) => boolean) | undefined {
  const object = kind === 'secret' ? world.secret(name) : world.configMap(name);
  if (!object) return undefined;
  const { data = {} } = object;
  const binary = ('binaryData' in object && object.binaryData) || {};
  return (key) => Object.hasOwn(data, key) || Object.hasOwn(binary, key);
}

function sourceError(world: World, source: Source): string | undefined {
  const has = keysOf(world, source);
  if (!has) return source.optional ? undefined : `${source.kind} "${source.name}" not found`;
  if (source.optional) return undefined;
  const missing = source.keys.find((key) => !has(key));
  if (missing === undefined) return undefined;
  return source.kind === 'secret'
    ? `references non-existent secret key: ${missing}`
    : `configmap references non-existent config key: ${missing}`;
}

/** pkg/volume/git_repo SetUp. */
const NO_GIT =
  'git-repo volume plugin has been disabled; if necessary, it may be re-enabled by enabling the feature-gate `GitRepoVolumeDriver`';

/** Why a pod's volumes cannot be mounted: one FailedMount message per volume. */
export function mountErrors(pod: corev1.Pod, world: World): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    const missing = volume.hostPath && hostPathError(volume.hostPath, world.pathKind);
    if (missing) return [`MountVolume.SetUp failed for volume "${volume.name}" : ${missing}`];
    if (volume.gitRepo) return [`MountVolume.SetUp failed for volume "${volume.name}" : ${NO_GIT}`];
    const errors = new Set(sourcesOf(volume).flatMap((source) => sourceError(world, source) ?? []));
    if (errors.size === 0) return [];
    // Several errors are an aggregate of Go.
    const error = errors.size === 1 ? [...errors][0] : `[${[...errors].join(', ')}]`;
    return [`MountVolume.SetUp failed for volume "${volume.name}" : ${error}`];
  });
}

interface KeyRef {
  name?: string;
  key?: string;
  optional?: boolean;
}

function keyError(world: World, kind: 'configmap' | 'secret', ref: KeyRef, namespace: string): string | undefined {
  const source: Source = { kind, name: ref.name ?? '', optional: ref.optional === true, keys: [] };
  const has = keysOf(world, source);
  if (source.optional) return undefined;
  if (!has) return `${kind} "${source.name}" not found`;
  if (ref.key === undefined || has(ref.key)) return undefined;
  return `couldn't find key ${ref.key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${source.name}`;
}

/** Why a container's environment cannot be created (makeEnvironmentVariables), or why it may not run; undefined if it can. */
export function configError(pod: corev1.Pod, container: corev1.Container, world: World): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const error = configMapRef
      ? keyError(world, 'configmap', configMapRef, namespace)
      : secretRef && keyError(world, 'secret', secretRef, namespace);
    if (error) return error;
  }
  for (const { valueFrom } of container.env ?? []) {
    const config = valueFrom?.configMapKeyRef;
    const secret = valueFrom?.secretKeyRef;
    const error = config ? keyError(world, 'configmap', config, namespace) : secret && keyError(world, 'secret', secret, namespace);
    if (error) return error;
  }
  return undefined;
}
