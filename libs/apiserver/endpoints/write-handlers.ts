import { badRequest, type KubeObject, type Status } from '#apimachinery';
import type { Endpoint } from '../catalog.js';
import { MEDIA_TYPES, negotiateInput } from '../request/negotiation.js';
import { type DeleteOptions, deleteOptionsFromBody, deleteOptionsFromQuery, type WriteOptions, writeOptions } from '../request/options.js';
import { type ApiRequest, type ApiResponse, headerOf } from '../request/request.js';
import { answerReview, isAnswered } from '../rest/answer.js';
import { createObject } from '../rest/create.js';
import { deleteObject } from '../rest/delete.js';
import { ownFields } from '../rest/managed-fields.js';
import { dedupOwnerReferences, ensureNamespace } from '../rest/object-meta.js';
import { applyNotServed, applyPatch, patchKindOf, readPatch } from '../rest/patch.js';
import type { RestScope } from '../rest/scope.js';
import { viewOf } from '../rest/status.js';
import { type Transform, updateObject } from '../rest/update.js';
import { answerWritten, bodyOf, decodeAs, decodeOwn, outputOf, type ResourceCall } from './resource-call.js';
import { objectResponse } from './responses.js';

const inputType = (request: ApiRequest): string => MEDIA_TYPES[negotiateInput(headerOf(request, 'content-type'))];

/** POST of an object (endpoints/handlers/create.go). */
export async function handleCreate(call: ResourceCall): Promise<ApiResponse> {
  const { scope, request } = call;
  const negotiated = outputOf(call);
  const contentType = inputType(request);
  bodyOf(call);
  const options = writeOptions(call.query, 'CreateOptions');
  const object = decodeOwn(call, options, contentType);
  if (!isAnswered(scope)) return answerWritten(call, negotiated, await createObject(scope, object, options), 201);
  const answered = await answerReview(scope, object, options);
  return objectResponse(answered, { negotiated, status: 201, warnings: scope.warnings.texts });
}

/** checkName of endpoints/handlers/rest.go. */
function checkName(object: KubeObject, scope: RestScope): void {
  const { name } = object.metadata;
  if (!name) throw badRequest(`the name of the object (${scope.name} based on URL) was undeterminable: name must be provided`);
  if (name !== scope.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${scope.name})`);
}

const toStored = (endpoint: Endpoint, object: KubeObject): KubeObject => endpoint.conversion?.toStorage(object) ?? object;
const fromStored = (endpoint: Endpoint, object: KubeObject): KubeObject => endpoint.conversion?.fromStorage(object) ?? object;

/** What a PUT stores: a copy of what was sent, with its fields' owner noted. */
function replacing(scope: RestScope, sent: KubeObject): Transform {
  return (standing) => {
    const object = structuredClone(sent);
    ownFields(scope, object, standing && fromStored(scope.endpoint, standing));
    return toStored(scope.endpoint, object);
  };
}

/** PUT of an object or of a subresource that shows it (endpoints/handlers/update.go). */
export async function handleUpdate(call: ResourceCall): Promise<ApiResponse> {
  const { scope } = call;
  const { endpoint, subresource } = scope;
  const negotiated = outputOf(call);
  bodyOf(call);
  const options = writeOptions(call.query, 'UpdateOptions');
  const sent = decodeOwn(call, options, inputType(call.request));
  ensureNamespace(sent.metadata, scope.namespace);
  checkName(sent, scope);
  scope.warnings.add(dedupOwnerReferences(sent.metadata, false));
  const view = subresource === '' ? undefined : viewOf(endpoint, subresource);
  const updated = await updateObject(scope, {
    options,
    transform: replacing(scope, sent),
    create: subresource === '' && endpoint.storage.strategy.createOnUpdate === true,
    ...(sent.metadata.uid ? { uid: sent.metadata.uid } : {}),
    ...(view ? { view } : {}),
  });
  return answerWritten(call, negotiated, updated, updated.created ? 201 : 200);
}

/** PATCH of an object or of a subresource that shows it (endpoints/handlers/patch.go). */
export async function handlePatch(call: ResourceCall): Promise<ApiResponse> {
  const { scope, request } = call;
  const { endpoint, subresource } = scope;
  const kind = patchKindOf(headerOf(request, 'content-type'));
  const negotiated = outputOf(call);
  const body = bodyOf(call);
  const options = writeOptions(call.query, 'PatchOptions', kind === 'apply');
  if (kind === 'apply') throw applyNotServed();
  const patch = readPatch(kind, body);
  const view = subresource === '' ? undefined : viewOf(endpoint, subresource);
  const updated = await updateObject(scope, { options, transform: patching(scope, patch, options), ...(view ? { view } : {}) });
  return answerWritten(call, negotiated, updated, 200);
}

/** What a PATCH stores. */
export function patching(scope: RestScope, patch: ReturnType<typeof readPatch>, options: WriteOptions): Transform {
  const { endpoint, warnings } = scope;
  return (standing) => {
    if (standing === undefined) throw new Error('nothing to patch');
    const live = fromStored(endpoint, standing);
    const object = applyPatch(live, patch, { ...endpoint.groupKind, version: endpoint.version, options, warnings });
    endpoint.strategy.setDefaults?.(object);
    ensureNamespace(object.metadata, scope.namespace);
    checkName(object, scope);
    ownFields(scope, object, live);
    return toStored(endpoint, object);
  };
}

/** The options of a delete, from its body where there is one. */
export function deleteOptionsOf(call: ResourceCall): DeleteOptions {
  const body = bodyOf(call);
  if (body.byteLength === 0) return deleteOptionsFromQuery(call.query);
  const expected = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' };
  const options: WriteOptions = { dryRun: false, fieldManager: '', fieldValidation: 'Ignore' };
  const decoded = decodeAs(call, expected, options, inputType(call.request));
  return deleteOptionsFromBody(decoded as unknown as Record<string, unknown>);
}

/** DELETE of an object (endpoints/handlers/delete.go). */
export async function handleDelete(call: ResourceCall): Promise<ApiResponse> {
  const { scope } = call;
  const negotiated = outputOf(call);
  const options = deleteOptionsOf(call);
  const deleted = await deleteObject(scope, options);
  const status = !deleted.gone && options.orphanDependents === false ? 202 : 200;
  if ('written' in deleted) return answerWritten(call, negotiated, deleted.written, status);
  return statusAnswer(call, deleted.status, status);
}

/** A Status that is no failure. */
export function statusAnswer(call: ResourceCall, answered: Status, status: number): ApiResponse {
  const { encoding, pretty } = outputOf(call);
  return objectResponse(answered, { negotiated: { encoding, pretty }, status, warnings: call.scope.warnings.texts });
}
