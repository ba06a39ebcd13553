import type { apiextensionsv1 } from '#api';
import {
  type CustomSchema,
  jsonPath,
  prepareValidation,
  validateEmbedded,
  validateLists,
  validateRules,
  validateValue,
} from '#apiextensions';
import {
  deepEqual,
  type FieldError,
  type FieldErrorType,
  forbidden,
  goQuote,
  goValue,
  invalidValue,
  isQualifiedName,
  type KubeObject,
} from '#apimachinery';
import type { FieldOf, ResourceStrategy, StrategyContext } from '#apiserver';
import { columnsOf } from './columns.js';
import { scaleOf, scaleSpecErrors, scaleStatusErrors } from './scale.js';

/** One version of a custom kind, as its strategy needs it. */
export interface VersionRules {
  readonly apiVersion: string;
  readonly version: apiextensionsv1.CustomResourceDefinitionVersion;
  readonly schema: CustomSchema;
}

/** What the versions of a kind have in common. */
export interface KindRules {
  readonly group: string;
  readonly resource: string;
  /** By apiVersion. */
  readonly versions: ReadonlyMap<string, VersionRules>;
}

type Custom = KubeObject & Record<string, unknown>;

/** An object in the version of the request, which is validated by that version's schema. */
const inVersion = (object: KubeObject, { apiVersion }: VersionRules): KubeObject =>
  object.apiVersion === apiVersion ? object : { ...object, apiVersion };

/** Errors after which rules are not evaluated (registry/customresource/strategy.go hasBlockingErr). */
const BLOCKING: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function ruleErrors(rules: VersionRules, errors: readonly FieldError[], object: KubeObject, old?: KubeObject): FieldError[] {
  const { version } = rules;
  if (!version.schema?.openAPIV3Schema || !rules.schema.hasRules) return [];
  if (errors.some(({ type }) => BLOCKING.has(type))) return [invalidValue('<nil>', null, UNCHECKED)];
  return validateRules(rules.schema.root, object, old);
}

function validate(rules: VersionRules, given: KubeObject): FieldError[] {
  const object = inVersion(given, rules);
  const { root } = rules.schema;
  const { scale } = rules.version.subresources ?? {};
  const errors = [
    ...validateValue(root, object),
    ...scaleSpecErrors(object, scale),
    ...scaleStatusErrors(object, scale),
    ...validateEmbedded(object, root),
    ...validateLists(root, object),
  ];
  return [...errors, ...ruleErrors(rules, errors, object)];
}

/** Lists that were invalid before the update may stay so. */
function changedLists(rules: VersionRules, object: KubeObject, old: KubeObject): FieldError[] {
  const errors = validateLists(rules.schema.root, object);
  return errors.length > 0 && validateLists(rules.schema.root, old).length > 0 ? [] : errors;
}

function validateUpdate(rules: VersionRules, given: KubeObject, before: KubeObject): FieldError[] {
  const [object, old] = [inVersion(given, rules), inVersion(before, rules)];
  const { root } = rules.schema;
  const { scale } = rules.version.subresources ?? {};
  const errors = [
    ...validateValue(root, object, { old: { value: old } }),
    ...scaleSpecErrors(object, scale),
    ...scaleStatusErrors(object, scale),
    ...validateEmbedded(object, root),
    ...changedLists(rules, object, old),
  ];
  return [...errors, ...ruleErrors(rules, errors, object, old)];
}

function validateStatus(rules: VersionRules, given: KubeObject, before: KubeObject): FieldError[] {
  const [object, old] = [inVersion(given, rules) as Custom, inVersion(before, rules) as Custom];
  const node = rules.schema.root.property('status');
  const schema =
    node && object.status !== undefined ? validateValue(node, object.status, { prefix: 'status', old: { value: old.status } }) : [];
  const errors = [...schema, ...scaleStatusErrors(object, rules.version.subresources?.scale), ...changedLists(rules, object, old)];
  return [...errors, ...ruleErrors(rules, errors, object, old)];
}

/** Everything but the metadata counts for the generation. */
const content = ({ metadata: _metadata, ...rest }: KubeObject): object => rest;

function keepStatus(object: Custom, old: Custom): void {
  if (old.status === undefined) delete object.status;
  else object.status = old.status;
}

