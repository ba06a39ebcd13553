import type { Call, ImageDefinition } from './image.js';
import { exit, http, type Program, serve, tcp } from './program.js';
import { tags } from './tags.js';

function portOf(args: readonly string[], fallback: number): number {
  const match = /--(?:http-)?port[= ](\d+)/.exec(args.join(' '));
  return match ? Number(match[1]) : fallback;
}

function runMode({ args }: Call): Program {
  const [mode = 'pause', ...rest] = args;
  switch (mode) {
    case 'netexec':
      return serve([http(portOf(rest, 8080)), tcp(8081)]);
    case 'serve-hostname':
      return serve([http(portOf(rest, 9376))]);
    case 'test-webserver':
    case 'liveness':
    case 'guestbook':
      return serve([http(portOf(rest, mode === 'test-webserver' ? 80 : 8080))]);
    case 'grpc-health-checking':
      return serve([{ port: portOf(rest, 5000), protocol: 'grpc' }, http(8080)]);
    case 'connect':
    case 'dns-suffix':
    case 'help':
      return exit(0);
    default:
      return serve([], { stopCode: 0 });
  }
}

/** Kubernetes' own test image: one program of many modes. */
export const agnhost: ImageDefinition = {
  repositories: ['registry.k8s.io/e2e-test-images/agnhost', 'k8s.gcr.io/e2e-test-images/agnhost'],
  tags: tags({ versions: { 2: [1, 60] } }),
  size: 58_030_922,
  entrypoint: ['/agnhost'],
  cmd: ['pause'],
  executables: { agnhost: runMode },
  shell: true,
};
