import { type ApiServer, beginTransaction, inProcessClient, type UserInfo } from '#apiserver';

/** A request to the graph. */
interface Asked {
  user: UserInfo;
  requestId: string;
  userAgent: string;
  address: string;
}

/** The requests to a cluster's API that the graph makes for a client: they are its own, and audited. */
export function graphRequests(api: ApiServer, { user, requestId, userAgent, address }: Asked) {
  const origin = { id: requestId, uri: '/graphql', userAgent, address };
  const options = { user: () => user, requestId: () => requestId, origin: () => origin };
  return {
    client: inProcessClient(api, options),
    transaction: (how: { trial: boolean }) => beginTransaction(api, options, how),
  };
}
