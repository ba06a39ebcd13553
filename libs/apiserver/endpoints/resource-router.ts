import { badRequest, failureStatus, methodNotAllowed, notFound, pathNotFound, StatusError } from '#apimachinery';
import type { ApiResponse } from '../request/request.js';
import type { RequestInfo } from '../request/request-info.js';
import type { RestStorage } from '../rest/storage.js';
import type { StorageMap } from '../storage-map.js';
import { handleConnect } from './connect-handler.js';
import { handleAnswer, handleDeleteCollection, handleGet, handleList } from './read-handlers.js';
import type { ResourceCall } from './resource-call.js';
import { plainResponse } from './responses.js';
import { handleCreate, handleDelete, handlePatch, handleUpdate, kindOfPatch } from './write-handlers.js';

/** 405 as go-restful words it: the path exists, but not for this method. */
function methodNotServed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(failureStatus({ code: 405, reason: 'MethodNotAllowed', message, details: {} }));
}

const isCustom = ({ resource }: RestStorage): boolean => resource.schema.definition === undefined;

/** The verb of each method on an object (requestinfo.go). */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
]);

type Handler = (call: ResourceCall) => Promise<ApiResponse>;

/** What a request is routed to: the storage, and the operation on it. */
export interface Route {
  storage: RestStorage;
  handler: Handler;
}

type Level = 'collection' | 'all-namespaces' | 'object';

/** The operations of a path's form; undefined if there is no such path (endpoints/installer.go). */
function levelOf(info: RequestInfo, { resource, verbs }: RestStorage): Level | undefined {
  const [, name = ''] = info.parts;
  const inNamespace = info.namespace !== '' && resource.resource !== 'namespaces';
  if (resource.namespaced && !inNamespace) return name === '' && verbs.has('list') ? 'all-namespaces' : undefined;
  if (!resource.namespaced && inNamespace) return undefined;
  return name === '' ? 'collection' : 'object';
}

function refuse(there = true): never {
  throw there ? methodNotServed() : pathNotFound();
}

function collectionHandler({ verbs }: RestStorage, method: string): Handler {
  if (method === 'GET' && verbs.has('list')) return (call) => handleList(call);
  if (method === 'DELETE' && verbs.has('deletecollection')) return handleDeleteCollection;
  return method === 'POST' && verbs.has('create') ? handleCreate : refuse();
}

/** The verb and handler of a request for one object, by method. */
const OBJECT_HANDLERS: ReadonlyMap<string, { verb: string; handler: Handler }> = new Map([
  ['GET', { verb: 'get', handler: handleGet }],
  ['PUT', { verb: 'update', handler: handleUpdate }],
  ['PATCH', { verb: 'patch', handler: handlePatch }],
  ['DELETE', { verb: 'delete', handler: handleDelete }],
]);

function objectHandler({ verbs }: RestStorage, method: string): Handler {
  const found = OBJECT_HANDLERS.get(method);
  return found && verbs.has(found.verb) ? found.handler : refuse(verbs.has('get'));
}

/** Methods that only Connecters have: upstream's proxies take them too (proxyMethods). */
const CONNECT_ONLY = new Set(['HEAD', 'OPTIONS']);

function subresourceHandler(storage: RestStorage, method: string): Handler {
  if (storage.connect && CONNECT_ONLY.has(method) && storage.verbs.has('delete')) return handleConnect;
  const found = method === 'POST' ? { verb: 'create', handler: handleCreate } : OBJECT_HANDLERS.get(method);
  if (found === undefined || !storage.verbs.has(found.verb)) refuse();
  return storage.connect ? handleConnect : found.handler;
}

/** A write of an object that the path does not name. */
async function nameless(call: ResourceCall): Promise<never> {
  if (call.request.method === 'PATCH') kindOfPatch(call);
  throw badRequest('name must be provided');
}

/**
 * Custom kinds have no routes: one handler looks at the verb (customresource_handler.go ServeHTTP, serveResource). Undefined where it
 * leaves the request to others, which know of no such path.
 */
function customHandler(own: RestStorage, info: RequestInfo, method: string): Handler | undefined {
  const level = levelOf(info, own);
  if (level === 'object') return method === 'POST' ? handleCreate : objectHandler(own, method);
  if (level === 'all-namespaces') return method === 'GET' ? (call) => handleList(call) : undefined;
  if (level === undefined) return undefined;
  return method === 'PUT' || method === 'PATCH' ? nameless : collectionHandler(own, method);
}

function customSubresource(own: RestStorage, storage: RestStorage | undefined, info: RequestInfo, method: string): Handler {
  const { groupResource } = own.resource;
  if (storage === undefined) throw notFound(groupResource, info.name);
  const verb = VERBS.get(method);
  if (verb !== undefined && !storage.verbs.has(verb)) throw methodNotAllowed(groupResource, verb);
  return subresourceHandler(storage, method);
}

function watchHandler({ verbs }: RestStorage, method: string): Handler {
  return method === 'GET' && verbs.has('watch') ? (call) => handleList(call, true) : refuse();
}

/** Routes a request for a resource; throws 404 and 405 as upstream's routes do. Undefined if the group version is not served. */
export function routeOf(storages: StorageMap, info: RequestInfo, method: string): Route | undefined {
  const { group, version, resource, parts } = info;
  const own = storages.find(group, version, resource);
  if (own === undefined) {
    if (!storages.isBuiltIn(group, version)) return undefined;
    // For an unknown resource of a served group version the 404 is a Status; for any other path it is that of an unknown path.
    if (storages.serves(group, version)) throw pathNotFound();
    return undefined;
  }
  if (own.answer)
    return { storage: storages.find(group, version, resource, parts[2]) ?? own, handler: method === 'GET' ? handleAnswer : refuse() };
  const subresource = parts[2];
  const storage = subresource === undefined ? own : storages.find(group, version, resource, subresource);
  const level = levelOf(info, own);
  if (isCustom(own) && !info.watchPath) {
    const handler = customHandler(own, info, method);
    if (handler === undefined) return undefined;
    if (subresource === undefined) return { storage: own, handler };
    return { storage: storage ?? own, handler: customSubresource(own, storage, info, method) };
  }
  if (storage === undefined || level === undefined) throw pathNotFound();
  // Only proxies have a path of their own after the subresource (endpoints/installer.go, subpath of GetterWithOptions and Connecter).
  if (parts.length > 3 && subresource !== 'proxy' && !isCustom(own)) throw pathNotFound();
  if (info.watchPath) return { storage: own, handler: subresource === undefined ? watchHandler(own, method) : refuse() };
  if (subresource !== undefined) return { storage, handler: subresourceHandler(storage, method) };
  if (level === 'object') return { storage, handler: objectHandler(storage, method) };
  if (level === 'collection') return { storage, handler: collectionHandler(storage, method) };
  return { storage, handler: method === 'GET' ? (call) => handleList(call) : refuse() };
}

/** The response for a group version of another API server that cannot be reached (kube-aggregator/pkg/apiserver/handler_proxy.go). */
export const serviceUnavailable = (): ApiResponse => plainResponse(503, 'service unavailable\n');

/** The response for a path of a group version that is not served. */
export const unknownPath = (): ApiResponse => plainResponse(404, '404 page not found\n');
