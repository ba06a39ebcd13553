import type { resourcev1 } from '#api';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { immutable, labels } from '../rules/text.js';
import { defaultClaimSpec } from './claim-defaults.js';
import { claimSpecErrors, prepareSelectors, selectorsOfClaim } from './claim-validation.js';

const validate = ({ spec }: resourcev1.ResourceClaimTemplate) => [
  ...labels('spec.metadata.labels', spec?.metadata?.labels),
  ...claimSpecErrors('spec.spec', spec?.spec),
];

/** ResourceClaimTemplate (registry/resource/resourceclaimtemplate). */
export const resourceClaimTemplate = overNulls<resourcev1.ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  resource: 'resourceclaimtemplates',
  returnsDeletedObject: true,
  setDefaults: ({ spec }) => defaultClaimSpec(spec?.spec),
  confirm: ({ spec }, _, { work }) => prepareSelectors(selectorsOfClaim(spec?.spec), () => work?.pause()),
  validate,
  validateUpdate: (object, old) => [...validate(object), ...immutable('spec', object.spec, old.spec)],
  columns: [nameColumn, ageColumn],
});
