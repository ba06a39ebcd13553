import { flagOf } from './flags.js';
import type { ImageDefinition } from './image.js';
import { type HttpAnswer, type HttpRequest, http, type ProgramView, plain, type ServedPort, serve } from './program.js';
import { anyTag } from './tags.js';

const portOf = (args: readonly string[], fallback: number): number => Number(/:(\d+)/.exec(args.join(' '))?.[1] ?? fallback);

const headerName = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());

const headerLines = ({ headers }: HttpRequest, separator: string): string[] =>
  Object.entries(headers).map(([name, value]) => `${headerName(name)}${separator}${value}`);

const httpEcho = (_: HttpRequest, { args }: ProgramView): HttpAnswer => ({
  status: Number(flagOf(args, '-status-code', '--status-code') ?? 200),
  headers: { 'X-App-Name': 'http-echo', 'X-App-Version': '1.0.0', 'Content-Type': 'text/plain; charset=utf-8' },
  body: `${flagOf(args, '-text', '--text') ?? ''}\n`,
});

const helloApp = (_: HttpRequest, { hostname }: ProgramView): HttpAnswer => plain(`Hello, world!\nVersion: 1.0.0\nHostname: ${hostname}\n`);

function whoami(request: HttpRequest, { hostname, podIP }: ProgramView): HttpAnswer {
  const lines = [`Hostname: ${hostname}`, 'IP: 127.0.0.1', 'IP: ::1', `IP: ${podIP}`, `RemoteAddr: ${request.client}:40000`];
  return plain(`${[...lines, `${request.method} ${request.target} HTTP/1.1`, ...headerLines(request, ': ')].join('\n')}\n\n`);
}

function echoserver(request: HttpRequest, { hostname }: ProgramView): HttpAnswer {
  const body = Buffer.from(request.body).toString('utf8');
  const lines = [
    ...['', '', `Hostname: ${hostname}`, '', 'Pod Information:', '\t-no pod information available-', ''],
    ...['Server values:', '\tserver_version=nginx: 1.14.2 - lua: 10015', '', 'Request Information:', `\tclient_address=${request.client}`],
    ...[`\tmethod=${request.method}`, `\treal path=${request.target}`, '\trequest_version=1.1', '\trequest_scheme=http', ''],
    ...['Request Headers:', ...headerLines(request, '=').map((line) => `\t${line.toLowerCase()}`), ''],
    ...['Request Body:', body === '' ? '\t-no body in request-' : body, '', ''],
  ];
  return plain(lines.join('\n'));
}

function demo(repositories: readonly string[], port: number, size: number, answer?: ServedPort['answer']): ImageDefinition {
  return {
    repositories,
    tags: anyTag,
    size,
    entrypoint: ['/server'],
    executables: { server: ({ args }) => serve([http(portOf(args, port), undefined, answer)]) },
    shell: true,
  };
}

/** Small web servers that tutorials and exercises use. */
export const webDemos: readonly ImageDefinition[] = [
  demo(['docker.io/hashicorp/http-echo'], 5678, 4_498_311, httpEcho),
  demo(['docker.io/viktoruj/ping_pong'], 8080, 6_121_409),
  demo(['docker.io/traefik/whoami', 'docker.io/containous/whoami'], 80, 2_964_700, whoami),
  demo(['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'], 8080, 7_530_226, helloApp),
  demo(['gcr.io/kuar-demo/kuard-amd64', 'docker.io/kodekloud/webapp-color', 'docker.io/kodekloud/simple-webapp'], 8080, 11_593_990),
  demo(['registry.k8s.io/echoserver', 'gcr.io/google_containers/echoserver', 'k8s.gcr.io/echoserver'], 8080, 43_655_881, echoserver),
  demo(['registry.k8s.io/hpa-example'], 80, 200_114_312, () => plain('OK!')),
  demo(['docker.io/kennethreitz/httpbin', 'docker.io/mccutchen/go-httpbin'], 80, 195_071_662),
  demo(['docker.io/tiangolo/uvicorn-gunicorn-fastapi'], 80, 351_223_310),
  demo(['docker.io/hazelcast/hazelcast'], 5701, 173_225_102),
  demo(['quay.io/oauth2-proxy/oauth2-proxy'], 4180, 13_905_332),
];
