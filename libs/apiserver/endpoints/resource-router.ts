import { failureStatus, pathNotFound, StatusError } from '#apimachinery';
import type { Endpoint } from '../catalog.js';
import type { ApiResponse } from '../request/request.js';
import type { RequestInfo } from '../request/request-info.js';
import { handleDeleteCollection, handleGet, handleList } from './read-handlers.js';
import type { ResourceCall } from './resource-call.js';
import { handleLegacyBinding, handleSubresource } from './subresource-handlers.js';
import { handleCreate, handleDelete, handlePatch, handleUpdate } from './write-handlers.js';

/** 405 as go-restful puts it: the path is there, the method is not. */
function methodNotServed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(failureStatus({ code: 405, reason: 'MethodNotAllowed', message, details: {} }));
}

type Shape = 'collection' | 'all-namespaces' | 'object' | 'subresource';

/** What a path's form means for the resource; undefined: no such path (endpoints/installer.go). */
function shapeOf(info: RequestInfo, endpoint: Endpoint): Shape | undefined {
  const [, name = '', subresource] = info.parts;
  const inNamespace = info.namespace !== '' && endpoint.resource !== 'namespaces';
  if (info.parts.length > 3 && !endpoint.subresources.has(subresource ?? '')) return undefined;
  if (endpoint.namespaced && !inNamespace) return name === '' && endpoint.verbs.has('list') ? 'all-namespaces' : undefined;
  if (!endpoint.namespaced && inNamespace) return undefined;
  if (name === '') return 'collection';
  if (subresource === undefined) return 'object';
  return endpoint.subresources.has(subresource) ? 'subresource' : undefined;
}

const OBJECT_VERBS: Readonly<Record<string, (call: ResourceCall) => Promise<ApiResponse>>> = {
  GET: handleGet,
  PUT: handleUpdate,
  PATCH: handlePatch,
  DELETE: handleDelete,
};

const METHOD_VERBS: Readonly<Record<string, string>> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete', POST: 'create' };

/** Finds what answers a request on a resource; throws 404 and 405 as upstream's routes do. */
export async function routeResource(call: ResourceCall, info: RequestInfo): Promise<ApiResponse> {
  const { endpoint } = call.scope;
  const { method } = call.request;
  const shape = shapeOf(info, endpoint);
  if (shape === undefined) throw pathNotFound();
  const handler = info.watchPath ? watchHandler(endpoint, method, shape) : handlerOf(endpoint, method, shape, info.subresource);
  const { deprecated } = endpoint.strategy;
  if (deprecated) call.scope.warnings.add(deprecated);
  return handler(call);
}

type Handler = (call: ResourceCall) => Promise<ApiResponse>;

function watchHandler(endpoint: Endpoint, method: string, shape: Shape): Handler {
  if (method !== 'GET' || shape === 'subresource' || !endpoint.verbs.has('watch')) return refuse();
  return (call) => handleList(call, true);
}

function handlerOf(endpoint: Endpoint, method: string, shape: Shape, subresource: string): Handler {
  const verb = METHOD_VERBS[method] ?? '';
  switch (shape) {
    case 'collection':
      return collectionHandler(endpoint, method);
    case 'all-namespaces':
      return method === 'GET' ? (call) => handleList(call) : refuse();
    case 'object':
      return (endpoint.verbs.has(verb) ? OBJECT_VERBS[method] : undefined) ?? refuse(endpoint.verbs.has('get'));
    default: {
      const sub = endpoint.subresources.get(subresource);
      return sub?.verbs.has(verb) ? (call) => handleSubresource(call, sub) : refuse();
    }
  }
}

function refuse(there = true): never {
  throw there ? methodNotServed() : pathNotFound();
}

function collectionHandler({ verbs, resource, group }: Endpoint, method: string): Handler {
  if (method === 'GET' && verbs.has('list')) return (call) => handleList(call);
  if (method === 'DELETE' && verbs.has('deletecollection')) return handleDeleteCollection;
  if (method !== 'POST' || !verbs.has('create')) return refuse();
  return group === '' && resource === 'bindings' ? handleLegacyBinding : handleCreate;
}
