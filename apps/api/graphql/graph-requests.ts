import type { UserInfo } from '#apiserver';

/** A request to the graph. */
interface Asked {
  user: UserInfo;
  requestId: string;
  userAgent: string;
  address: string;
}

/** How requests to a cluster's API are made that the graph makes for a client: they are its own, and audited. */
export function graphRequests({ user, requestId, userAgent, address }: Asked) {
  const origin = { id: requestId, uri: '/graphql', userAgent, address };
  return { user: () => user, requestId: () => requestId, origin: () => origin };
}
