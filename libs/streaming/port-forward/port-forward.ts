import { badRequest } from '#apimachinery';
import type { ApiRequest, ApiResponse, RestScope, StorageProvider } from '#apiserver';
import { type Streaming, streamingConnection } from '../streaming-connection.js';
import { checkNode, ensureCreate, podOf } from '../target.js';
import { negotiated, offeredProtocols, plainRefusal, spdyHeaders, upgradeOf } from '../upgrade.js';
import { ChannelPorts, PORT_PROTOCOLS } from './channel-ports.js';
import { SpdyPorts } from './spdy-ports.js';

const SPDY_PROTOCOL = 'portforward.k8s.io';
/** SPDY inside of the messages of a WebSocket. */
const TUNNEL = `SPDY/3.1+${SPDY_PROTOCOL}`;
/** Ports of one request. */
const MOST_PORTS = 64;

/** The ports of a WebSocket request; a message if they are invalid (portforward NewV4Options). */
function portsOf(query: URLSearchParams): number[] | string {
  const texts = query.getAll('ports').flatMap((value) => value.split(','));
  if (texts.length === 0) return 'query parameter "port" is required';
  const ports = texts.map(Number);
  if (ports.some((port) => !Number.isInteger(port) || port > 65_535)) return `unable to parse ${JSON.stringify(texts.join(','))} as a port`;
  const wrong = ports.find((port) => port < 1);
  if (wrong !== undefined) return `port ${JSON.stringify(String(wrong))} must be > 0`;
  return ports.length > MOST_PORTS ? 'too many ports' : ports;
}

/** The protocol that a client and we have in common; a refusal if there is none. */
function choose(scope: RestScope, request: ApiRequest, query: URLSearchParams): Streaming | ApiResponse {
  const spdy: Streaming['open'] = (connection, events) => new SpdyPorts(scope, connection, events);
  if (upgradeOf(request) === 'spdy') {
    const stream = negotiated(request, [SPDY_PROTOCOL]);
    return 'refusal' in stream ? stream.refusal : { headers: spdyHeaders(stream.protocol), open: spdy };
  }
  const offered = offeredProtocols(request);
  if (offered.includes(TUNNEL)) return { websocket: TUNNEL, headers: {}, open: spdy };
  const protocol = offered.find((one) => PORT_PROTOCOLS.includes(one));
  if (protocol === undefined) return plainRefusal(403, `requested protocol(s) are not supported: [${offered.join(' ')}]`);
  const ports = portsOf(query);
  if (typeof ports === 'string') return plainRefusal(400, ports);
  return {
    websocket: protocol,
    headers: {},
    open: (connection, events) => new ChannelPorts(scope, { protocol, ports }, connection, events),
  };
}

async function portForward(scope: RestScope, request: ApiRequest, query: URLSearchParams): Promise<ApiResponse> {
  await ensureCreate(scope);
  await checkNode(scope, await podOf(scope));
  if (upgradeOf(request) === undefined) throw badRequest('Upgrade request required');
  const chosen = choose(scope, request, query);
  return 'open' in chosen ? streamingConnection(scope, chosen) : chosen;
}

/** pods/portforward (pkg/registry/core/pod/rest PortForwardREST). */
export const podPortForward: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'portforward',
  capabilities: () => ({
    connect: portForward,
    connectOptions: (_request, query) => ({
      kind: 'PodPortForwardOptions',
      apiVersion: 'v1',
      metadata: { name: '' },
      ports: query.getAll('ports').map(Number),
    }),
  }),
};
