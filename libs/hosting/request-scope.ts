import { AsyncLocalStorage } from 'node:async_hooks';

/** The request that the running code works for. */
export interface RequestScope {
  readonly requestId: string;
  /** Ends the request: called for an error that nothing caught. */
  fail(error: unknown): void;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs the handling of a request. What it throws, and what is thrown later on its behalf and caught nowhere, ends the request alone. */
export function inRequestScope(scope: RequestScope, handle: () => void): void {
  scopes.run(scope, () => {
    try {
      handle();
    } catch (error) {
      scope.fail(error);
    }
  });
}

/** The request that the running code works for, if any. */
export function currentRequest(): RequestScope | undefined {
  return scopes.getStore();
}
