import type { appsv1 } from '#api';
import { append, deepEqual, isDNS1123Label } from '#apimachinery';
import type { ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { setClaimDefaults } from '../core/persistent-volume-claim/persistent-volume-claim.js';
import { claimSpecWarnings } from '../core/persistent-volume-claim/warnings.js';
import { setPodTemplateDefaults } from '../core/pod/defaults.js';
import { dropDisabledPodFields } from '../core/pod/prepare.js';
import { containerColumns } from '../core/pod/template-columns.js';
import { podTemplateWarnings } from '../core/pod/warnings.js';
import { replicaScale } from '../core/pod-template-owner.js';
import { countGeneration } from '../rules/prepare.js';
import { scaleSelector } from './selector.js';
import { validateStatefulSet, validateStatefulSetUpdate } from './stateful-set-validation.js';
import { validateCollisionCount, validateStatusCounts } from './status-counts.js';

type StatefulSet = appsv1.StatefulSet;

function setUpdateStrategy(spec: appsv1.StatefulSetSpec): void {
  spec.updateStrategy ??= {};
  const strategy = spec.updateStrategy;
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0;
}

function setDefaults(object: StatefulSet): void {
  object.spec ??= {} as StatefulSet['spec'];
  const { spec } = object;
  spec.template ??= {};
  setPodTemplateDefaults(spec.template);
  spec.podManagementPolicy ||= 'OrderedReady';
  setUpdateStrategy(spec);
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion ||= 'v1';
    claim.kind ||= 'PersistentVolumeClaim';
    setClaimDefaults(claim);
  }
}

/** The feature gate of maxUnavailable is off in 1.36 (MaxUnavailableStatefulSet). */
function dropMaxUnavailable(object: StatefulSet, old?: StatefulSet): void {
  const rollingUpdate = object.spec.updateStrategy?.rollingUpdate;
  if (rollingUpdate?.maxUnavailable !== undefined && old?.spec.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) {
    delete rollingUpdate.maxUnavailable;
  }
}

function warnings(object: StatefulSet, old: StatefulSet | undefined): string[] {
  const { spec } = object;
  const changed = !old || object.metadata.generation !== old.metadata.generation;
  const found = changed ? podTemplateWarnings(spec.template, 'spec.template') : [];
  (spec.volumeClaimTemplates ?? []).forEach((claim, index) => {
    // On updates upstream's path ends in `.Spec`; on creates it does not.
    append(found, claimSpecWarnings(claim.spec, `spec.volumeClaimTemplates[${index}]${old ? '.Spec' : ''}`));
  });
  if ((spec.revisionHistoryLimit ?? 0) < 0) {
    found.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
  }
  return found;
}

const counted = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];

const status: SubresourceStrategy<StatefulSet> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: (object, old) => [
    ...validateStatusCounts(
      { ...object.status },
      {
        counts: ['replicas', ...counted, 'observedGeneration', 'collisionCount'],
        atMostReplicas: counted,
        readyText: 'cannot be greater than status.readyReplicas',
      },
    ),
    ...validateCollisionCount(object.status?.collisionCount, old.status?.collisionCount),
  ],
};

/** StatefulSets (pkg/registry/apps/statefulset). */
export const statefulSet: ResourceStrategy<StatefulSet> = {
  group: 'apps',
  resource: 'statefulsets',
  setDefaults,
  prepareForCreate(object) {
    object.status = { replicas: 0, availableReplicas: 0 };
    object.metadata.generation = 1;
    dropMaxUnavailable(object);
    dropDisabledPodFields(object.spec.template?.spec);
  },
  validate: validateStatefulSet,
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropMaxUnavailable(object, old);
    dropDisabledPodFields(object.spec.template?.spec);
    countGeneration(object, old, !deepEqual(object.spec, old.spec));
  },
  validateUpdate: validateStatefulSetUpdate,
  // The name becomes part of the pods' hostnames.
  validateName: isDNS1123Label,
  warnings,
  subresources: { status },
  scale: replicaScale((object) => scaleSelector(object.spec.selector)),
  columns: [
    nameColumn,
    {
      name: 'Ready',
      type: 'string',
      description: 'Number of the pod with ready state',
      cell: (object) => `${object.status?.readyReplicas ?? 0}/${object.spec.replicas ?? 0}`,
    },
    ageColumn,
    ...containerColumns<StatefulSet>((object) => object.spec.template?.spec),
  ],
};
