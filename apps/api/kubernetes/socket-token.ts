import type { IncomingHttpHeaders } from 'node:http';

const PREFIX = 'base64url.bearer.authorization.k8s.io.';
const PROTOCOLS = 'sec-websocket-protocol';

/** The text of unpadded base64url; undefined for anything else, and for bytes that are not UTF-8. */
function decoded(encoded: string): string | undefined {
  const text = Buffer.from(encoded, 'base64url').toString();
  return Buffer.from(text).toString('base64url') === encoded && text !== '' ? text : undefined;
}

/**
 * Browsers cannot set headers of a WebSocket request: they send the token as one of the subprotocols
 * (apiserver/pkg/authentication/request/websocket). Makes it the Authorization header, and takes it out of the subprotocols. Returns false
 * if it is malformed, or if there is no other subprotocol to answer with.
 */
export function adoptSocketToken(headers: IncomingHttpHeaders): boolean {
  const offered = headers[PROTOCOLS];
  if (!offered?.includes(PREFIX) || headers.authorization !== undefined || headers.upgrade?.toLowerCase() !== 'websocket') return true;
  const protocols = offered.split(',').map((protocol) => protocol.trim());
  const others = protocols.filter((protocol) => !protocol.startsWith(PREFIX));
  const [encoded, another] = protocols.filter((protocol) => protocol.startsWith(PREFIX)).map((protocol) => protocol.slice(PREFIX.length));
  if (encoded === undefined) return true;
  const token = decoded(encoded);
  if (token === undefined || another !== undefined || others.length === 0) return false;
  headers.authorization = `Bearer ${token}`;
  headers[PROTOCOLS] = others.join(', ');
  return true;
}
