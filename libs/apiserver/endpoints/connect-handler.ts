import { badRequest } from '#apimachinery';
import type { ApiResponse } from '../request/request.js';
import { admissionAttributes, admissionContext } from '../rest/scope.js';
import type { ResourceCall } from './resource-call.js';

/** Passes the request to a Connecter, which may take over the connection (endpoints/handlers/rest.go ConnectResource). */
export async function handleConnect({ scope, request, query }: ResourceCall): Promise<ApiResponse> {
  const { connect, connectOptions } = scope.storage;
  if (connect === undefined) throw new Error(`${scope.resource.resource}/${scope.subresource} is no Connecter`);
  if (connectOptions === undefined) return connect(scope, request, query);
  if ((query.get('dryRun') ?? '') !== '') throw badRequest('dryRun is not supported');
  const { admission } = scope.cluster;
  const object = connectOptions(request, query);
  const attributes = admissionAttributes(scope, 'CONNECT', false, { object });
  const context = admissionContext(scope);
  await admission.admit(attributes, context);
  await admission.validate(attributes, context);
  return connect(scope, request, query);
}
