import { echoWebSocket } from '../http/echo-websocket.js';
import type { ImageDefinition } from './image.js';
import { type ConnectionPeer, type HttpAnswer, type HttpRequest, http, type ProgramView, type ServedConnection, serve } from './program.js';
import { anyTag } from './tags.js';

const canonical = (name: string): string => name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());

/** The line about the host that precedes each answer; undefined if it is switched off. */
function hostLine({ headers }: HttpRequest, { env, hostname }: ProgramView): string | undefined {
  const wanted = headers['x-send-server-hostname'] || env.get('SEND_SERVER_HOSTNAME') || '';
  return wanted.toLowerCase() === 'false' ? undefined : `Request served by ${hostname}`;
}

/** The request as it was read: headers in alphabetical order, then the body. */
function echo(request: HttpRequest, view: ProgramView): HttpAnswer {
  const host = hostLine(request, view);
  const { host: asked = '', ...others } = request.headers;
  const names = Object.keys(others).map((name) => [canonical(name), others[name]] as const);
  const lines = [
    ...(host === undefined ? [] : [host, '']),
    `${request.method} ${request.target} HTTP/1.1`,
    '',
    `Host: ${asked}`,
    ...names.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}: ${value}`),
    ...(request.body.length > 0 ? [''] : []),
  ];
  const head = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
  const sent = [...view.env].filter(([name]) => name.startsWith('SEND_HEADER_'));
  const headers = Object.fromEntries(sent.map(([name, value]) => [name.slice('SEND_HEADER_'.length).replaceAll('_', '-'), value]));
  return { status: 200, headers: { ...headers, 'Content-Type': 'text/plain' }, body: Buffer.concat([head, request.body]) };
}

/** WebSockets are echoed, whatever their path. */
function upgrade(request: HttpRequest, view: ProgramView, peer: ConnectionPeer): ServedConnection | undefined {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  return echoWebSocket(request, peer, hostLine(request, view) ?? '');
}

/** Echoes requests and WebSockets (github.com/jmalloc/echo-server). Its pages at /.ws and /.sse are not served. */
export const echoServer: ImageDefinition = {
  repositories: ['docker.io/jmalloc/echo-server'],
  tags: anyTag,
  size: 3_260_122,
  entrypoint: ['/bin/echo-server'],
  executables: {
    'echo-server': ({ variables }) =>
      serve([{ ...http(Number(variables.get('PORT')) || 8080, undefined, echo), upgrade }], { stopCode: 2 }),
  },
  env: () => ({ PORT: '8080' }),
};
