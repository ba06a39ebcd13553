import { failureStatus, StatusError } from '#apimachinery';
import { type ApiRequest, type ApiResponse, type CloseCode, type ConnectionHandler, headerOf, type RestScope } from '#apiserver';
import type { Listener, ServedConnection } from '#node';
import { ReadGate } from '../read-gate.js';
import { type SessionEvents, streamingConnection } from '../streaming-connection.js';

/** Upgrade requests that a program gets through a proxy (apimachinery/pkg/util/proxy UpgradeAwareHandler.tryUpgrade). */

/** Whether a request asks for an upgrade, to whatever protocol (httpstream.IsUpgradeRequest). */
export const isUpgrade = (request: ApiRequest): boolean => headerOf(request, 'connection')?.toLowerCase().includes('upgrade') ?? false;

interface UpgradeCall {
  listener: Listener;
  request: ApiRequest;
  target: string;
  client: string;
  headers: Readonly<Record<string, string>>;
  /** The program speaks TLS. */
  secure: boolean;
}

/** The program's end of the connection, which is written to before and after the client's end is there. */
class Backend {
  readonly connection: ServedConnection;
  /** Bytes for a client that is not there yet. */
  private early: Buffer[] = [];
  private ended = false;
  private client: { write(bytes: Buffer): boolean; end(): void; ready(): void; pause(): Promise<void> | undefined } | undefined;

  constructor({ listener, client, secure }: UpgradeCall) {
    const peer = {
      write: (bytes: Buffer) => this.client?.write(bytes) ?? this.early.push(bytes) > 0,
      end: () => {
        this.ended = true;
        this.client?.end();
      },
      ready: () => this.client?.ready(),
    };
    this.connection = listener.connect(peer, { client, secure, pause: () => this.client?.pause() });
  }

  /** What the program has written so far. */
  written(): Buffer {
    const bytes = Buffer.concat(this.early);
    this.early = [];
    return bytes;
  }

  /** Passes on what was written behind the head of its response, and what will be. */
  attach(rest: Buffer, client: NonNullable<Backend['client']>): void {
    const bytes = Buffer.concat([rest, this.written()]);
    this.client = client;
    if (bytes.length > 0) client.write(bytes);
    if (this.ended) client.end();
  }
}

interface ResponseHead {
  status: number;
  headers: Record<string, string | string[]>;
  /** The head as it was written, and what follows it. */
  response: Buffer;
  rest: Buffer;
}

/** Splits a program's response; undefined if it is none. */
function readResponse(bytes: Buffer): ResponseHead | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, Math.max(0, end)).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
  if (end < 0 || Number.isNaN(status)) return undefined;
  const headers: ResponseHead['headers'] = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return { status, headers, response: bytes.subarray(0, end + 4), rest: bytes.subarray(end + 4) };
}

/** Answers an upgrade request with the program's response, and with its connection if it has switched protocols. Throws 429, 500. */
export function proxiedUpgrade(scope: RestScope, call: UpgradeCall): ApiResponse {
  const { request, target, headers: sent } = call;
  const backend = new Backend(call);
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
  backend.connection.receive(Buffer.from(`${request.method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'));
  const answer = readResponse(backend.written());
  if (!answer) throw new StatusError(failureStatus({ code: 500, message: 'unexpected EOF' }));
  const { status, headers, response, rest } = answer;
  if (status !== 101) {
    backend.connection.closed();
    if (status < 400) throw new StatusError(failureStatus({ code: 500, message: `invalid upgrade response: status code ${status}` }));
    return { status, headers, body: rest };
  }
  return streamingConnection(scope, {
    headers,
    response,
    verb: scope.verb,
    open: (connection, events) => passing(backend, rest, connection, events),
  });
}

/** Passes bytes both ways until one side closes. */
function passing(
  backend: Backend,
  rest: Buffer,
  connection: Parameters<Parameters<typeof streamingConnection>[1]['open']>[0],
  events: SessionEvents,
): ConnectionHandler {
  const gate = new ReadGate(connection);
  backend.attach(rest, {
    write: (bytes) => {
      events.touched();
      return connection.send(bytes);
    },
    end: () => connection.close(),
    ready: () => gate.release(backend),
    pause: () => events.pause(),
  });
  return {
    receive: (bytes) => {
      events.touched();
      if (!backend.connection.receive(bytes)) gate.hold(backend);
    },
    drained: () => backend.connection.drained(),
    closed: () => {
      backend.connection.closed();
      events.ended();
    },
    shutdown: (code: CloseCode) => connection.close(code),
  };
}
