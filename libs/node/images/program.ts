/** What the process of a container does, as data. Instants are milliseconds after its start. */
export type Program = ServingProgram | ExitingProgram | UnstartableProgram;

/** Runs until it is stopped. */
export interface ServingProgram {
  does: 'serve';
  /** TCP ports it listens on. */
  ports: readonly ServedPort[];
  /** Exit code after SIGTERM: 0 where it shuts down in order, 143 where the signal kills it, 137 where it has to be killed. */
  stopCode: number;
  files: readonly FileChange[];
}

/** Ends by itself. */
export interface ExitingProgram {
  does: 'exit';
  code: number;
  after: number;
  /** What stands in the termination message, where it writes one. */
  message?: string;
  ports: readonly ServedPort[];
  stopCode: number;
  files: readonly FileChange[];
}

/** Can't even be started: the message is the runtime's. */
interface UnstartableProgram {
  does: 'not-start';
  message: string;
}

export interface ServedPort {
  port: number;
  /** `http` answers `status(path)`; `grpc` the health protocol; `tcp` only accepts connections. */
  protocol: 'http' | 'tcp' | 'grpc';
  /** HTTP status of a path, so many milliseconds after the start. A gRPC port that does not answer 200 is not serving. */
  status?(path: string, elapsed: number): number;
  /** When its answers change for the last time. */
  changesAt?: number;
}

/** A file the program makes or removes, so that probes which look for it see what they should. */
export interface FileChange {
  path: string;
  at: number;
  exists: boolean;
}

/** A program that serves. */
export function serve(ports: readonly ServedPort[], { stopCode = 0 }: { stopCode?: number } = {}): ServingProgram {
  return { does: 'serve', ports, stopCode, files: [] };
}

/** A program that ends. */
export function exit(code: number, after = 0, message?: string): ExitingProgram {
  return { does: 'exit', code, after, message, ports: [], stopCode: 143, files: [] };
}

/** An HTTP port that answers the given paths (and `/`) with 200 and others with 404; without paths: everything with 200. */
export function http(port: number, paths?: readonly string[]): ServedPort {
  return { port, protocol: 'http', status: (path) => (paths === undefined || path === '/' || paths.includes(path) ? 200 : 404) };
}

/** A port that accepts connections. */
export function tcp(port: number): ServedPort {
  return { port, protocol: 'tcp' };
}
