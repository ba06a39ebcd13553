import { badRequest } from '#apimachinery';
import type { ApiRequest, ApiResponse, ConnectionHandler, RestScope, UpgradedConnection } from '#apiserver';
import { STREAM_LIMITS } from '../limits.js';
import { type SessionEvents, streamingConnection } from '../streaming-connection.js';
import { flagOf } from '../target.js';
import { negotiated, offeredProtocols, plainRefusal, spdyHeaders, upgradeOf } from '../upgrade.js';
import { CHANNEL_PROTOCOLS, ChannelSession } from './channels.js';
import { type RemoteOptions, RemoteProcess, type StartRun } from './remote-process.js';
import { SPDY_PROTOCOLS, SpdySession } from './spdy-session.js';

/** The streams that a query asks for (remotecommand NewOptions); undefined if none. */
export function remoteOptions(query: URLSearchParams): RemoteOptions | undefined {
  const tty = flagOf(query, 'tty');
  const options = { stdin: flagOf(query, 'stdin'), stdout: flagOf(query, 'stdout'), stderr: flagOf(query, 'stderr') && !tty, tty };
  return options.stdin || options.stdout || options.stderr ? options : undefined;
}

/** The kubelet's answer to a request without streams. */
const NO_STREAMS = 'you must specify at least 1 of stdin, stdout, stderr';

/** Answers an exec or attach with the connection on which it runs. `prepare` finds what is to be run, or answers an error of the kubelet. */
export async function remoteCommand(
  scope: RestScope,
  { request, query }: { request: ApiRequest; query: URLSearchParams },
  prepare: (options: RemoteOptions) => Promise<StartRun | ApiResponse>,
): Promise<ApiResponse> {
  const kind = upgradeOf(request);
  if (kind === undefined) throw badRequest('Upgrade request required');
  const options = remoteOptions(query);
  if (!options) return plainRefusal(400, NO_STREAMS);
  const offered = kind === 'websocket' ? offeredProtocols(request) : [];
  const channel = offered.find((one) => CHANNEL_PROTOCOLS.includes(one));
  if (kind === 'websocket' && channel === undefined)
    return plainRefusal(403, `requested protocol(s) are not supported: [${offered.join(' ')}]`);
  const stream = kind === 'spdy' ? negotiated(request, SPDY_PROTOCOLS) : { protocol: '' };
  if ('refusal' in stream) return stream.refusal;
  const start = await prepare(options);
  if (typeof start !== 'function') return start;
  const open = (connection: UpgradedConnection, events: SessionEvents): ConnectionHandler => {
    const process = new RemoteProcess(scope, start, options, query.getAll('command'));
    if (channel !== undefined) return new ChannelSession(channel, options, process, connection, events);
    const cancel = scope.cluster.timers.after(STREAM_LIMITS.streamCreation, () => {
      if (!session.isReady) connection.close();
    });
    const ended = () => {
      cancel();
      events.ended();
    };
    const session = new SpdySession(stream.protocol, options, process, connection, { ...events, ended });
    return session;
  };
  return channel === undefined
    ? streamingConnection(scope, { headers: spdyHeaders(stream.protocol), open })
    : streamingConnection(scope, { websocket: channel, headers: {}, open });
}
