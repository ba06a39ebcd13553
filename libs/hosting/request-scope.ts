import { AsyncLocalStorage } from 'node:async_hooks';

/** The request that the running code belongs to. */
export interface RequestScope {
  readonly requestId: string;
  /** Ends the request: called for an uncaught error. */
  fail(error: unknown): void;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs the handler of a request. An error thrown by it, or uncaught later on its behalf, ends only that request. */
export function inRequestScope(scope: RequestScope, handle: () => void): void {
  scopes.run(scope, () => {
    try {
      handle();
    } catch (error) {
      scope.fail(error);
    }
  });
}

/** The request that the running code belongs to, if any. */
export function currentRequest(): RequestScope | undefined {
  return scopes.getStore();
}
