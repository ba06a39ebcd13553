import type { CausalClient } from '#client';
import type { ApiServer } from './api-server.js';
import type { AuthorizerLink } from './authorization/authorization.js';
import { Dispatcher } from './dispatcher.js';
import { inProcessClient } from './in-process-client.js';

/**
 * The API server's own client, made when it is first used. Its requests are part of others that have seats: with seats of their own they
 * would wait for each other.
 */
export function loopbackClient(server: () => ApiServer, authorizers: readonly AuthorizerLink[]): () => CausalClient {
  let client: CausalClient | undefined;
  return () => {
    client ??= inProcessClient({ ...server(), dispatcher: new Dispatcher(authorizers) }, { manager: 'kube-apiserver' });
    return client;
  };
}
