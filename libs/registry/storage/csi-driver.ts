import type { storagev1 } from '#api';
import { append, deepEqual, duplicate, type FieldError, invalidValue, notSupported } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { nextGeneration } from '../rules/prepare.js';
import { immutable } from '../rules/text.js';

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const TOKEN_WARNING =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

function tokenRequests(path: string, requests: readonly storagev1.TokenRequest[] = []): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { audience = '', expirationSeconds }] of requests.entries()) {
    const at = `${path}[${index}]`;
    if (seen.has(audience)) {
      errors.push(duplicate(`${at}.audience`, audience));
      continue;
    }
    seen.add(audience);
    if (expirationSeconds === undefined) continue;
    if (expirationSeconds < MIN_TOKEN_SECONDS)
      errors.push(invalidValue(`${at}.expirationSeconds`, expirationSeconds, 'may not specify a duration less than 10 minutes'));
    if (expirationSeconds > MAX_TOKEN_SECONDS)
      errors.push(invalidValue(`${at}.expirationSeconds`, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  return errors;
}

function validate({ spec = {} }: storagev1.CSIDriver): FieldError[] {
  const errors: FieldError[] = [];
  const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
  if (spec.fsGroupPolicy !== undefined && !policies.includes(spec.fsGroupPolicy))
    errors.push(notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, policies));
  append(errors, tokenRequests('spec.tokenRequests', spec.tokenRequests));
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (mode !== 'Persistent' && mode !== 'Ephemeral')
      errors.push(notSupported('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral']));
  }
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < 10)
    errors.push(invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'));
  if (spec.serviceAccountTokenInSecrets !== undefined && !spec.tokenRequests?.length) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    errors.push(invalidValue('spec.serviceAccountTokenInSecrets', spec.serviceAccountTokenInSecrets, detail));
  }
  return errors;
}

const tokenRequestsOf = (object: storagev1.CSIDriver | undefined) => object?.spec?.tokenRequests ?? [];

/** CSIDriver (registry/storage/csidriver). */
export const csiDriver = overNulls<storagev1.CSIDriver>({
  group: 'storage.k8s.io',
  resource: 'csidrivers',
  returnsDeletedObject: true,
  unconditionalUpdate: false,
  // VolumeLimitScaling is alpha: its field is dropped.
  prepareForCreate: ({ spec }) => void delete spec.preventPodSchedulingIfMissing,
  prepareForUpdate(object, old) {
    if (old.spec.preventPodSchedulingIfMissing === undefined) delete object.spec.preventPodSchedulingIfMissing;
    nextGeneration(object, old, ({ spec }) => spec);
  },
  validate,
  // The misspelt path is upstream's.
  validateUpdate: (object, old) => [
    ...validate(object),
    ...immutable('spec.attachedRequired', object.spec.attachRequired, old.spec.attachRequired),
    ...immutable('spec.volumeLifecycleModes', object.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes),
  ],
  warnings(object, old) {
    const requests = tokenRequestsOf(object);
    const unset = requests.length > 0 && object.spec.serviceAccountTokenInSecrets === undefined;
    return unset && !(old && deepEqual(tokenRequestsOf(old), requests)) ? [TOKEN_WARNING] : [];
  },
  columns: [
    nameColumn,
    { name: 'AttachRequired', type: 'boolean', cell: ({ spec }) => spec.attachRequired ?? true },
    { name: 'PodInfoOnMount', type: 'boolean', cell: ({ spec }) => spec.podInfoOnMount ?? false },
    { name: 'StorageCapacity', type: 'boolean', cell: ({ spec }) => spec.storageCapacity ?? false },
    {
      name: 'TokenRequests',
      type: 'string',
      cell: ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>',
    },
    { name: 'RequiresRepublish', type: 'boolean', cell: ({ spec }) => spec.requiresRepublish ?? false },
    { name: 'Modes', type: 'string', cell: ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>' },
    ageColumn,
  ],
});
