import type { apiextensionsv1 } from '#api';
import { APPROVED_ANNOTATION, approvalOf, caBundleError } from '#apiextensions';
import { append, deepEqual, type FieldError, invalidValue, isDNS1123Subdomain, notSupported, required } from '#apimachinery';
import { immutable } from '../rules/text.js';
import { conversionErrors } from './definition-conversion.js';
import { type Names, nameErrors, requiredNames } from './definition-names.js';
import { sharedErrors, versionsErrors } from './definition-versions.js';

type Definition = apiextensionsv1.CustomResourceDefinition;
type Spec = Partial<apiextensionsv1.CustomResourceDefinitionSpec>;

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
