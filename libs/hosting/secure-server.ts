import type { X509Certificate } from 'node:crypto';
import { type Server as HttpServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext } from 'node:tls';
import { newAuthority } from '#pki';
import { ConfigError } from './config.js';
import { ConnectionLimiter } from './connection-limiter.js';
import { LISTENER_LIMITS, type ListenerLimits, serverOptions } from './limits.js';
import type { Log } from './logging.js';
import { isLocalHost, newPlainServer } from './loopback-server.js';
import { paceHandshakes } from './paced-handshakes.js';
import type { CertificateAuthority } from './pki/certificate-authority.js';
import { type CertificateFiles, type OwnCertificate, readOwnCertificate } from './pki/own-certificate.js';
import { ResumedChains } from './resumed-chains.js';

/** The handlers of requests and upgrades. They must not throw. */
interface ServerHandlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  /** Handles an upgrade request; `head` is what the client has sent after it. If unset, upgrades are rejected. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const day = 24 * 3600 * 1000;
/** How long before its expiry a certificate is replaced. */
const renewBefore = 30 * day;

/** An https server whose certificate is issued at start and renewed before it expires, and whose connections are limited. */
export interface SecureServer {
  readonly server: https.Server;
  readonly connections: ConnectionLimiter;
  /** The certificate that the operator has brought. */
  readonly own: OwnCertificate | undefined;
  /** The same over plain http, for the loopback address; requests to another host's name are refused. */
  plain(): HttpServer;
  /** The handlers; set before the first request. */
  handle(handlers: ServerHandlers): void;
  close(): void;
}

export interface SecureServerOptions {
  authority: CertificateAuthority;
  /** The names and addresses in its certificate. */
  names: readonly string[];
  log: Log;
  /** The name of the CAs of client certificates: clients that have none of such a CA are not asked to choose one. */
  clientAuthorityName: string;
  /** The files of a certificate that is shown to clients who ask for one of its hosts. They are read again when they change. */
  ownFiles?: CertificateFiles | undefined;
  limits?: ListenerLimits;
}

/** The client certificates of open connections. */
const clientCertificates = new WeakMap<object, X509Certificate>();

/** The client certificate of a request's connection; nothing has been verified but that the client has its key. */
export const clientCertificateOf = (socket: object): X509Certificate | undefined => clientCertificates.get(socket);

/** A certificate that only has the name of the accepted CAs: nothing is signed with its key, which is dropped. */
async function acceptedName(commonName: string): Promise<string> {
  const now = Date.now();
  return (await newAuthority({ commonName, notBefore: now, notAfter: now + day })).certificate;
}

/**
 * How long data from a rejected client is still read and discarded: closing at once would reset the connection before the response is read
 * (net/http rstAvoidanceDelay).
 */
const lingering = 500;
/** Sockets that have been answered: reading the rest of their data may cause another error. */
const refused = new WeakSet<Duplex>();

/** Answers on a socket without an HTTP response object, and closes it. */
export function refuseSocket(socket: Duplex, status: number): void {
  if (refused.has(socket)) return;
  if (!socket.writable) return void socket.destroy();
  refused.add(socket);
  const text = `${status} ${STATUS_CODES[status]}`;
  socket.removeAllListeners('data');
  socket.resume();
  socket.end(`HTTP/1.1 ${text}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`);
  const timer = setTimeout(() => socket.destroy(), lingering);
  socket.once('close', () => clearTimeout(timer));
}

/** Bytes of a body that a socket may have received before its request is looked at. */
const short = 16 * 1024;

/**
 * A request may be answered, and its connection closed, while the client still sends its body: what it sends is discarded for a moment, so that
 * it gets the answer.
 */
function readsAnswer(request: IncomingMessage): void {
  const { socket, headers } = request;
  if (headers['transfer-encoding'] === undefined && !(Number(headers['content-length']) > short)) return;
  // The server calls it after the last response of a connection.
  socket.destroySoon = () => {
    Reflect.deleteProperty(socket, 'destroySoon');
    if (request.complete) return socket.destroySoon();
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), lingering);
    socket.once('close', () => clearTimeout(timer));
  };
}

const statusOfClientError: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** What a server certificate and the names of accepted CAs make of a TLS server. */
const tlsOptions = ({ certificate, key }: { certificate: string; key: string }, accepted: string) =>
  ({ cert: certificate, key, ca: accepted, minVersion: 'TLSv1.2' }) as const;

type FindContext = (host: string) => SecureContext | undefined;

