import type { ImageDefinition } from './image.js';
import { http, serve } from './program.js';
import { anyTag } from './tags.js';

const portOf = (args: readonly string[], fallback: number): number => Number(/:(\d+)/.exec(args.join(' '))?.[1] ?? fallback);

function demo(repositories: readonly string[], port: number, size: number): ImageDefinition {
  return {
    repositories,
    tags: anyTag,
    size,
    entrypoint: ['/server'],
    executables: { server: ({ args }) => serve([http(portOf(args, port))]) },
    shell: true,
  };
}

/** Small web servers that tutorials and exercises use. */
export const webDemos: readonly ImageDefinition[] = [
  demo(['docker.io/hashicorp/http-echo'], 5678, 4_498_311),
  demo(['docker.io/viktoruj/ping_pong'], 8080, 6_121_409),
  demo(['docker.io/traefik/whoami', 'docker.io/containous/whoami'], 80, 2_964_700),
  demo(['gcr.io/google-samples/hello-app', 'us-docker.pkg.dev/google-samples/containers/gke/hello-app'], 8080, 7_530_226),
  demo(['gcr.io/kuar-demo/kuard-amd64', 'docker.io/kodekloud/webapp-color', 'docker.io/kodekloud/simple-webapp'], 8080, 11_593_990),
  demo(
    ['registry.k8s.io/echoserver', 'gcr.io/google_containers/echoserver', 'k8s.gcr.io/echoserver', 'registry.k8s.io/hpa-example'],
    8080,
    43_655_881,
  ),
  demo(['docker.io/kennethreitz/httpbin', 'docker.io/mccutchen/go-httpbin'], 80, 195_071_662),
  demo(['docker.io/tiangolo/uvicorn-gunicorn-fastapi'], 80, 351_223_310),
  demo(['docker.io/hazelcast/hazelcast'], 5701, 173_225_102),
  demo(['quay.io/oauth2-proxy/oauth2-proxy'], 4180, 13_905_332),
];
