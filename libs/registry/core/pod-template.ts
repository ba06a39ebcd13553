import type { corev1 } from '#api';
import { deepEqual, fieldPath } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { nameColumn } from '../columns.js';
import { countGeneration } from '../rules/prepare.js';
import { setPodTemplateDefaults } from './pod/defaults.js';
import { dropDisabledPodFields } from './pod/prepare.js';
import { containerColumns, formatLabels } from './pod/template-columns.js';
import { validatePodTemplateSpec } from './pod/validation/template.js';
import { podTemplateWarnings } from './pod/warnings.js';

type PodTemplate = corev1.PodTemplate;

const path = fieldPath('template');

/** PodTemplates (pkg/registry/core/podtemplate). */
export const podTemplate: ResourceStrategy<PodTemplate> = {
  group: '',
  resource: 'podtemplates',
  returnsDeletedObject: true,
  setDefaults(object) {
    object.template ??= {};
    setPodTemplateDefaults(object.template);
  },
  prepareForCreate(object) {
    object.metadata.generation = 1;
    dropDisabledPodFields(object.template?.spec);
  },
  validate: (object) => validatePodTemplateSpec(object.template ?? {}, path),
  prepareForUpdate(object, old) {
    dropDisabledPodFields(object.template?.spec);
    countGeneration(object, old, !deepEqual(object.template, old.template));
  },
  validateUpdate: (object) => validatePodTemplateSpec(object.template ?? {}, path),
  warnings(object, old) {
    if (old && object.metadata.generation === old.metadata.generation) return [];
    return podTemplateWarnings(object.template, 'template');
  },
  columns: [
    nameColumn,
    ...containerColumns<PodTemplate>((object) => object.template?.spec, 0),
    {
      name: 'Pod Labels',
      type: 'string',
      description: 'The labels for the pod template.',
      cell: (object) => formatLabels(object.template?.metadata?.labels),
    },
  ],
};