/** A status update writes the status and nothing else (status_strategy.go). */
function keepAllButStatus(object: Custom, old: Custom): void {
  const { status } = object;
  const { managedFields } = object.metadata;
  for (const name of Object.keys(object)) if (!Object.hasOwn(old, name)) delete object[name];
  for (const name of Object.keys(old)) object[name] = old[name];
  const { managedFields: _former, ...metadata } = old.metadata;
  object.metadata = { ...metadata, ...(managedFields ? { managedFields } : {}) };
  if (status === undefined) delete object.status;
  else object.status = status;
}

const STANDARD_FINALIZERS = ['orphan', 'foregroundDeletion', 'kubernetes'];

function finalizerWarnings(name: string): string[] {
  const at = `metadata.finalizers: ${goQuote(name)}: `;
  const warnings = isQualifiedName(name).map((message) => `${at}${message}`);
  if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return warnings;
  const path = name.includes('.') ? ' including a path (/)' : '';
  return [...warnings, `${at}prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`];
}

function warnings({ metadata }: KubeObject, old: KubeObject | undefined): string[] {
  if (!metadata.finalizers?.length) return [];
  const standing = new Set(old?.metadata.finalizers);
  return [...new Set(metadata.finalizers)]
    .filter((name) => !standing.has(name))
    .sort()
    .flatMap(finalizerWarnings);
}

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

/** Objects of a kind that is being removed are not created any more. */
async function refuseWhileTerminating({ group, resource }: KindRules, object: KubeObject, { reader }: StrategyContext): Promise<void> {
  const name = `${resource}.${group}`;
  const definition = await reader.get<KubeObject & apiextensionsv1.CustomResourceDefinition>(
    DEFINITIONS.group,
    DEFINITIONS.resource,
    '',
    name,
  );
  if (!definition?.status?.conditions?.some(({ type, status }) => type === 'Terminating' && status === 'True')) return;
  throw forbidden({ group, resource }, object.metadata.name, 'create not allowed while custom resource definition is terminating');
}

function selectable(fields: readonly apiextensionsv1.SelectableField[] | undefined): Record<string, FieldOf> {
  const readers: Record<string, FieldOf> = {};
  for (const { jsonPath: path } of fields ?? []) {
    const lookup = jsonPath(path);
    readers[path.replace(/^\./, '')] = (object) => {
      const value = lookup?.(object);
      return value === undefined || value === null ? '' : goValue(value);
    };
  }
  return readers;
}

/** The strategy of one version of a custom kind (apiextensions-apiserver/pkg/registry/customresource). */
export function customResourceStrategy(kind: KindRules, own: VersionRules, deprecated: string | undefined): ResourceStrategy {
  const rulesOf = ({ apiVersion }: StrategyContext): VersionRules => kind.versions.get(apiVersion) ?? own;
  const hasStatus = (ctx: StrategyContext): boolean => Boolean(rulesOf(ctx).version.subresources?.status);
  const { scale } = own.version.subresources ?? {};
  return {
    group: kind.group,
    resource: kind.resource,
    unconditionalUpdate: false,
    prepareForCreate(object, ctx) {
      if (hasStatus(ctx)) delete (object as Custom).status;
      object.metadata.generation = 1;
    },
    prepareForUpdate(object, old, ctx) {
      if (hasStatus(ctx)) keepStatus(object as Custom, old as Custom);
      if (!deepEqual(content(object), content(old))) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    validate: (object, ctx) => validate(rulesOf(ctx), object),
    validateUpdate: (object, old, ctx) => validateUpdate(rulesOf(ctx), object, old),
    confirm: async (object, old, ctx) => {
      if (old === undefined) await refuseWhileTerminating(kind, object, ctx);
      const { schema } = rulesOf(ctx);
      if (schema.hasRules) await prepareValidation(schema.root, () => ctx.work?.pause());
    },
    warnings: (object, old) => warnings(object, old),
    subresources: {
      status: {
        prepareForUpdate: (object, old) => keepAllButStatus(object as Custom, old as Custom),
        validateUpdate: (object, old, ctx) => validateStatus(rulesOf(ctx), object, old),
      },
    },
    ...(scale ? { scale: scaleOf(scale) } : {}),
    fields: selectable(own.version.selectableFields),
    unknownField: (field) => `field label not supported: ${field}`,
    columns: columnsOf(own.version.additionalPrinterColumns),
    ...(deprecated === undefined ? {} : { deprecated }),
  };
}
