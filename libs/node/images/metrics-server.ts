import type { ImageDefinition } from './image.js';
import { type ServedPort, serve } from './program.js';
import { tags } from './tags.js';

/** API servers for metrics. What they answer is answered by the cluster's API server while one of their pods is ready. */

const certificate = (folder: string) => ({ certificate: `${folder}/apiserver.crt`, key: `${folder}/apiserver.key`, optional: true });
const health = (port: number, folder: string): ServedPort => ({ port, protocol: 'http', status: () => 200, tls: certificate(folder) });

/** Whether it scrapes kubelets whose certificates nobody that it trusts has signed, as kubeadm's are. */
export const trustsAnyKubelet = (args: readonly string[]): boolean => args.some((arg) => /^--kubelet-insecure-tls(=true)?$/.test(arg));

/** Ready as soon as it has metrics of a node (metrics-server's probe metric-storage-ready). */
function scraper(port: number, args: readonly string[]): ServedPort {
  const status = (path: string): number => (path === '/readyz' && !trustsAnyKubelet(args) ? 500 : 200);
  return { ...health(port, '/tmp'), status };
}

/** The resource metrics API's server. */
export const metricsServer: ImageDefinition = {
  repositories: ['registry.k8s.io/metrics-server/metrics-server'],
  tags: tags({ versions: { 0: [3, 8] } }),
  size: 22_464_190,
  entrypoint: ['/metrics-server'],
  executables: { 'metrics-server': ({ args }) => serve([scraper(10250, args), scraper(4443, args)]) },
  user: 1000,
};

/** The adapter of custom and external metrics. */
export const prometheusAdapter: ImageDefinition = {
  repositories: ['registry.k8s.io/prometheus-adapter/prometheus-adapter', 'docker.io/directxman12/k8s-prometheus-adapter'],
  tags: tags({ versions: { 0: [5, 12] } }),
  size: 29_400_000,
  entrypoint: ['/adapter'],
  executables: { adapter: () => serve([health(6443, '/var/run/serving-cert'), health(443, '/var/run/serving-cert')]) },
  user: 65532,
};

/** KEDA's server of external metrics. */
export const kedaMetrics: ImageDefinition = {
  repositories: ['ghcr.io/kedacore/keda-metrics-apiserver'],
  tags: tags({ versions: { 2: [0, 18] } }),
  size: 38_000_000,
  entrypoint: ['/keda-adapter'],
  executables: { 'keda-adapter': () => serve([health(6443, '/certs')]) },
  user: 1000,
};
