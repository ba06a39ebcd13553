import type { certificatesv1 } from '#api';
import { formatTime, humanDuration } from '#apimachinery';
import type { StrategyContext } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { keepStatus } from '../rules/prepare.js';
import { validateRequest, validateRequestUpdate } from './validation.js';

type CSR = certificatesv1.CertificateSigningRequest;

function requestedBy(object: CSR, { user }: StrategyContext): void {
  const { username: _u, uid: _i, groups: _g, extra: _e, ...spec } = object.spec ?? ({} as certificatesv1.CertificateSigningRequestSpec);
  object.spec = {
    ...spec,
    username: user.name,
    ...(user.uid ? { uid: user.uid } : {}),
    ...(user.groups.length > 0 ? { groups: user.groups } : {}),
    ...(user.extra && Object.keys(user.extra).length > 0 ? { extra: user.extra } : {}),
  };
}

/** Sets the times of conditions; the transition time is kept if the status is unchanged (populateConditionTimestamps). */
function stampConditions(object: CSR, old: CSR, now: string): void {
  const before = old.status?.conditions ?? [];
  const conditions = object.status?.conditions?.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? same?.lastTransitionTime ?? now,
    };
  });
  if (conditions) object.status = { ...object.status, conditions };
}

/** Restores the old Approved and Denied conditions where their number is unchanged (preserveConditionInstances). */
function keepDecisions(object: CSR, old: CSR): void {
  for (const type of ['Approved', 'Denied']) {
    const before = (old.status?.conditions ?? []).filter((condition) => condition.type === type);
    const conditions = object.status?.conditions ?? [];
    if (conditions.filter((condition) => condition.type === type).length !== before.length) continue;
    let next = 0;
    const kept = conditions.map((condition) => (condition.type === type ? (before[next++] ?? condition) : condition));
    if (before.length > 0) object.status = { ...object.status, conditions: kept };
  }
}

function condition({ status }: CSR): string {
  const has = (type: string) => (status?.conditions ?? []).some((each) => each.type === type);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}

/** CertificateSigningRequest (registry/certificates/certificates). */
export const certificateSigningRequest = overNulls<CSR>({
  group: 'certificates.k8s.io',
  resource: 'certificatesigningrequests',
  // Any name that is valid in a URL.
  validateName: () => [],
  prepareForCreate(object, ctx) {
    requestedBy(object, ctx);
    object.status = {};
  },
  prepareForUpdate(object, old) {
    object.spec = old.spec;
    keepStatus(object, old);
  },
  validate: (object) => validateRequest(object),
  validateUpdate: (object, old) => validateRequestUpdate(object, old, {}),
  subresources: {
    approval: {
      prepareForUpdate(object, old, { clock }) {
        stampConditions(object, old, formatTime(clock.now()));
        const conditions = object.status?.conditions;
        object.spec = old.spec;
        object.status = { ...old.status, ...(conditions ? { conditions } : {}) };
        if (!conditions) delete object.status.conditions;
      },
      validateUpdate: (object, old) => validateRequestUpdate(object, old, { maySetDecision: true }),
    },
    status: {
      prepareForUpdate(object, old, { clock }) {
        object.spec = old.spec;
        keepDecisions(object, old);
        stampConditions(object, old, formatTime(clock.now()));
      },
      validateUpdate: (object, old) => validateRequestUpdate(object, old, { maySetCertificate: true }),
    },
  },
  fields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
  columns: [
    nameColumn,
    ageColumn,
    { name: 'SignerName', type: 'string', cell: ({ spec }) => spec.signerName || '<none>' },
    { name: 'Requestor', type: 'string', cell: ({ spec }) => spec.username ?? '' },
    {
      name: 'RequestedDuration',
      type: 'string',
      cell: ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)),
    },
    { name: 'Condition', type: 'string', cell: condition },
  ],
});
