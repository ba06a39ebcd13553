import type { apiregistrationv1 } from '#api';
import {
  append,
  type FieldError,
  formatTime,
  invalidValue,
  isDNS1035Label,
  isDNS1123Subdomain,
  isValidPortNum,
  nameIsPathSegment,
  notSupported,
  required,
} from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { keepSpec, keepStatus } from '../rules/prepare.js';
import { eachInvalid } from '../rules/text.js';

type APIService = apiregistrationv1.APIService;

/** The name consists of the version and the group. */
function nameErrors({ metadata: { name }, spec }: APIService): FieldError[] {
  const wanted = `${spec?.version ?? ''}.${spec?.group ?? ''}`;
  // Without a name, the error of the metadata is sufficient.
  if (!name || nameIsPathSegment(name, false).length > 0 || name === wanted) return [];
  return [invalidValue('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${wanted}"`)];
}

function backendErrors(spec: Partial<apiregistrationv1.APIServiceSpec>): FieldError[] {
  const { service, caBundle = '', insecureSkipTLSVerify = false } = spec;
  const errors: FieldError[] = [];
  if (!service) {
    if (caBundle !== '') {
      const bytes = Buffer.from(caBundle, 'base64').length;
      errors.push(invalidValue('spec.caBundle', `${bytes} bytes`, 'local APIServices may not have a caBundle'));
    }
    if (insecureSkipTLSVerify)
      errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
    return errors;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  const port = isValidPortNum(service.port ?? 0);
  if (port.length > 0) errors.push(invalidValue('spec.service.port', service.port ?? 0, `port is not valid: ${port.join(', ')}`));
  if (insecureSkipTLSVerify && caBundle !== '')
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return errors;
}

function validate(object: APIService): FieldError[] {
  const spec: Partial<apiregistrationv1.APIServiceSpec> = object.spec ?? {};
  const { group = '', version = '', groupPriorityMinimum: minimum = 0, versionPriority: priority = 0 } = spec;
  const errors = nameErrors(object);
  if (group === '' && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') append(errors, eachInvalid('spec.group', group, isDNS1123Subdomain(group)));
  append(errors, eachInvalid('spec.version', version, isDNS1035Label(version)));
  if (minimum <= 0 || minimum > 20_000)
    errors.push(invalidValue('spec.groupPriorityMinimum', minimum, 'must be positive and less than 20000'));
  if (priority <= 0 || priority > 1000) errors.push(invalidValue('spec.versionPriority', priority, 'must be positive and less than 1000'));
  return [...errors, ...backendErrors(spec)];
}

const STATUSES = ['True', 'False', 'Unknown'];

const validateStatus = ({ status }: APIService): FieldError[] =>
  (status?.conditions ?? []).flatMap((condition, index) =>
    STATUSES.includes(condition.status) ? [] : [notSupported(`status.conditions[${index}].status`, condition.status, STATUSES)],
  );

function available({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' || !condition.reason ? condition.status : `${condition.status} (${condition.reason})`;
}

/** APIService (kube-aggregator/pkg/registry/apiservice). Local ones, which have no service, are available immediately. */
export const apiService = overNulls<APIService>({
  group: 'apiregistration.k8s.io',
  resource: 'apiservices',
  unconditionalUpdate: false,
  validateName: (name) => nameIsPathSegment(name, false),
  prepareForCreate(object, { clock }) {
    object.status = {};
    if (!object.spec?.service) {
      const lastTransitionTime = formatTime(clock.now());
      const message = 'Local APIServices are always available';
      object.status.conditions = [{ type: 'Available', status: 'True', lastTransitionTime, reason: 'Local', message }];
    }
  },
  prepareForUpdate: keepStatus,
  validate,
  validateUpdate: validate,
  subresources: { status: { prepareForUpdate: (object, old) => keepSpec(object, old), validateUpdate: validateStatus } },
  columns: [
    nameColumn,
    { name: 'Service', type: 'string', cell: ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local') },
    { name: 'Available', type: 'string', cell: available },
    ageColumn,
  ],
});
