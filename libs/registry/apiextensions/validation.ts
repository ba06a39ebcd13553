import type { apiextensionsv1 } from '#api';
import { append, type FieldError, invalidValue, isDNS1035Label, isDNS1123Subdomain, notSupported, required } from '#apimachinery';
import { eachInvalid, immutable } from '../rules/text.js';
import { validateSchema } from './schema-validation.js';

type Definition = apiextensionsv1.CustomResourceDefinition;
type Names = Partial<apiextensionsv1.CustomResourceDefinitionNames>;
type Version = apiextensionsv1.CustomResourceDefinitionVersion;

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
/** Protected groups of the Kubernetes community need a link to their API review (apihelpers.IsProtectedCommunityGroup). */
const PROTECTED_GROUP = /(^|\.)(k8s\.io|kubernetes\.io)$/;
const APPROVED = 'api-approved.kubernetes.io';

function lowered(path: string, value: string): FieldError[] {
  return eachInvalid(path, value, isDNS1035Label(value));
}

/** A kind is a label, apart from its upper-case letters. */
function kindErrors(path: string, value: string): FieldError[] {
  const messages = isDNS1035Label(value.toLowerCase());
  return messages.length > 0 ? [invalidValue(path, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`)] : [];
}

/** apiextensions/validation ValidateCustomResourceDefinitionNames. */
function nameErrors(path: string, names: Names): FieldError[] {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const errors: FieldError[] = [];
  if (plural === '') errors.push(required(`${path}.plural`));
  if (singular === '') errors.push(required(`${path}.singular`));
  if (kind === '') errors.push(required(`${path}.kind`));
  if (listKind === '') errors.push(required(`${path}.listKind`));
  if (plural !== '') append(errors, lowered(`${path}.plural`, plural));
  if (singular !== '') append(errors, lowered(`${path}.singular`, singular));
  if (kind !== '') append(errors, kindErrors(`${path}.kind`, kind));
  if (listKind !== '') append(errors, kindErrors(`${path}.listKind`, listKind));
  shortNames.forEach((name, index) => {
    append(errors, lowered(`${path}.shortNames[${index}]`, name));
  });
  if (kind !== '' && kind === listKind) errors.push(invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  categories.forEach((name, index) => {
    append(errors, lowered(`${path}.categories[${index}]`, name));
  });
  return errors;
}

function columnErrors(
  path: string,
  { name = '', type = '', format = '', jsonPath = '' }: apiextensionsv1.CustomResourceColumnDefinition,
): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${path}.name`));
  if (type === '') errors.push(required(`${path}.type`, `must be one of ${COLUMN_TYPES.join(',')}`));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(`${path}.type`, type, `must be one of ${COLUMN_TYPES.join(',')}`));
  if (format !== '' && !COLUMN_FORMATS.includes(format))
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  if (jsonPath === '') errors.push(required(`${path}.jsonPath`));
  else if (!/^[.[]/.test(jsonPath)) errors.push(invalidValue(`${path}.jsonPath`, jsonPath, 'must be a simple json path starting with .'));
  return errors;
}

function scaleErrors(path: string, scale: apiextensionsv1.CustomResourceSubresourceScale): FieldError[] {
  const errors: FieldError[] = [];
  const rooted = (field: 'specReplicasPath' | 'statusReplicasPath' | 'labelSelectorPath', roots: string[]) => {
    const value = scale[field] ?? '';
    if (value === '') {
      if (field !== 'labelSelectorPath') errors.push(required(`${path}.${field}`));
    } else if (!roots.some((root) => value.startsWith(root)))
      errors.push(invalidValue(`${path}.${field}`, value, `should be a json path under ${roots.join(' or ')}`));
  };
  rooted('specReplicasPath', ['.spec']);
  rooted('statusReplicasPath', ['.status']);
  rooted('labelSelectorPath', ['.spec', '.status']);
  return errors;
}

