import type { ComponentAccess } from '../runtime/component-access.js';
import type { EtcdAccess } from '../runtime/etcd-access.js';

/** What a container's process does, as data. Instants are milliseconds after its start. */
export type Program = ServingProgram | ExitingProgram | UnstartableProgram;

/** Runs until it is stopped. */
export interface ServingProgram {
  does: 'serve';
  /** TCP ports it listens on. */
  ports: readonly ServedPort[];
  /** Exit code after SIGTERM: 0 if it shuts down gracefully, 143 if the signal kills it, 137 if it has to be killed. */
  stopCode: number;
  script?: ScriptFacts;
}

/** Ends by itself. */
export interface ExitingProgram {
  does: 'exit';
  code: number;
  after: number;
  /** The content of the termination message, if it writes one. */
  message?: string;
  /** Why it cannot start, as its log says. */
  failure?: string;
  ports: readonly ServedPort[];
  stopCode: number;
  script?: ScriptFacts;
}

/** Cannot be started: the message is the runtime's. */
interface UnstartableProgram {
  does: 'not-start';
  message: string;
  /** Its container cannot even be created. */
  uncreated?: true;
}

export interface ServedPort {
  port: number;
  /** `http` serves `status(path)`; `grpc` serves the health protocol; `tcp` only accepts connections. */
  protocol: 'http' | 'tcp' | 'grpc';
  /** The HTTP status for a path at the given number of milliseconds after the start. A gRPC port is not serving unless this is 200. */
  status?(path: string, elapsed: number): number;
  /** When its responses change for the last time. */
  changesAt?: number;
  /** What an HTTP port answers. If unset, `status` decides, and the body is the status text. */
  answer?(request: HttpRequest, view: ProgramView): HttpAnswer;
  /** The same for a program that asks others before it answers. */
  answerLater?(request: HttpRequest, view: ProgramView): Promise<HttpAnswer>;
  /** Takes over the connection of an upgrade request; undefined: it is answered as any other. */
  upgrade?(request: HttpRequest, view: ProgramView, peer: ConnectionPeer): ServedConnection | undefined;
  /** It listens on the loopback address only: nobody outside of the pod's network reaches it. */
  loopback?: boolean;
  /** HTTP over TLS only, with a certificate in the container's files. */
  tls?: TlsFiles;
}

/** Paths of PEM files. */
export interface TlsFiles {
  certificate: string;
  key: string;
  /** Without the files it serves with a certificate that it makes for itself; otherwise it does not serve. */
  optional?: boolean;
}

/** The client's end of a connection, as a program sees it. */
export interface ConnectionPeer {
  /** Sends bytes. False: the client reads too slowly, and `drained` will be called. */
  write(bytes: Buffer): boolean;
  /** Closes the connection. */
  end(): void;
  /** The program can take more, after `receive` has returned false. */
  ready(): void;
}

/** A program's end of a connection. */
export interface ServedConnection {
  /** Bytes from the client. False: the program can take no more until it calls `ready`. */
  receive(bytes: Buffer): boolean;
  /** The client has read what was written. */
  drained(): void;
  /** The client sends no more, and reads what is still written. */
  ended(): void;
  /** The connection is closed. */
  closed(): void;
}

/** A request as a program reads it from its socket. */
export interface HttpRequest {
  method: string;
  /** Path and query, as sent. */
  target: string;
  /** Names are in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** The address that it comes from. */
  client: string;
}

/** A program's answer. Content-Length and Date are added when it is sent. */
export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
  /** Milliseconds until it is sent. Default 0. */
  after?: number;
}

/** What a program sees of the container it runs in. */
export interface ProgramView {
  args: readonly string[];
  env: ReadonlyMap<string, string>;
  hostname: string;
  podIP: string;
  /** The address of its node. */
  hostIP?: string;
  /** The cluster's time, and when the program was started. */
  now: number;
  startedAt: number;
  /** Why it cannot start. */
  failure?: string | undefined;
  /** The content of a file; undefined if there is none. */
  read(path: string): Uint8Array | undefined;
  /** The node that it runs on, and etcd, where it can be asked. */
  node?: string;
  etcd?: Pick<EtcdAccess, 'figures'>;
  /** The container's image, and its pod. */
  image?: string;
  pod?: { readonly namespace: string; readonly name: string };
  /** Set for programs that may ask. */
  components?: ComponentAccess;
}

/** What is known of a program that is interpreted. */
interface ScriptFacts {
  /** What it does depends on its pod or on other objects, so that each start has to be looked at. */
  byPod: boolean;
  /** It handles SIGTERM. */
  traps: boolean;
}

/** A program that keeps running and serves. */
export function serve(ports: readonly ServedPort[], { stopCode = 0 }: { stopCode?: number } = {}): ServingProgram {
  return { does: 'serve', ports, stopCode };
}

/** A program that ends. */
export function exit(code: number, after = 0, message?: string): ExitingProgram {
  return { does: 'exit', code, after, message, ports: [], stopCode: 143 };
}

/** An HTTP port that answers the given paths (and `/`) with 200 and others with 404; without paths, everything with 200. */
export function http(port: number, paths?: readonly string[], answer?: ServedPort['answer']): ServedPort {
  const status = (path: string): number => (paths === undefined || path === '/' || paths.includes(path) ? 200 : 404);
  return { port, protocol: 'http', status, ...(answer && { answer }) };
}

/** The path of a request's target. */
export const pathOf = ({ target }: Pick<HttpRequest, 'target'>): string => target.split('?', 1)[0] ?? '';

/** A plain-text answer. */
export function plain(body: string, status = 200): HttpAnswer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
}

/** A port that accepts connections. */
export function tcp(port: number): ServedPort {
  return { port, protocol: 'tcp' };
}
