/** What a container's process does, as data. Instants are milliseconds after its start. */
export type Program = ServingProgram | ExitingProgram | UnstartableProgram;

/** Runs until it is stopped. */
export interface ServingProgram {
  does: 'serve';
  /** TCP ports it listens on. */
  ports: readonly ServedPort[];
  /** Exit code after SIGTERM: 0 if it shuts down gracefully, 143 if the signal kills it, 137 if it has to be killed. */
  stopCode: number;
  files: readonly FileChange[];
}

/** Ends by itself. */
export interface ExitingProgram {
  does: 'exit';
  code: number;
  after: number;
  /** The content of the termination message, if it writes one. */
  message?: string;
  ports: readonly ServedPort[];
  stopCode: number;
  files: readonly FileChange[];
}

/** Cannot be started: the message is the runtime's. */
interface UnstartableProgram {
  does: 'not-start';
  message: string;
}

export interface ServedPort {
  port: number;
  /** `http` serves `status(path)`; `grpc` serves the health protocol; `tcp` only accepts connections. */
  protocol: 'http' | 'tcp' | 'grpc';
  /** The HTTP status for a path at the given number of milliseconds after the start. A gRPC port is not serving unless this is 200. */
  status?(path: string, elapsed: number): number;
  /** When its responses change for the last time. */
  changesAt?: number;
  /** Clients have to speak TLS. */
  tls?: boolean;
  /** The response to a request; unset: nothing but a status is known of it. Pure. */
  answer?(request: ProgramRequest): ProgramResponse;
}

/** A request over HTTP to a program. */
export interface ProgramRequest {
  method: string;
  /** The path, without the query. */
  path: string;
  body: string;
}

/** What a program answers. */
export interface ProgramResponse {
  status: number;
  contentType: string;
  body: string;
  /** Milliseconds until it is sent. Default 0. */
  after?: number;
}

/** A file that the program creates or removes, for probes that check it. */
export interface FileChange {
  path: string;
  at: number;
  exists: boolean;
}

/** A program that keeps running and serves. */
export function serve(ports: readonly ServedPort[], { stopCode = 0 }: { stopCode?: number } = {}): ServingProgram {
  return { does: 'serve', ports, stopCode, files: [] };
}

/** A program that ends. */
export function exit(code: number, after = 0, message?: string): ExitingProgram {
  return { does: 'exit', code, after, message, ports: [], stopCode: 143, files: [] };
}

/** An HTTP port that answers the given paths (and `/`) with 200 and others with 404; without paths, everything with 200. */
export function http(port: number, paths?: readonly string[]): ServedPort {
  return { port, protocol: 'http', status: (path) => (paths === undefined || path === '/' || paths.includes(path) ? 200 : 404) };
}

/** A port that accepts connections. */
export function tcp(port: number): ServedPort {
  return { port, protocol: 'tcp' };
}
