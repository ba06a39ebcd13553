import { type AuthorizationAttributes, type AuthorizerLink, authorize, forbiddenError } from './authorization/authorization.js';

/**
 * The one way in: whatever reaches a storage or a document of the server goes through `run`, over HTTP, from a component in this process
 * and from GraphQL alike. The user has been authenticated before; admission is the storages'.
 */
export class Dispatcher {
  constructor(private readonly authorizers: readonly AuthorizerLink[]) {}

  /** Does the work where the user may; throws the StatusError 403 otherwise. */
  async run<T>(attributes: AuthorizationAttributes, work: () => Promise<T>): Promise<T> {
    const { decision, reason } = await authorize(attributes, this.authorizers);
    if (decision !== 'allow') throw forbiddenError(attributes, reason);
    return work();
  }
}
