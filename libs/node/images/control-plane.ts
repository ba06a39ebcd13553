import { yamlToJson } from '#api/yaml';
import { proxyConfigurations } from '#component-base';
import { metricsAnswer, processFamilies } from './component-metrics.js';
import { configzAnswer, ELECTION_CHECK, type SecuredComponent, securedPort } from './component-port.js';
import { flagOf } from './flags.js';
import type { Executable, ImageDefinition } from './image.js';
import { type HttpAnswer, type HttpRequest, type ProgramView, pathOf, plain, type ServedPort, serve } from './program.js';
import { tags } from './tags.js';
import { versionOf } from './version-of.js';

/** Characters of a configuration that is read. */
const LONGEST = 64 * 1024;

const versions = tags({ versions: { 1: [20, 36] } });
const HEALTH = ['/healthz', '/livez', '/readyz', '/version'];

/** A port that serves these paths. */
const health = (port: number, paths: readonly string[] = HEALTH): ServedPort => ({
  port,
  protocol: 'http',
  status: (path) => (paths.includes(path.split('?')[0] ?? '') ? 200 : 404),
});

const MORE = ['/configz', '/flagz', '/metrics', '/metrics/slis', '/statusz'];

const SCHEDULER: SecuredComponent = {
  name: 'kube-scheduler',
  port: 10259,
  health: { '/healthz': [ELECTION_CHECK], '/livez': ['ping'], '/readyz': [ELECTION_CHECK, 'shutdown', 'sched-handler-sync'] },
  paths: MORE,
};
const CONTROLLER_MANAGER: SecuredComponent = {
  name: 'kube-controller-manager',
  port: 10257,
  health: { '/healthz': [ELECTION_CHECK] },
  paths: MORE,
};
/** cloud-provider/app serves neither z-pages nor /livez and /readyz. */
const CLOUD_CONTROLLER_MANAGER: SecuredComponent = {
  name: 'cloud-controller-manager',
  port: 10258,
  health: { '/healthz': [ELECTION_CHECK] },
  paths: ['/configz', '/metrics', '/metrics/slis'],
};

/** The KubeProxyConfiguration in the file of --config, as far as it can be read. */
function proxyConfigurationOf({ args, read }: ProgramView): unknown {
  const file = read(flagOf(args, '--config') ?? '');
  const converted = file && file.length <= LONGEST ? yamlToJson(Buffer.from(file).toString()) : undefined;
  return converted === undefined || 'error' in converted ? undefined : JSON.parse(converted.json);
}

/** What kube-proxy tells on its loopback address (--metrics-bind-address). */
function proxyAnswer(request: HttpRequest, view: ProgramView): HttpAnswer {
  const path = pathOf(request);
  if (path === '/healthz') return plain('ok');
  if (path === '/metrics') return metricsAnswer(processFamilies(view, versionOf(view)));
  if (path === '/configz') return configzAnswer(proxyConfigurations(proxyConfigurationOf(view)));
  return path === '/proxyMode' ? plain('iptables') : plain('404 page not found\n', 404);
}

const proxyMetrics: ServedPort = { port: 10249, protocol: 'http', status: () => 200, answer: proxyAnswer, loopback: true };

function component(name: string, size: number, program: Executable, folder = ''): ImageDefinition {
  return {
    repositories: [`registry.k8s.io/${folder}${name}`, `k8s.gcr.io/${folder}${name}`],
    tags: versions,
    size,
    executables: { [name]: program },
    entrypoint: [name],
  };
}

/** The API server. */
export const kubeApiserver = component('kube-apiserver', 30_111_492, () => serve([health(6443)]));
/** The controller manager. */
export const kubeControllerManager = component('kube-controller-manager', 27_679_076, ({ args }) =>
  serve([securedPort(CONTROLLER_MANAGER, args)]),
);
/** The scheduler. */
export const kubeScheduler = component('kube-scheduler', 21_136_588, ({ args }) => serve([securedPort(SCHEDULER, args)]));
/** The controllers of the simulated cloud; each provider has an image of its own. */
export const cloudControllerManager = component(
  'cloud-controller-manager',
  22_413_904,
  ({ args }) => serve([securedPort(CLOUD_CONTROLLER_MANAGER, args)]),
  'provider-orrery/',
);
/** The service proxy of every node. */
export const kubeProxy = component('kube-proxy', 31_468_661, () => serve([health(10256, ['/healthz', '/livez']), proxyMetrics]));
