import type { apiextensionsv1 } from '#api';
import { APPROVED_ANNOTATION, approvalOf, caBundleError, validateSchema, validateSelectableFields } from '#apiextensions';
import {
  append,
  deepEqual,
  type FieldError,
  fieldForbidden,
  goIsPrint,
  invalidValue,
  isDNS1035Label,
  isDNS1123Subdomain,
  notSupported,
  required,
} from '#apimachinery';
import { serviceErrors, urlErrors } from '../admissionregistration/webhook-validation.js';
import { immutable } from '../rules/text.js';

type Definition = apiextensionsv1.CustomResourceDefinition;
type Names = Partial<apiextensionsv1.CustomResourceDefinitionNames>;
type Version = apiextensionsv1.CustomResourceDefinitionVersion;
type Spec = Partial<apiextensionsv1.CustomResourceDefinitionSpec>;

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
/** A name as a label; several messages are one error. */
function lowered(path: string, value: string): FieldError[] {
  const messages = isDNS1035Label(value);
  return messages.length > 0 ? [invalidValue(path, value, messages.join(','))] : [];
}

/** A kind is a label, apart from its upper-case letters. */
function kindErrors(path: string, value: string): FieldError[] {
  const messages = isDNS1035Label(value.toLowerCase());
  return messages.length > 0 ? [invalidValue(path, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`)] : [];
}

/** Names that the spec must have, unlike the status. */
function requiredNames({ plural, singular, kind, listKind }: Names): FieldError[] {
  const at = 'spec.names';
  return Object.entries({ plural, singular, kind, listKind }).flatMap(([name, value]) => (value ? [] : [required(`${at}.${name}`)]));
}

/** apiextensions/validation ValidateCustomResourceDefinitionNames. */
function nameErrors(path: string, names: Names): FieldError[] {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const errors: FieldError[] = [];
  if (plural !== '') append(errors, lowered(`${path}.plural`, plural));
  if (singular !== '') append(errors, lowered(`${path}.singular`, singular));
  if (kind !== '') append(errors, kindErrors(`${path}.kind`, kind));
  if (listKind !== '') append(errors, kindErrors(`${path}.listKind`, listKind));
  for (const [index, name] of shortNames.entries()) append(errors, lowered(`${path}.shortNames[${index}]`, name));
  if (kind !== '' && kind === listKind) errors.push(invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  for (const [index, name] of categories.entries()) append(errors, lowered(`${path}.categories[${index}]`, name));
  return errors;
}

function columnErrors(
  path: string,
  { name = '', type = '', format = '', jsonPath = '' }: apiextensionsv1.CustomResourceColumnDefinition,
): FieldError[] {
  const errors: FieldError[] = [];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (name === '') errors.push(required(`${path}.name`));
  if (type === '') errors.push(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(`${path}.type`, type, types));
  if (format !== '' && !COLUMN_FORMATS.includes(format))
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  if (jsonPath === '') errors.push(required(`${path}.JSONPath`));
  return jsonPath === '' ? errors : [...errors, ...simplePath(`${path}.JSONPath`, jsonPath)];
}

const simplePath = (path: string, value: string): FieldError[] =>
  value.startsWith('.') ? [] : [invalidValue(path, value, 'must be a simple json path starting with .')];

function scaleErrors(path: string, scale: apiextensionsv1.CustomResourceSubresourceScale): FieldError[] {
  const errors: FieldError[] = [];
  const rooted = (field: 'specReplicasPath' | 'statusReplicasPath' | 'labelSelectorPath', roots: string[], name: string): void => {
    const value = scale[field] ?? '';
    const at = `${path}.${field}`;
    if (value === '') {
      if (field !== 'labelSelectorPath') errors.push(required(at));
      return;
    }
    const simple = simplePath(at, value);
    if (simple.length > 0) append(errors, simple);
    else if (!roots.some((root) => value.startsWith(`${root}.`)))
      errors.push(invalidValue(at, value, `should be a json path under ${name}`));
  };
  rooted('specReplicasPath', ['.spec'], '.spec');
  rooted('statusReplicasPath', ['.status'], '.status');
  rooted('labelSelectorPath', ['.spec', '.status'], 'either .spec or .status');
  return errors;
}

/** Characters that may be in a warning. */
function deprecationErrors(path: string, { deprecated, deprecationWarning: text }: Version): FieldError[] {
  if (text === undefined) return [];
  const wrong = (message: string): FieldError => invalidValue(path, text, message);
  if (!deprecated) return [wrong('can only be set for deprecated versions')];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(text) > 256) errors.push(wrong('must be <= 256 characters long'));
  if (text === '') errors.push(wrong('must not be an empty string'));
  const index = [...text].findIndex((character) => !goIsPrint(character));
  if (index >= 0) {
    const bytes = Buffer.byteLength([...text].slice(0, index).join(''));
    errors.push(wrong(`must only contain printable UTF-8 characters; non-printable character found at index ${bytes}`));
  }
  return errors;
}

/** The parts of a version that upstream keeps in the spec itself if they are the same in all versions. */
const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

interface Parts {
  /** What all versions have in common. */
  shared: Partial<Version>;
  /** What is their own. */
  own: readonly Version[];
}

/** Errors name fields of the internal type, to which versions have been converted (apiextensions/v1/conversion.go). */
function partsOf(versions: readonly Version[]): Parts {
  const [first] = versions;
  if (first === undefined) return { shared: {}, own: [] };
  const shared: Partial<Version> = {};
  const own = versions.map((version) => ({ ...version }));
  for (const name of SHARED) {
    if (!versions.every((version) => deepEqual(version[name] ?? null, first[name] ?? null))) continue;
    if (first[name] !== undefined) Object.assign(shared, { [name]: first[name] });
    for (const version of own) delete version[name];
  }
  return { shared, own };
}

const WITH_SCHEMA = {
  schema: '`version.schema.openAPIV3Schema` is not included',
  validation: 'validations.schema is included',
} as const;

/** The errors of a version, or of what all versions share; `schema` is the name of the field that has the schema. */
function partErrors(
  path: string,
  part: Partial<Version>,
  { field, status }: { field: keyof typeof WITH_SCHEMA; status: boolean },
): FieldError[] {
  const { schema, subresources, additionalPrinterColumns: columns = [], selectableFields = [] } = part;
  const errors: FieldError[] = [];
  const openAPI = schema?.openAPIV3Schema;
  if (openAPI) append(errors, validateSchema(`${path}.${field}.openAPIV3Schema`, openAPI, { status }));
  if (subresources?.scale) append(errors, scaleErrors(`${path}.subresources.scale`, subresources.scale));
  for (const [index, column] of columns.entries()) append(errors, columnErrors(`${path}.additionalPrinterColumns[${index}]`, column));
  if (selectableFields.length === 0) return errors;
  const at = `${path}.selectableFields`;
  if (openAPI) return [...errors, ...validateSelectableFields(at, selectableFields, openAPI)];
  // Upstream asks for them where the schema is: in the version, or with it in what all versions share.
  return [...errors, invalidValue(at, '', `may only be set when ${WITH_SCHEMA[field]}`)];
}

const hasDefaults = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  (((schema as { default?: unknown }).default ?? null) !== null || Object.values(schema).some(hasDefaults));

function versionsErrors({ versions = [], preserveUnknownFields }: Spec): FieldError[] {
  const { shared, own } = partsOf(versions);
  const errors: FieldError[] = [];
  if (!shared.schema?.openAPIV3Schema)
    for (const [index, { schema }] of own.entries())
      if (!schema?.openAPIV3Schema) errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
  if (preserveUnknownFields && versions.some(({ schema }) => hasDefaults(schema)))
    errors.push(invalidValue('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'));
  const statusOf = ({ subresources }: Partial<Version>): boolean => Boolean(subresources?.status);
  for (const [index, version] of own.entries()) {
    const path = `spec.versions[${index}]`;
    append(errors, lowered(`${path}.name`, version.name ?? ''));
    append(errors, deprecationErrors(`${path}.deprecationWarning`, version));
    append(errors, partErrors(path, version, { field: 'schema', status: statusOf(version) || statusOf(shared) }));
  }
  const names = versions.map(({ name }) => name);
  if (new Set(names).size < names.length) errors.push(invalidValue('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  // The internal type has the first version's name besides.
  const [first] = versions;
  if (first?.name) append(errors, lowered('spec.version', first.name));
  return errors;
}

function sharedErrors({ versions = [] }: Spec): FieldError[] {
  const { shared } = partsOf(versions);
  return partErrors('spec', shared, { field: 'validation', status: versions.some(({ subresources }) => subresources?.status) });
}

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

function reviewVersionErrors(path: string, versions: readonly string[]): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    const at = `${path}[${index}]`;
    if (versions.indexOf(version) < index) errors.push(invalidValue(at, version, 'duplicate version'));
    else for (const message of isDNS1035Label(version)) errors.push(invalidValue(at, version, message));
  }
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  return errors;
}

function clientErrors(path: string, { url, service }: apiextensionsv1.WebhookClientConfig): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(path, 'exactly one of url or service is required')];
  return url === undefined ? serviceErrors(`${path}.service`, service ?? { name: '', namespace: '' }) : urlErrors(`${path}.url`, url);
}

function conversionErrors({ conversion, preserveUnknownFields }: Spec): FieldError[] {
  if (!conversion) return [];
  const { strategy = '', webhook } = conversion;
  const at = 'spec.conversion';
  const errors: FieldError[] = [];
  if (strategy !== 'None' && preserveUnknownFields)
    errors.push(invalidValue(`${at}.strategy`, strategy, 'must be None if spec.preserveUnknownFields is true'));
  if (strategy === '') errors.push(required(`${at}.strategy`));
  else if (strategy !== 'None' && strategy !== 'Webhook') errors.push(notSupported(`${at}.strategy`, strategy, ['None', 'Webhook']));
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  if (strategy !== 'Webhook') {
    const text = 'should not be set when strategy is not set to Webhook';
    if (clientConfig) errors.push(fieldForbidden(`${at}.webhookClientConfig`, text));
    if (conversionReviewVersions.length > 0) errors.push(fieldForbidden(`${at}.conversionReviewVersions`, text));
    return errors;
  }
  if (clientConfig) append(errors, clientErrors(`${at}.webhookClientConfig`, clientConfig));
  else errors.push(required(`${at}.webhookClientConfig`, 'required when strategy is set to Webhook'));
  return [...errors, ...reviewVersionErrors(`${at}.conversionReviewVersions`, conversionReviewVersions)];
}

const isEstablished = ({ status }: Definition): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') ?? false;

/** A bundle must be valid once the definition is established, unless it has not been so before. */
function bundleErrors(object: Definition, old: Definition): FieldError[] {
  const bundleOf = ({ spec }: Definition): string => spec?.conversion?.webhook?.clientConfig?.caBundle ?? '';
  const [bundle, before] = [bundleOf(object), bundleOf(old)];
  if (object.spec?.conversion?.strategy !== 'Webhook' || !isEstablished(old) || caBundleError(before) !== undefined) return [];
  const wrong = caBundleError(bundle);
  return wrong === undefined ? [] : [invalidValue('spec.conversion.webhookClientConfig.caBundle', bundle, wrong)];
}

function approvalErrors({ metadata, spec }: Definition, old?: Definition): FieldError[] {
  const approval = approvalOf(spec?.group ?? '', metadata.annotations);
  if (!approval || approval.state === 'approved' || approval.state === 'bypassed') return [];
  if (old && approvalOf(spec?.group ?? '', old.metadata.annotations)?.state === approval.state) return [];
  const path = `metadata.annotations[${APPROVED_ANNOTATION}]`;
  if (approval.state === 'missing') return [required(path, approval.message)];
  return [invalidValue(path, metadata.annotations?.[APPROVED_ANNOTATION], approval.message)];
}

function preservingErrors({ spec }: Definition, old?: Definition): FieldError[] {
  if (!spec?.preserveUnknownFields || old?.spec?.preserveUnknownFields) return [];
  const text = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalidValue('spec.preserveUnknownFields', true, text)];
}

function specErrors(spec: Spec): FieldError[] {
  const { group = '', scope = '' } = spec;
  const names: Names = spec.names ?? {};
  const errors: FieldError[] = [];
  if (group === '') errors.push(required('spec.group'));
  else {
    const wrong = isDNS1123Subdomain(group);
    if (wrong.length > 0) errors.push(invalidValue('spec.group', group, wrong.join(',')));
    else if (!group.includes('.')) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (scope === '') errors.push(required('spec.scope'));
  else if (scope !== 'Cluster' && scope !== 'Namespaced') errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  append(errors, versionsErrors(spec), requiredNames(names), nameErrors('spec.names', names), sharedErrors(spec), conversionErrors(spec));
  return errors;
}

/** ValidateCustomResourceDefinition. */
export function validateDefinition(object: Definition): FieldError[] {
  const spec: Spec = object.spec ?? {};
  const { name } = object.metadata;
  const errors: FieldError[] = [];
  if (name && name !== `${spec.names?.plural ?? ''}.${spec.group ?? ''}`)
    errors.push(invalidValue('metadata.name', name, `must be spec.names.plural+"."+spec.group`));
  append(errors, specErrors(spec), nameErrors('status.acceptedNames', object.status?.acceptedNames ?? {}), storedErrors(object));
  return [...errors, ...approvalErrors(object), ...preservingErrors(object)];
}

/** Versions in which objects may still be stored must not be removed (ValidateCustomResourceDefinitionStoredVersions). */
function storedErrors({ spec, status }: Definition): FieldError[] {
  const stored = status?.storedVersions ?? [];
  const at = 'status.storedVersions';
  if (stored.length === 0) return [invalidValue(at, [], 'must have at least one stored version')];
  const errors: FieldError[] = [];
  const names = new Set((spec?.versions ?? []).map(({ name }) => name));
  for (const { name, storage } of spec?.versions ?? [])
    if (storage && !stored.includes(name)) errors.push(invalidValue(at, stored, `must have the storage version ${name}`));
  for (const [index, name] of stored.entries()) {
    if (names.has(name)) continue;
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalidValue(`${at}[${index}]`, name, detail));
  }
  return errors;
}

/** ValidateCustomResourceDefinitionUpdate: group and plural are immutable, scope and kind once the CRD is established. */
export function validateDefinitionUpdate(object: Definition, old: Definition): FieldError[] {
  const errors = deepEqual(object.spec, old.spec) ? [] : [...specErrors(object.spec ?? {}), ...bundleErrors(object, old)];
  if (isEstablished(old)) {
    append(errors, immutable('spec.scope', object.spec?.scope, old.spec?.scope));
    append(errors, immutable('spec.names.kind', object.spec?.names?.kind, old.spec?.names?.kind));
  }
  append(errors, immutable('spec.group', object.spec?.group, old.spec?.group));
  append(errors, immutable('spec.names.plural', object.spec?.names?.plural, old.spec?.names?.plural));
  append(errors, nameErrors('status.acceptedNames', object.status?.acceptedNames ?? {}), storedErrors(object));
  return [...errors, ...approvalErrors(object, old), ...preservingErrors(object, old)];
}

/** ValidateUpdateCustomResourceDefinitionStatus. */
export const validateDefinitionStatus = ({ status }: Definition): FieldError[] =>
  nameErrors('status.acceptedNames', status?.acceptedNames ?? {});
