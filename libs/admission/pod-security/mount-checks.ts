import type { corev1 } from '#api';
import { type Check, named, namesOf, plural, quoted, Values } from './check.js';

/** check_procMount_baseline.go */
export const procMount: Check = (pod) => {
  const types = new Values();
  const names = namesOf(pod, ({ securityContext }) => {
    const type = securityContext?.procMount;
    if (type === undefined || type === 'Default') return false;
    types.add(type);
    return true;
  });
  if (names.length === 0) return undefined;
  return { reason: 'procMount', detail: `${named(names)} must not set securityContext.procMount to ${quoted(types.sorted())}` };
};

const ALLOWED: ReadonlySet<string> = new Set([
  ...(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'] as const),
] satisfies Array<keyof corev1.Volume>);
const RESTRICTED: ReadonlySet<string> = new Set([
  ...(['hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'gitRepo', 'nfs', 'iscsi', 'glusterfs', 'rbd', 'flexVolume'] as const),
  ...(['cinder', 'cephfs', 'flocker', 'fc', 'azureFile', 'vsphereVolume', 'quobyte', 'azureDisk', 'photonPersistentDisk'] as const),
  ...(['portworxVolume', 'scaleIO', 'storageos'] as const),
] satisfies Array<keyof corev1.Volume>);

/** The source of a volume if it is not an allowed one. */
function restrictedType(volume: corev1.Volume): string | undefined {
  let type = 'unknown';
  for (const field in volume) {
    if (ALLOWED.has(field)) return undefined;
    if (RESTRICTED.has(field)) type = field;
  }
  return type;
}

/** check_restrictedVolumes.go; validation has made sure that a volume has one source */
export const restrictedVolumes: Check = ({ spec }) => {
  const names: string[] = [];
  const types = new Values();
  for (const volume of spec.volumes ?? []) {
    const type = restrictedType(volume);
    if (type === undefined) continue;
    names.push(volume.name);
    types.add(type);
  }
  if (names.length === 0) return undefined;
  const verb = names.length === 1 ? 'uses' : 'use';
  const detail = `${named(names, 'volume')} ${verb} ${plural('restricted volume type', types.size)} ${quoted(types.sorted())}`;
  return { reason: 'restricted volume types', detail };
};

/** Allows these sysctls (check_sysctls.go). */
export function sysctls(allowed: readonly string[]): Check {
  const safe: ReadonlySet<string> = new Set(allowed);
  return ({ spec }) => {
    const forbidden = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name));
    return forbidden.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: forbidden.join(', ') };
  };
}
