import { applyDefaults } from '#api';
import type { KubeObject } from '#apimachinery';
import { failureStatus, StatusError } from '#apimachinery';
import type { Subresource } from '../catalog.js';
import { MEDIA_TYPES, type Negotiated, negotiateInput } from '../request/negotiation.js';
import { writeOptions } from '../request/options.js';
import { type ApiResponse, headerOf } from '../request/request.js';
import { type BindingObject, bindPod } from '../rest/binding.js';
import { deleteObject } from '../rest/delete.js';
import { getObject } from '../rest/get.js';
import { ensureNamespace } from '../rest/object-meta.js';
import { applyNotServed, applyPatch, patchKindOf, readPatch } from '../rest/patch.js';
import { type Scale, scaleOf, scaleTable, updateScale } from '../rest/scale.js';
import { viewOf } from '../rest/status.js';
import { includeObjectOf } from '../rest/table.js';
import type { Updated } from '../rest/update.js';
import { handleGet } from './read-handlers.js';
import { bodyOf, decodeAs, outputOf, type ResourceCall } from './resource-call.js';
import { objectResponse } from './responses.js';
import { deleteOptionsOf, handlePatch, handleUpdate, statusAnswer } from './write-handlers.js';

/** Answers a request on a subresource whose verb the discovery lists. */
export async function handleSubresource(call: ResourceCall, subresource: Subresource): Promise<ApiResponse> {
  const { endpoint, verb } = call.scope;
  if (subresource.name === 'scale' && endpoint.storage.strategy.scale) return handleScale(call, subresource);
  if (subresource.name === 'binding') return handleBinding(call, subresource);
  if (subresource.name === 'eviction') return handleEviction(call, subresource);
  if (viewOf(endpoint, subresource.name) !== undefined) {
    if (verb === 'get') return handleGet(call);
    return verb === 'patch' ? handlePatch(call) : handleUpdate(call);
  }
  await getObject(call.scope);
  throw notServed(endpoint.resource, subresource.name);
}

/** 501 of what comes in later issues: logs, exec, proxies, tokens. Its place is here. */
function notServed(resource: string, subresource: string): StatusError {
  const message = `${resource}/${subresource} is not served by this cluster yet`;
  return new StatusError(failureStatus({ code: 501, message }));
}

async function handleScale(call: ResourceCall, { group, version, kind }: Subresource): Promise<ApiResponse> {
  const { scope, query } = call;
  const negotiated = outputOf(call);
  const expected = { group, version, kind };
  const answer = (scale: Scale) => answerScale(call, negotiated, scale);
  if (scope.verb === 'get') {
    const stored = await getObject(scope, query.get('resourceVersion') ?? '');
    return answer(scaleOf(scope.endpoint, stored.object));
  }
  const updated = scope.verb === 'patch' ? await patchScale(call, expected) : await putScale(call, expected);
  const object = JSON.parse(updated.value) as KubeObject;
  object.metadata.resourceVersion = String(updated.revision);
  return answer(scaleOf(scope.endpoint, object));
}

/** A Scale, whole or as a Table (pkg/printers/internalversion printScale). */
function answerScale({ scope, query }: ResourceCall, negotiated: Negotiated, scale: Scale): ApiResponse {
  const form = { negotiated, status: 200, warnings: scope.warnings.texts };
  if (negotiated.convert?.kind !== 'Table') return objectResponse(scale, form);
  return objectResponse(scaleTable(scale, includeObjectOf(query), scope.cluster.clock.now(), negotiated.convert.version), form);
}

type Expected = { group: string; version: string; kind: string };

async function putScale(call: ResourceCall, expected: Expected): Promise<Updated> {
  const { scope, request, query } = call;
  const contentType = MEDIA_TYPES[negotiateInput(headerOf(request, 'content-type'))];
  const options = writeOptions(query, 'UpdateOptions');
  const scale = decodeAs(call, expected, options, contentType) as Scale;
  ensureNamespace(scale.metadata, scope.namespace);
  return updateScale(scope, options, () => scale);
}

async function patchScale(call: ResourceCall, expected: Expected): Promise<Updated> {
  const { scope, request, query } = call;
  const kind = patchKindOf(headerOf(request, 'content-type'));
  const options = writeOptions(query, 'PatchOptions', kind === 'apply');
  if (kind === 'apply') throw applyNotServed();
  const patch = readPatch(kind, bodyOf(call));
  return updateScale(scope, options, (standing) => {
    const scale = applyPatch(standing, patch, { ...expected, options, warnings: scope.warnings }) as Scale;
    applyDefaults(expected, scale);
    return scale;
  });
}

async function handleBinding(call: ResourceCall, { group, version, kind }: Subresource): Promise<ApiResponse> {
  const { scope, request, query } = call;
  const contentType = MEDIA_TYPES[negotiateInput(headerOf(request, 'content-type'))];
  const options = writeOptions(query, 'CreateOptions');
  const binding = decodeAs(call, { group, version, kind }, options, contentType) as BindingObject;
  ensureNamespace(binding.metadata, scope.namespace);
  return statusAnswer(call, await bindPod(scope, binding, options), 201);
}

/** Eviction without budgets: the pod is deleted as asked (disruption budgets come in a later issue). */
async function handleEviction(call: ResourceCall, { group, version, kind }: Subresource): Promise<ApiResponse> {
  const { scope, request, query } = call;
  const contentType = MEDIA_TYPES[negotiateInput(headerOf(request, 'content-type'))];
  const options = writeOptions(query, 'CreateOptions');
  const eviction = decodeAs(call, { group, version, kind }, options, contentType) as KubeObject & {
    deleteOptions?: Record<string, unknown>;
  };
  const body = new TextEncoder().encode(JSON.stringify(eviction.deleteOptions ?? {}));
  const deletion = deleteOptionsOf({ ...call, request: { ...request, headers: {}, body } });
  await deleteObject(scope, { ...deletion, dryRun: deletion.dryRun || options.dryRun });
  return statusAnswer(call, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, 201);
}

/** POST of a Binding to the collection: the pod is the one that it names (LegacyBindingREST). */
export async function handleLegacyBinding(call: ResourceCall): Promise<ApiResponse> {
  const { scope, request, query } = call;
  const contentType = MEDIA_TYPES[negotiateInput(headerOf(request, 'content-type'))];
  const options = writeOptions(query, 'CreateOptions');
  const binding = decodeAs(call, scope.endpoint, options, contentType) as BindingObject;
  ensureNamespace(binding.metadata, scope.namespace);
  const endpoint = scope.cluster.catalog.endpoint('', 'v1', 'pods') ?? scope.endpoint;
  const pod = { ...scope, endpoint, name: binding.metadata.name, subresource: 'binding' };
  return statusAnswer(call, await bindPod(pod, binding, options), 201);
}
