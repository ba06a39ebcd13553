import type { corev1 } from '#api';
import { type FieldError, fieldPath, invalidValue, isDNS1123Label } from '#apimachinery';
import type { ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { validateFinalizerName } from './finalizers.js';

type Namespace = corev1.Namespace;

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Every namespace has its own name as a label, so that selectors can match it (SetDefaults_Namespace, Canonicalize). */
function labelWithName(object: Namespace): void {
  if (!object.metadata.name || object.metadata.labels?.[NAME_LABEL] === object.metadata.name) return;
  object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: object.metadata.name };
}

function validate(object: Namespace): FieldError[] {
  return (object.spec?.finalizers ?? []).flatMap((name) => validateFinalizerName(name, fieldPath('spec', 'finalizers')));
}

const status: SubresourceStrategy<Namespace> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate(object) {
    const expected = object.metadata.deletionTimestamp ? 'Terminating' : 'Active';
    const phase = object.status?.phase ?? '';
    if (phase === expected) return [];
    const condition = expected === 'Active' ? 'empty' : 'not empty';
    return [invalidValue('status.Phase', phase, `may only be '${expected}' if \`deletionTimestamp\` is ${condition}`)];
  },
};

const finalize: SubresourceStrategy<Namespace> = {
  prepareForUpdate(object, old) {
    object.status = old.status;
  },
  validateUpdate: (object) =>
    (object.spec?.finalizers ?? []).flatMap((name, index) => validateFinalizerName(name, fieldPath('spec', 'finalizers').index(index))),
};

/**
 * Namespaces (pkg/registry/core/namespace). The storage sets the phase Terminating (namespace-deletion.ts); the controller removes the
 * content.
 */
export const namespace: ResourceStrategy<Namespace> = {
  group: '',
  resource: 'namespaces',
  returnsDeletedObject: true,
  setDefaults(object) {
    labelWithName(object);
    object.status ??= {};
    object.status.phase ||= 'Active';
  },
  prepareForCreate(object) {
    object.status = { phase: 'Active' };
    object.spec ??= {};
    const finalizers = object.spec.finalizers ?? [];
    if (!finalizers.includes('kubernetes')) object.spec.finalizers = [...finalizers, 'kubernetes'];
    labelWithName(object);
  },
  validate,
  prepareForUpdate(object, old) {
    object.spec = { ...object.spec, finalizers: old.spec?.finalizers };
    object.status = old.status;
    labelWithName(object);
  },
  validateUpdate: (object) => validate(object),
  validateName: isDNS1123Label,
  removable: (object) => (object.spec?.finalizers ?? []).length === 0,
  subresources: { status, finalize },
  fields: {
    'status.phase': (object) => object.status?.phase ?? '',
    name: (object) => object.metadata.name,
  },
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', description: 'The status of the namespace', cell: (object) => object.status?.phase ?? '' },
    ageColumn,
  ],
};
