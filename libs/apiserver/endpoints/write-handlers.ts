import { bodyText } from '#api';
import { badRequest, conflict, type KubeObject, methodNotAllowed, plainCopy, type Status, unsupportedMediaType } from '#apimachinery';
import { bareMediaType, MEDIA_TYPES, negotiateInput } from '../request/negotiation.js';
import { type DeleteOptions, deleteOptionsFromBody, deleteOptionsFromQuery, type WriteOptions, writeOptions } from '../request/options.js';
import { type ApiRequest, type ApiResponse, headerOf } from '../request/request.js';
import { applyTo, type Configured, readConfiguration } from '../rest/apply.js';
import { dedupOwnerReferences, ensureNamespace } from '../rest/object-meta.js';
import { applyPatch, type Patch, type PatchKind, patchKindOf, readPatch } from '../rest/patch.js';
import type { RestScope } from '../rest/scope.js';
import type { Change } from '../rest/storage.js';
import { answerWritten, bodyOf, decodeAs, decodeShape, outputOf, type ResourceCall } from './resource-call.js';
import { objectResponse } from './responses.js';

const inputType = (request: ApiRequest): string => MEDIA_TYPES[negotiateInput(headerOf(request, 'content-type'))];

/** POST of an object to a collection, or of the body of a subresource (endpoints/handlers/create.go). */
export async function handleCreate(call: ResourceCall): Promise<ApiResponse> {
  const { scope, request } = call;
  const { create } = scope.storage;
  const negotiated = outputOf(call);
  const contentType = inputType(request);
  bodyOf(call);
  const options = writeOptions(call.query, 'CreateOptions');
  if (create === undefined) throw methodNotAllowed(scope.resource.groupResource, 'create');
  const object = await decodeShape(call, options, contentType);
  if (scope.subresource !== '') ensureNamespace(object.metadata, scope.namespace);
  const created = await create(scope, object, options);
  return 'answer' in created ? objectAnswer(call, created.answer, 201) : answerWritten(call, negotiated, created, 201);
}

/** checkName of endpoints/handlers/rest.go. */
function checkName(object: KubeObject, scope: RestScope): void {
  const { name } = object.metadata;
  if (!name) throw badRequest(`the name of the object (${scope.name} based on URL) was undeterminable: name must be provided`);
  if (name !== scope.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${scope.name})`);
}

/** PUT of an object or of a subresource (endpoints/handlers/update.go). */
export async function handleUpdate(call: ResourceCall): Promise<ApiResponse> {
  const { scope } = call;
  const { update } = scope.storage;
  const negotiated = outputOf(call);
  bodyOf(call);
  const options = writeOptions(call.query, 'UpdateOptions');
  if (update === undefined) throw methodNotAllowed(scope.resource.groupResource, 'update');
  const sent = await decodeShape(call, options, inputType(call.request));
  ensureNamespace(sent.metadata, scope.namespace);
  checkName(sent, scope);
  scope.warnings.add(dedupOwnerReferences(sent.metadata, false));
  const { uid } = sent.metadata;
  const updated = await update(scope, { options, transform: () => plainCopy(sent), replaces: true, ...(uid ? { uid } : {}) });
  return answerWritten(call, negotiated, updated, updated.created ? 201 : 200);
}

/** PATCH of an object or of a subresource (endpoints/handlers/patch.go). */
export async function handlePatch(call: ResourceCall): Promise<ApiResponse> {
  const { scope } = call;
  const { update } = scope.storage;
  const kind = kindOfPatch(call);
  const negotiated = outputOf(call);
  const body = bodyOf(call);
  const options = writeOptions(call.query, 'PatchOptions', kind === 'apply');
  if (update === undefined) throw methodNotAllowed(scope.resource.groupResource, 'patch');
  if (kind === 'apply') {
    const converted = await scope.cluster.yaml.convert(scope.cluster.store.cluster, bodyText(body));
    const configured = await scope.work.step(() => readConfiguration(converted));
    const updated = await update(scope, applying(scope, configured, options));
    return answerWritten(call, negotiated, updated, updated.created ? 201 : 200);
  }
  return answerWritten(call, negotiated, await update(scope, patching(scope, readPatch(kind, body), options)), 200);
}

/** Without a built-in schema it is not known how lists are merged (apiextensions-apiserver/pkg/apiserver/customresource_handler.go). */
const CUSTOM_PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/** The type of a patch; throws 415, which for custom kinds is the handler's, not go-restful's. */
export function kindOfPatch({ scope, request }: ResourceCall): PatchKind {
  const type = headerOf(request, 'content-type');
  if (scope.resource.schema.definition === undefined && !CUSTOM_PATCHES.includes(bareMediaType(type ?? '')))
    throw unsupportedMediaType(CUSTOM_PATCHES);
  return patchKindOf(type);
}

/** The change that a patch makes. Throws 415 if the kind does not support this type of patch. */
export function patching(scope: RestScope, patch: Patch, options: WriteOptions): Change {
  const { storage, warnings, resource } = scope;
  const { shape } = storage;
  if (patch.kind === 'strategic' && resource.schema.definition === undefined) throw unsupportedMediaType(CUSTOM_PATCHES);
  return {
    options,
    transform(live) {
      if (live === undefined) throw new Error('nothing to patch');
      const object = applyPatch(live, patch, { schema: shape.schema, options, warnings });
      shape.strategy.setDefaults?.(object);
      ensureNamespace(object.metadata, scope.namespace);
      checkName(object, scope);
      return object;
    },
  };
}

/** The change that an applied configuration makes. */
export function applying(scope: RestScope, configured: Configured, options: WriteOptions): Change {
  return {
    options,
    applies: true,
    async transform(live) {
      const object = await applyTo(scope, live, configured, options);
      const { uid } = object.metadata;
      if (live === undefined && uid) {
        const text = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
        throw conflict(scope.resource.groupResource, scope.name, text);
      }
      ensureNamespace(object.metadata, scope.resource.namespaced ? scope.namespace : '');
      checkName(object, scope);
      return object;
    },
  };
}

/** The options of a delete, from the body if there is one. */
export async function deleteOptionsOf(call: ResourceCall): Promise<DeleteOptions> {
  const body = bodyOf(call);
  if (body.byteLength === 0) return deleteOptionsFromQuery(call.query);
  const expected = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' };
  const options: WriteOptions = { dryRun: false, fieldManager: '', fieldValidation: 'Ignore' };
  const decoded = await decodeAs(call, expected, options, inputType(call.request));
  return deleteOptionsFromBody(decoded as unknown as Record<string, unknown>);
}

/** DELETE of an object (endpoints/handlers/delete.go). */
export async function handleDelete(call: ResourceCall): Promise<ApiResponse> {
  const { scope } = call;
  const negotiated = outputOf(call);
  const options = await deleteOptionsOf(call);
  if (scope.storage.delete === undefined) throw methodNotAllowed(scope.resource.groupResource, 'delete');
  const deleted = await scope.storage.delete(scope, options);
  const status = !deleted.gone && options.orphanDependents === false ? 202 : 200;
  if ('written' in deleted) return answerWritten(call, negotiated, deleted.written, status);
  return objectAnswer(call, deleted.status, status);
}

/** A response that is not a stored object: a Status or a review. */
function objectAnswer(call: ResourceCall, answered: Status | KubeObject, status: number): ApiResponse {
  const { encoding, pretty } = outputOf(call);
  return objectResponse(answered, { negotiated: { encoding, pretty }, status, warnings: call.scope.warnings.texts });
}
