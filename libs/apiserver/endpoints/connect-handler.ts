import type { ApiResponse } from '../request/request.js';
import type { ResourceCall } from './resource-call.js';

/** Passes the request to a Connecter, which may take over the connection (endpoints/handlers/rest.go ConnectResource). */
export async function handleConnect({ scope, request, query }: ResourceCall): Promise<ApiResponse> {
  const { connect } = scope.storage;
  if (connect === undefined) throw new Error(`${scope.resource.resource}/${scope.subresource} is no Connecter`);
  return connect(scope, request, query);
}
