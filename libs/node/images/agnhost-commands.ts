import { parseGoDuration } from '#apimachinery';
import { sniffedType } from '../http/content-type.js';
import { flagOf, portFlag } from './flags.js';
import type { Call, Executable } from './image.js';
import {
  exit,
  type HttpAnswer,
  type HttpRequest,
  http,
  type Program,
  type ProgramView,
  pathOf,
  plain,
  type ServedPort,
  serve,
  tcp,
} from './program.js';

/** The subcommands of agnhost 2.63.0 (test/images/agnhost): what each serves, or when and how it ends. */

/** klog.Fatalf and log.Fatalf. */
const FATAL = 255;
/** A Go program without a signal handler, running as process 1, after SIGTERM. */
const UNHANDLED = { stopCode: 2 };

/** Serves HTTP on one port: only the given paths, or all if none are given. */
const web =
  (fallback: number, paths?: readonly string[], flag = '--port'): Executable =>
  ({ args }) =>
    serve([http(portFlag(args, flag, fallback), paths)], UNHANDLED);

const ends: Executable = () => exit(0);
const runs: Executable = () => serve([], UNHANDLED);

const stops =
  (code: number): Executable =>
  () =>
    serve([], { stopCode: code });

/** Healthy for ten seconds, unhealthy afterwards. */
const liveness: Executable = () => {
  const changesAt = 10_001;
  const status = (path: string, elapsed: number): number => {
    if (path === '/healthz') return elapsed < changesAt ? 200 : 500;
    return path === '/started' ? 200 : path === '/redirect' ? 302 : 404;
  };
  return serve([{ port: 8080, protocol: 'http', status, changesAt }], UNHANDLED);
};

const grpcHealthChecking: Executable = ({ args }) => {
  const delay = Number(flagOf(args, '--delay-unhealthy-sec') ?? -1) * 1000;
  const status = (_path: string, elapsed: number): number => (delay >= 0 && elapsed >= delay ? 503 : 200);
  const health: ServedPort = { port: portFlag(args, '--port', 5000), protocol: 'grpc', status, ...(delay > 0 ? { changesAt: delay } : {}) };
  return serve([health, http(portFlag(args, '--http-port', 8080), ['/make-serving', '/make-not-serving'])], UNHANDLED);
};

const logsGenerator: Executable = ({ args }) => {
  const lines = Number(flagOf(args, '--log-lines-total', '-t') ?? 0);
  const duration = parseGoDuration(flagOf(args, '--run-duration', '-d') ?? '0') ?? 0;
  return lines > 0 && duration > 0 ? exit(0, duration) : exit(FATAL);
};

const mounttest: Executable = ({ args }) => {
  if (flagOf(args, '--file_content_in_loop') === undefined) return exit(0);
  return exit(0, Number(flagOf(args, '--retry_time') ?? 180) * 1000);
};

/** netexec's answers (test/images/agnhost/netexec). */
function netexecAnswer(request: HttpRequest, view: ProgramView): HttpAnswer {
  const query = new URLSearchParams(request.target.split('?')[1] ?? '');
  switch (pathOf(request)) {
    case '/':
      return plain(`NOW: ${new Date(view.now).toISOString()}`);
    case '/hostname':
    case '/hostName':
      return plain(view.hostname);
    case '/clientip':
      return plain(`${request.client}:40000`);
    case '/echo':
      return plain(query.get('msg') ?? '', Number(query.get('code') ?? 200));
    case '/header':
      return plain(request.headers[(query.get('key') ?? '').toLowerCase()] ?? '');
    case '/healthz':
      return plain('');
    default:
      return plain('404 page not found\n', 404);
  }
}

const netexec: Executable = ({ args }) => serve([http(portFlag(args, '--http-port', 8080), undefined, netexecAnswer)]);

const serveHostname: Executable = ({ args }) => {
  const port = portFlag(args, '--port', 9376);
  const raw = flagOf(args, '--tcp') !== undefined;
  const udp = flagOf(args, '--udp') !== undefined;
  return serve(raw ? [tcp(port)] : udp ? [] : [http(port, undefined, (_, { hostname }) => plain(hostname))]);
};

/** The certificate in the image. */
const CERTIFICATE = { certificate: '/localhost.crt', key: '/localhost.key', optional: true };

/** Serves what its environment variables name: SERVE_PORT_80, SERVE_TCP_PORT_80, SERVE_TLS_PORT_443. */
function porter({ variables }: Call): Program {
  const ports = [...variables.keys()].flatMap((name): ServedPort[] => {
    const [, kind, port] = /^SERVE_(TCP_|TLS_)?PORT_(\d{1,5})$/.exec(name) ?? [];
    if (port === undefined) return [];
    const served = http(Number(port), undefined, (_, { env }) => {
      const body = env.get(name) ?? '';
      return { status: 200, headers: { 'Content-Type': sniffedType(body) }, body };
    });
    return [kind === 'TLS_' ? { ...served, tls: CERTIFICATE } : served];
  });
  return serve(ports, UNHANDLED);
}

function portForwardTester({ variables }: Call): Program {
  const port = Number(variables.get('BIND_PORT'));
  return Number.isInteger(port) && port > 0 ? serve([tcp(port)], UNHANDLED) : exit(1);
}

const noSnatTest: Executable = (call) =>
  call.has('POD_IP') && call.has('NODE_IP') ? web(8080, ['/whoami', '/checknosnat'])(call) : exit(1);

const COMMANDS: Readonly<Record<string, Executable>> = {
  'audit-proxy': web(8080),
  connect: ends,
  'crd-conversion-webhook': web(443, ['/crdconvert', '/readyz']),
  'dns-server-list': ends,
  'dns-suffix': ends,
  'entrypoint-tester': ends,
  'etc-hosts': ends,
  'external-metrics': web(6443, ['/healthz', '/readyz']),
  'fake-gitserver': web(8000),
  'fake-registry-server': web(5000),
  'grpc-health-checking': grpcHealthChecking,
  guestbook: ({ args }) => serve([http(portFlag(args, '--http-port', 80)), tcp(portFlag(args, '--backend-port', 6379))], UNHANDLED),
  help: ends,
  inclusterclient: runs,
  liveness,
  'logs-generator': logsGenerator,
  mounttest,
  mtlsclient: runs,
  mtlsserver: ({ args }) => serve([tcp(portFlag(args, '--listen', 443))], UNHANDLED),
  net: ({ args }) => (flagOf(args, '--serve') === undefined ? exit(0) : serve([http(portFlag(args, '--serve', 8889))], UNHANDLED)),
  netexec,
  nettest: web(8080, ['/read', '/write', '/status', '/quit']),
  nnp: ends,
  'no-snat-test': noSnatTest,
  'no-snat-test-proxy': web(31_235, ['/checknosnat']),
  pause: stops(0),
  podcertificatesigner: runs,
  'port-forward-tester': portForwardTester,
  porter,
  'resource-consumer-controller': web(8080),
  'serve-hostname': serveHostname,
  stress: runs,
  'tcp-reset': ({ args }) => serve([tcp(portFlag(args, '--port', 8080))], UNHANDLED),
  'test-service-account-issuer-discovery': ends,
  'test-webserver': web(80),
  webhook: web(443),
};

/** Runs a subcommand; without one it prints its help, and an unknown one is an error. */
export const agnhostProgram: Executable = (call) => {
  const [name, ...args] = call.args;
  if (name === undefined || name.startsWith('-')) return exit(0);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return command ? command({ ...call, args }) : exit(1);
};
