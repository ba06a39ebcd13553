import type { corev1 } from '#api';

type Spec = corev1.PersistentVolumeClaimSpec;

function isClaimOrSnapshot(source: corev1.TypedLocalObjectReference): boolean {
  const group = source.apiGroup ?? '';
  return (
    (source.kind === 'PersistentVolumeClaim' && group === '') || (source.kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io')
  );
}

/**
 * Drops unsupported sources: other kinds in the old field, and namespaces, whose feature gate is off in 1.36 (pkg/api/persistentvolumeclaim
 * DropDisabledFields, EnforceDataSourceBackwardsCompatibility).
 */
export function dropDisabledDataSources(spec: Spec, old?: Spec): void {
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete spec.dataSourceRef;
  if (old?.dataSource || old?.dataSourceRef || spec.dataSourceRef) return;
  if (spec.dataSource && !isClaimOrSnapshot(spec.dataSource)) delete spec.dataSource;
}

/** Two fields with the same meaning: a value in one is copied to the other (NormalizeDataSources). */
export function normalizeDataSources(spec: Spec): void {
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { namespace: _none, ...source } = spec.dataSourceRef;
    spec.dataSource = source;
  }
}
