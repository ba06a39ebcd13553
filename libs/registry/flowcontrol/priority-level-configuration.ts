import type { flowcontrolv1 } from '#api';
import { type FieldError, fieldForbidden, invalidValue, notSupported, required } from '#apimachinery';
import type { Column } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { conditionErrors, specAndStatus } from './conditions.js';

const MAX_QUEUES = 10_000_000;
/** Above it, two flows would too often share all of their queues (shufflesharding.MaxHashBits). */
const MAX_HASH_BITS = 60;
const ZERO_SHARES = 'flowcontrol.k8s.io/preserve-zero-concurrency-shares';

function shares(
  path: string,
  { nominalConcurrencyShares: nominal, lendablePercent: lendable }: flowcontrolv1.ExemptPriorityLevelConfiguration,
): FieldError[] {
  const errors: FieldError[] = [];
  if (nominal !== undefined && nominal < 0)
    errors.push(invalidValue(`${path}.nominalConcurrencyShares`, nominal, 'must be a non-negative integer'));
  if (lendable !== undefined && (lendable < 0 || lendable > 100))
    errors.push(invalidValue(`${path}.lendablePercent`, lendable, 'must be between 0 and 100, inclusive'));
  return errors;
}

function queuingErrors(path: string, { queueLengthLimit = 0, queues = 0, handSize = 0 }: flowcontrolv1.QueuingConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0) errors.push(invalidValue(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalidValue(`${path}.queues`, queues, 'must be positive'));
  else if (queues > MAX_QUEUES) errors.push(invalidValue(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  const wrongHand = (detail: string) => errors.push(invalidValue(`${path}.handSize`, handSize, detail));
  if (handSize <= 0) wrongHand('must be positive');
  else if (handSize > queues) wrongHand(`should not be greater than queues (${queues})`);
  else {
    let bits = 0;
    for (let i = 0; i < handSize; i++) bits += Math.log2(queues - i);
    const entropy = Math.ceil(bits);
    if (entropy > MAX_HASH_BITS)
      wrongHand(`required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`);
  }
  return errors;
}

function responseErrors(path: string, { type = '', queuing }: Partial<flowcontrolv1.LimitResponse>): FieldError[] {
  const at = `${path}.queuing`;
  if (type === 'Reject') return queuing ? [fieldForbidden(at, 'must be nil if limited.limitResponse.type is not Limited')] : [];
  if (type !== 'Queue') return [notSupported(`${path}.type`, type, ['Queue', 'Reject'])];
  return queuing ? queuingErrors(at, queuing) : [required(at, 'must not be empty if limited.limitResponse.type is Limited')];
}

function limitedErrors(path: string, limited: flowcontrolv1.LimitedPriorityLevelConfiguration): FieldError[] {
  const { borrowingLimitPercent: borrowing } = limited;
  // Upstream validates the shares, then the response, then the percentages.
  const [nominal, lendable] = [
    shares(path, { nominalConcurrencyShares: limited.nominalConcurrencyShares }),
    shares(path, { lendablePercent: limited.lendablePercent }),
  ];
  const errors = [...nominal, ...responseErrors(`${path}.limitResponse`, limited.limitResponse ?? {}), ...lendable];
  if (borrowing !== undefined && borrowing < 0)
    errors.push(invalidValue(`${path}.borrowingLimitPercent`, borrowing, 'if specified, must be a non-negative integer'));
  return errors;
}

function specErrors(name: string, { type = '', limited, exempt }: Partial<flowcontrolv1.PriorityLevelConfigurationSpec>): FieldError[] {
  const errors: FieldError[] = [];
  if ((name === 'exempt') !== (type === 'Exempt'))
    errors.push(invalidValue('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  if (type === 'Exempt') {
    if (limited) errors.push(fieldForbidden('spec.limited', 'must be nil if the type is not Limited'));
    return exempt ? [...errors, ...shares('spec.exempt', exempt)] : errors;
  }
  if (type !== 'Limited') return [...errors, notSupported('spec.type', type, ['Exempt', 'Limited'])];
  if (exempt) errors.push(fieldForbidden('spec.exempt', 'must be nil if the type is Limited'));
  return [
    ...errors,
    ...(limited ? limitedErrors('spec.limited', limited) : [required('spec.limited', 'must not be empty when type is Limited')]),
  ];
}

function validate({ metadata, spec, status }: flowcontrolv1.PriorityLevelConfiguration): FieldError[] {
  const carried = metadata.annotations?.[ZERO_SHARES] !== undefined;
  const forbidden = carried ? [fieldForbidden('metadata.annotations', `annotation '${ZERO_SHARES}' is forbidden`)] : [];
  return [...forbidden, ...specErrors(metadata.name, spec ?? {}), ...conditionErrors(status?.conditions)];
}

const queuing = (name: string, field: keyof flowcontrolv1.QueuingConfiguration): Column<flowcontrolv1.PriorityLevelConfiguration> => ({
  name,
  type: 'string',
  cell: ({ spec }) => spec.limited?.limitResponse?.queuing?.[field] ?? '<none>',
});

/** PriorityLevelConfiguration (registry/flowcontrol/prioritylevelconfiguration). */
export const priorityLevelConfiguration = overNulls<flowcontrolv1.PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  resource: 'prioritylevelconfigurations',
  ...specAndStatus(),
  validate,
  validateUpdate: validate,
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: ({ spec }) => spec.type },
    { name: 'NominalConcurrencyShares', type: 'string', cell: ({ spec }) => spec.limited?.nominalConcurrencyShares ?? '<none>' },
    queuing('Queues', 'queues'),
    queuing('HandSize', 'handSize'),
    queuing('QueueLengthLimit', 'queueLengthLimit'),
    ageColumn,
  ],
});
