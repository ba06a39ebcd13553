import type { Origin } from './audit/audit-event.js';
import { failureResponse } from './endpoints/failure.js';
import { tooManyRequestsResponse } from './endpoints/responses.js';
import { TooManyRequests } from './flow-control/flow-control.js';
import type { Flow } from './flow-control/priority-levels.js';
import { type ApiRequest, type ApiResponse, headerOf } from './request/request.js';
import { sourceAddresses } from './request/source-addresses.js';
import type { UserInfo } from './rest/strategy.js';
import type { Warnings } from './rest/warnings.js';

/** For failures that concern no resource. */
export const NO_RESOURCE = { group: '', resource: '' };

/** The user of a request that is not authenticated. */
export const NOBODY: UserInfo = Object.freeze({ name: '', groups: [] });

/** Where a request comes from, for the audit log. */
export function originOf(request: Omit<ApiRequest, 'body'>): Origin {
  const { requestId: id, method, path, escapedPath = path, query } = request;
  const uri = typeof query === 'string' && query !== '' ? `${escapedPath}?${query}` : escapedPath;
  return { id, method, uri, userAgent: headerOf(request, 'user-agent') ?? '', address: sourceAddresses(request) };
}

/** The answer to a request that failed. */
export function failed(error: unknown, request: ApiRequest, { texts: warnings }: Warnings): ApiResponse {
  if (error instanceof TooManyRequests) return tooManyRequestsResponse(error);
  return failureResponse(error, request.requestId, { asker: request, warnings });
}

/** Names the flow of a request (apiserver/pkg/server/filters/priority-and-fairness.go setResponseHeaders). */
export function withFlow(response: ApiResponse, flow: Flow | undefined): ApiResponse {
  if (!flow?.schemaUid) return response;
  response.headers['x-kubernetes-pf-flowschema-uid'] = flow.schemaUid;
  response.headers['x-kubernetes-pf-prioritylevel-uid'] = flow.level.uid;
  return response;
}
