import { DecodeError, type KindSchema } from '#api';
import type { ConvertedYaml } from '#api/yaml';
import {
  type Applied,
  ApplyConflicts,
  applyConfiguration,
  applyConflict,
  badRequest,
  bareError,
  difference,
  differingFields,
  fieldSetOf,
  formatTime,
  getOwn,
  goQuote,
  jsonKind,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  pathTexts,
  type StatusError,
  treeOf,
  typeErrorsText,
  validateTyped,
} from '#apimachinery';
import type { WriteOptions } from '../request/options.js';
import { completed } from './completed-object.js';
import { resetFields } from './managed-fields.js';
import { ownInput } from './own-input.js';
import type { RestScope } from './scope.js';

/** Server-side apply (endpoints/handlers/patch.go applyPatcher, managedfields/internal). */

type Configuration = Record<string, unknown>;

/** An applied configuration as it was read. */
export interface Configured {
  configuration: Configuration;
  /** Duplicate keys, in the words of goyaml's strict mode. */
  repeated?: string;
}

/** Reads the body of an apply patch. Throws 400. */
export function readConfiguration(converted: ConvertedYaml): Configured {
  if ('error' in converted) throw badRequest(`error decoding YAML: ${converted.error}`);
  const value: unknown = JSON.parse(converted.json);
  if (typeof value !== 'object' || Array.isArray(value)) {
    const message = `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`;
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${message}`);
  }
  const { repeated } = converted;
  return { configuration: (value ?? {}) as Configuration, ...(repeated === undefined ? {} : { repeated }) };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Only kubectl's own apply keeps the annotation of client-side apply in step (lastappliedmanager.go, lastappliedupdater.go). */
const KUBECTL = 'kubectl';

/** `"m1"`, `"m2" using v1`, `"m3" with subresource "status" using v1` (managedfields/internal/conflict.go printManager). */
function managerText({ manager = '', operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const named = subresource ? `${goQuote(manager)} with subresource ${goQuote(subresource)}` : goQuote(manager);
  return operation === 'Update' ? `${named} using ${apiVersion}` : named;
}

function conflictError({ conflicts }: ApplyConflicts): StatusError {
  const found = conflicts
    .map(({ entry, fields }) => ({ manager: managerText(entry), paths: pathTexts(fields) }))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = found.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  const [only] = causes;
  const lines = found.flatMap(({ manager, paths }) => [`conflicts with ${manager}:`, ...paths.map((path) => `- ${path}`)]);
  const message =
    only && causes.length === 1
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
  return applyConflict(causes, message);
}

/** GroupVersionKind.String(): the core group is empty before the slash. */
const kindText = (apiVersion: string, kind: string): string => `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

/** A member that should be a string; '' if it is something else, as upstream reads unstructured objects. */
function textIn(object: unknown, name: string): string {
  const value = typeof object === 'object' && object !== null ? (object as Configuration)[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** The kind and version must be those of the resource (versioncheck.go), and managed fields cannot be applied. */
function checkConfiguration({ storage: { shape: resource } }: RestScope, configuration: Configuration): void {
  const [apiVersion, kind] = [textIn(configuration, 'apiVersion'), textIn(configuration, 'kind')];
  if (apiVersion !== resource.apiVersion || kind !== resource.kind) throw badRequest(`invalid object type: ${kindText(apiVersion, kind)}`);
  const metadata = configuration.metadata as Partial<ObjectMeta> | null | undefined;
  if (metadata?.managedFields !== undefined && metadata.managedFields !== null) throw badRequest('metadata.managedFields must be nil');
  const errors = validateTyped(resource.schema.struct, configuration);
  if (errors.length === 0) return;
  throw bareError(`failed to create typed patch object (${describe(configuration)}): ${typeErrorsText(errors)}`);
}

/** `NAMESPACE/NAME; GROUP/VERSION, Kind=KIND` (structuredmerge.go objectGVKNN). */
function describe(configuration: Configuration): string {
  const { metadata } = configuration;
  const kind = kindText(textIn(configuration, 'apiVersion'), textIn(configuration, 'kind'));
  return `${textIn(metadata, 'namespace')}/${textIn(metadata, 'name')}; ${kind}`;
}

/** The fields of the last client-side apply that are still as it left them: kubectl may take them over without a conflict. */
function lastAppliedFields({ storage: { shape: resource } }: RestScope, live: KubeObject | undefined) {
  const text = live?.metadata.annotations && getOwn(live.metadata.annotations, LAST_APPLIED);
  if (live === undefined || !text) return undefined;
  try {
    const last = JSON.parse(text) as Configuration;
    if (last.apiVersion !== resource.apiVersion || validateTyped(resource.schema.struct, last).length > 0) return undefined;
    const tree = treeOf(resource.schema.struct);
    return difference(fieldSetOf(tree, last), differingFields(resource.schema.struct, last, live));
  } catch {
    return undefined;
  }
}

function applied(scope: RestScope, live: KubeObject | undefined, { configuration }: Configured, { force = false }: WriteOptions): Applied {
  const { storage, manager, subresource, cluster } = scope;
  const resource = storage.shape;
  const reset = resetFields(scope);
  const apply = (forced: boolean) =>
    applyConfiguration({
      live,
      configuration,
      manager,
      force: forced,
      apiVersion: resource.apiVersion,
      time: formatTime(cluster.clock.now()),
      schema: resource.schema.struct,
      ...(subresource ? { subresource } : {}),
      ...(reset ? { resetFields: reset } : {}),
    });
  try {
    return apply(force);
  } catch (error) {
    if (!(error instanceof ApplyConflicts)) throw error;
    const allowed = manager === KUBECTL ? lastAppliedFields(scope, live) : undefined;
    if (allowed === undefined) throw conflictError(error);
    const left = error.without(allowed);
    if (left.conflicts.length === 0) return apply(true);
    throw conflictError(left);
  }
}

/** The annotation of client-side apply, if the object has one, becomes what was applied. */
function keepLastApplied(scope: RestScope, object: KubeObject, configuration: Configuration): void {
  const annotations = object.metadata.annotations;
  if (scope.manager !== KUBECTL || !annotations || !getOwn(annotations, LAST_APPLIED)) return;
  const { metadata } = configuration as { metadata?: { annotations?: Record<string, string> } };
  const { [LAST_APPLIED]: _, ...others } = metadata?.annotations ?? {};
  const bare = metadata?.annotations ? { ...configuration, metadata: { ...metadata, annotations: others } } : configuration;
  annotations[LAST_APPLIED] = `${JSON.stringify(sorted(bare))}\n`;
}

/** Members in the order of their names, as Go encodes maps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted((value as Configuration)[name])]),
  );
}

/** The object that results from applying a configuration to the current one (undefined: it is created). Throws StatusError. */
export async function applyTo(
  scope: RestScope,
  live: KubeObject | undefined,
  configured: Configured,
  options: WriteOptions,
): Promise<KubeObject> {
  const { work } = scope;
  const { configuration, repeated } = configured;
  await work.step(() => checkConfiguration(scope, configuration));
  const { object: merged, managedFields, changed } = await work.step(() => applied(scope, live, configured, options));
  if (repeated !== undefined && options.fieldValidation === 'Strict')
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${repeated}`);
  if (repeated !== undefined && options.fieldValidation === 'Warn') scope.warnings.add(repeated);
  const object = await work.step(() => defaulted(scope, changed ? merged : (live ?? merged), configuration));
  keepLastApplied(scope, object, configuration);
  if (managedFields.length > 0) object.metadata.managedFields = managedFields;
  else delete object.metadata.managedFields;
  return object;
}

/** A copy of a merged object, decoded and with its defaults. */
function defaulted({ storage: { shape } }: RestScope, merged: object, configuration: Configuration): KubeObject {
  return completed(decoded(shape.schema, merged, configuration), shape);
}

/** What the schema takes for a scalar may still be none of the type's values, e.g. a port of 1.5. */
function decoded(schema: KindSchema, merged: object, configuration: Configuration): KubeObject {
  try {
    return schema.decode(ownInput(schema, merged), 'Ignore').object as unknown as KubeObject;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw bareError(`failed to convert new typed object (${describe(configuration)}) to object: ${error.message}`);
  }
}
