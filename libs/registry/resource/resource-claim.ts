import type { resourcev1 } from '#api';
import { append } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { keepSpec, keepStatus } from '../rules/prepare.js';
import { immutable } from '../rules/text.js';
import { confirmAdminAccess } from './admin-access.js';
import { defaultClaimSpec } from './claim-defaults.js';
import { claimSpecErrors, claimStatusErrors, prepareSelectors, selectorsOfClaim } from './claim-validation.js';

function state({ metadata, status }: resourcev1.ResourceClaim): string {
  const states = metadata.deletionTimestamp ? ['deleted'] : [];
  if (status?.allocation) append(states, ['allocated'], status.reservedFor?.length ? ['reserved'] : []);
  else if (!metadata.deletionTimestamp) states.push('pending');
  return states.join(',');
}

const KIND = { group: 'resource.k8s.io', kind: 'ResourceClaim' };

/** ResourceClaim (registry/resource/resourceclaim). */
export const resourceClaim = overNulls<resourcev1.ResourceClaim>({
  group: 'resource.k8s.io',
  resource: 'resourceclaims',
  returnsDeletedObject: true,
  setDefaults: ({ spec }) => defaultClaimSpec(spec),
  prepareForCreate(object) {
    object.status = {};
  },
  prepareForUpdate: keepStatus,
  async confirm({ metadata: { name }, spec }, old, ctx) {
    await prepareSelectors(selectorsOfClaim(spec), () => ctx.work?.pause());
    if (!old) await confirmAdminAccess({ name, kind: KIND, requests: spec?.devices?.requests }, ctx);
  },
  validate: ({ spec }) => claimSpecErrors('spec', spec),
  validateUpdate: (object, old) => [...immutable('spec', object.spec, old.spec), ...claimSpecErrors('spec', object.spec)],
  subresources: {
    status: { prepareForUpdate: (object, old) => keepSpec(object, old, true), validateUpdate: claimStatusErrors },
  },
  columns: [nameColumn, { name: 'State', type: 'string', cell: state }, ageColumn],
});
