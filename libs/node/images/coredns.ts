import { metricsAnswer } from './component-metrics.js';
import { corednsFamilies } from './coredns-metrics.js';
import type { ImageDefinition } from './image.js';
import { type HttpAnswer, type HttpRequest, http, type ProgramView, pathOf, plain, serve, tcp } from './program.js';
import { tags } from './tags.js';

/** What it answers on its port for metrics. */
function told(request: HttpRequest, { read, startedAt }: ProgramView): HttpAnswer {
  if (pathOf(request) !== '/metrics') return plain('404 page not found\n', 404);
  return metricsAnswer(corednsFamilies(Buffer.from(read('/etc/coredns/Corefile') ?? []).toString('utf8'), startedAt));
}

/** The cluster's DNS server. */
export const coredns: ImageDefinition = {
  repositories: ['registry.k8s.io/coredns/coredns', 'docker.io/coredns/coredns', 'registry.k8s.io/coredns'],
  tags: tags({ versions: { 1: [6, 14] } }),
  size: 23_553_139,
  entrypoint: ['/coredns'],
  executables: { coredns: () => serve([tcp(53), http(8080, ['/health']), http(8181, ['/ready']), http(9153, ['/metrics'], told)]) },
  user: 65532,
};
