import type { resourcev1 } from '#api';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { immutable, labels } from '../rules/text.js';
import { confirmAdminAccess } from './admin-access.js';
import { defaultClaimSpec } from './claim-defaults.js';
import { claimSpecErrors, prepareSelectors, selectorsOfClaim } from './claim-validation.js';

const validate = ({ spec }: resourcev1.ResourceClaimTemplate) => [
  ...labels('spec.metadata.labels', spec?.metadata?.labels),
  ...claimSpecErrors('spec.spec', spec?.spec),
];

const KIND = { group: 'resource.k8s.io', kind: 'ResourceClaimTemplate' };

/** ResourceClaimTemplate (registry/resource/resourceclaimtemplate). */
export const resourceClaimTemplate = overNulls<resourcev1.ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  resource: 'resourceclaimtemplates',
  returnsDeletedObject: true,
  setDefaults: ({ spec }) => defaultClaimSpec(spec?.spec),
  async confirm({ metadata: { name }, spec }, old, ctx) {
    await prepareSelectors(selectorsOfClaim(spec?.spec), () => ctx.work?.pause());
    if (!old) await confirmAdminAccess({ name, kind: KIND, requests: spec?.spec?.devices?.requests }, ctx);
  },
  validate,
  validateUpdate: (object, old) => [...validate(object), ...immutable('spec', object.spec, old.spec)],
  columns: [nameColumn, ageColumn],
});