function versionErrors(path: string, version: Version, preserves: boolean): FieldError[] {
  const { name = '', schema, subresources, additionalPrinterColumns: columns = [], deprecationWarning } = version;
  const errors = lowered(`${path}.name`, name);
  if (deprecationWarning !== undefined && !version.deprecated)
    errors.push(invalidValue(`${path}.deprecationWarning`, deprecationWarning, 'can only be set for deprecated versions'));
  if (schema?.openAPIV3Schema) append(errors, validateSchema(`${path}.schema.openAPIV3Schema`, schema.openAPIV3Schema, preserves));
  else errors.push(required(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
  columns.forEach((column, index) => {
    append(errors, columnErrors(`${path}.additionalPrinterColumns[${index}]`, column));
  });
  return subresources?.scale ? [...errors, ...scaleErrors(`${path}.subresources.scale`, subresources.scale)] : errors;
}

function versionsErrors(spec: Partial<apiextensionsv1.CustomResourceDefinitionSpec>): FieldError[] {
  const versions = spec.versions ?? [];
  const names = versions.map(({ name }) => name);
  const stored = versions.filter(({ storage }) => storage).length;
  const errors: FieldError[] = [];
  if (new Set(names).size < names.length) errors.push(invalidValue('spec.versions', versions, 'must contain unique version names'));
  if (stored !== 1) errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  return [
    ...errors,
    ...versions.flatMap((version, index) => versionErrors(`spec.versions[${index}]`, version, spec.preserveUnknownFields ?? false)),
  ];
}

function conversionErrors({ conversion }: Partial<apiextensionsv1.CustomResourceDefinitionSpec>): FieldError[] {
  if (!conversion) return [];
  const { strategy = '', webhook } = conversion;
  const at = 'spec.conversion';
  if (strategy === '') return [required(`${at}.strategy`)];
  if (strategy !== 'None' && strategy !== 'Webhook') return [notSupported(`${at}.strategy`, strategy, ['None', 'Webhook'])];
  if (strategy === 'None')
    return webhook ? [invalidValue(`${at}.webhook`, webhook, 'should not be set when strategy is not set to Webhook')] : [];
  if (!webhook?.clientConfig) return [required(`${at}.webhookClientConfig`, 'required when strategy is set to Webhook')];
  return webhook.conversionReviewVersions?.length ? [] : [required(`${at}.conversionReviewVersions`)];
}

function approvalErrors({ metadata, spec }: Definition): FieldError[] {
  if (!PROTECTED_GROUP.test(spec?.group ?? '')) return [];
  const path = `metadata.annotations[${APPROVED}]`;
  const value = metadata.annotations?.[APPROVED];
  if (value === undefined)
    return [
      required(
        path,
        'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
      ),
    ];
  if (value.startsWith('unapproved') || /^https?:\/\/\S+$/.test(value)) return [];
  return [
    invalidValue(
      path,
      value,
      `protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
    ),
  ];
}

/** ValidateCustomResourceDefinition. */
export function validateDefinition(object: Definition): FieldError[] {
  const spec: Partial<apiextensionsv1.CustomResourceDefinitionSpec> = object.spec ?? {};
  const { group = '', scope = '' } = spec;
  const names: Names = spec.names ?? {};
  const { name } = object.metadata;
  const wanted = `${names.plural ?? ''}.${group}`;
  const errors: FieldError[] = [];
  if (name && name !== wanted) errors.push(invalidValue('metadata.name', name, `must be spec.names.plural+"."+spec.group`));
  if (group === '') errors.push(required('spec.group'));
  else {
    append(errors, eachInvalid('spec.group', group, isDNS1123Subdomain(group)));
    if (group.split('.').length < 2) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  }
  if (scope === '') errors.push(required('spec.scope'));
  else if (scope !== 'Cluster' && scope !== 'Namespaced') errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  append(errors, versionsErrors(spec), nameErrors('spec.names', names), conversionErrors(spec));
  return [...errors, ...storedErrors(object), ...approvalErrors(object)];
}

/** Versions in which objects may still be stored must not be removed (ValidateCustomResourceDefinitionStoredVersions). */
function storedErrors({ spec, status }: Definition): FieldError[] {
  const served = new Set((spec?.versions ?? []).map(({ name }) => name));
  const errors: FieldError[] =
    (status?.storedVersions ?? []).length === 0 ? [invalidValue('status.storedVersions', [], 'must have at least one stored version')] : [];
  for (const [index, name] of (status?.storedVersions ?? []).entries()) {
    if (served.has(name)) continue;
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalidValue(`status.storedVersions[${index}]`, name, detail));
  }
  return errors;
}

/** ValidateCustomResourceDefinitionUpdate: group and plural are immutable, scope and kind once the CRD is established. */
export function validateDefinitionUpdate(object: Definition, old: Definition): FieldError[] {
  const established = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
  const errors = validateDefinition(object).filter(({ field }) => field !== 'metadata.name');
  if (established) {
    append(errors, immutable('spec.scope', object.spec?.scope, old.spec?.scope));
    append(errors, immutable('spec.names.kind', object.spec?.names?.kind, old.spec?.names?.kind));
  }
  append(errors, immutable('spec.group', object.spec?.group, old.spec?.group));
  return [...errors, ...immutable('spec.names.plural', object.spec?.names?.plural, old.spec?.names?.plural)];
}