function newServer(tls: ReturnType<typeof tlsOptions>, find: FindContext, limits: ListenerLimits): https.Server {
  const server = https.createServer({
    ...tls,
    // Clients who ask for no name, or another one, get the certificate of this installation's CA.
    SNICallback: (host, done) => done(null, find(host)),
    // Clients are asked for a certificate. Whose it is, and for which cluster, is decided for each request.
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: limits.handshakeTimeout,
    ...serverOptions(limits),
  });
  server.maxHeadersCount = limits.headerCount;
  paceHandshakes(server, limits.handshakeTimeout);
  return server;
}

/** How often the operator's files are looked at (ms). */
const lookEvery = 60_000;

/** The operator's certificate, and its context; both are replaced when the files have changed and are valid. */
class OwnContext {
  current: OwnCertificate;
  private context: SecureContext;
  private readonly timer: NodeJS.Timeout;

  constructor(files: CertificateFiles, accepted: string, log: Log) {
    this.current = readOwnCertificate(files);
    this.context = createSecureContext(tlsOptions(this.current, accepted));
    this.timer = setInterval(() => {
      try {
        const next = readOwnCertificate(files);
        if (next.certificate === this.current.certificate && next.key === this.current.key) return;
        this.context = createSecureContext(tlsOptions(next, accepted));
        this.current = next;
        log.info({ notAfter: next.notAfter }, 'the certificate in ORRERY_TLS_CERT was replaced');
      } catch (error) {
        const reason = error instanceof ConfigError ? error.message : String(error);
        log.warn({ reason }, 'the certificate in ORRERY_TLS_CERT cannot be used: the one read before is shown');
      }
    }, lookEvery);
    this.timer.unref();
  }

  find(host: string): SecureContext | undefined {
    return this.current.isFor(host) ? this.context : undefined;
  }

  close(): void {
    clearInterval(this.timer);
  }
}

/** Closes connections above the limits, and listens for every socket's errors: without a listener they end the process. */
function guard(server: HttpServer | https.Server, connections: ConnectionLimiter, log: Log): void {
  const onError = (error: Error) => log.debug({ err: error }, 'connection failed');
  server.on('connection', (socket: Socket) => {
    socket.on('error', onError);
    connections.accepted(socket);
  });
  const chains = new ResumedChains();
  server.on('secureConnection', (socket) => {
    socket.on('error', onError);
    connections.secured(socket);
    const certificate = socket.getPeerX509Certificate();
    if (certificate) clientCertificates.set(socket, chains.complete(certificate, socket.isSessionReused()));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // A response may be in progress: anything written here would end up in the middle of it.
    if (connections.isBusy(socket)) socket.destroy();
    else refuseSocket(socket, statusOfClientError[error.code ?? ''] ?? 400);
  });
}

const misdirected = 'Plain http is served to this machine only: as localhost or 127.0.0.1.\n';

/** Creates the server; it does not listen yet. Throws ConfigError if the operator's certificate cannot be used. */
export async function createSecureServer(options: SecureServerOptions): Promise<SecureServer> {
  const { authority, names, log, clientAuthorityName, ownFiles, limits = LISTENER_LIMITS } = options;
  let current = await authority.issueServer(names);
  let handlers: ServerHandlers = { request: (_, response) => void response.writeHead(503).end() };
  const accepted = await acceptedName(clientAuthorityName);
  const own = ownFiles && new OwnContext(ownFiles, accepted, log);
  const server = newServer(tlsOptions(current, accepted), (host) => own?.find(host), limits);
  const connections = new ConnectionLimiter(limits);
  const attend = (listener: HttpServer | https.Server, accepts: (request: IncomingMessage) => boolean): void => {
    guard(listener, connections, log);
    listener.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      if (!connections.begin(socket)) {
        socket.destroy();
        return;
      }
      response.once('close', () => connections.end(socket));
      readsAnswer(request);
      if (accepts(request)) handlers.request(request, response);
      else response.writeHead(421, { 'content-type': 'text/plain', connection: 'close' }).end(misdirected);
    });
    listener.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!accepts(request)) refuseSocket(socket, 421);
      else if (handlers.upgrade) handlers.upgrade(request, socket, head);
      else refuseSocket(socket, 404);
    });
  };
  attend(server, () => true);
  const timer = setInterval(async () => {
    if (current.notAfter.getTime() - Date.now() > renewBefore) return;
    current = await authority.issueServer(names);
    server.setSecureContext(tlsOptions(current, accepted));
    log.info({ notAfter: current.notAfter }, 'server certificate renewed');
  }, day);
  timer.unref();
  return {
    server,
    connections,
    own: own?.current,
    plain() {
      const listener = newPlainServer(limits);
      attend(listener, isLocalHost);
      return listener;
    },
    handle(next) {
      handlers = next;
    },
    close() {
      clearInterval(timer);
      own?.close();
    },
  };
}
