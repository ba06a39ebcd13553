import type { corev1 } from '#api';
import { badRequest, goQuote, StatusError } from '#apimachinery';
import { type ApiRequest, type ApiResponse, getObject, type RestScope, type StorageProvider } from '#apiserver';
import { kubeletConfigurations } from '#component-base';
import { PodMachine } from '#node';
import { logOptions } from '../log-options.js';
import { checkLogExists, instanceOf, LogWriter } from '../log-source.js';
import { worldOf } from '../target.js';
import { unreachable } from './backend.js';
import { isGlobal, proxyOptions } from './pod-proxy.js';
import { proxiedPath, redirectToRoot, splitId } from './proxied-path.js';

/** The read-only part of a kubelet's own API (pkg/kubelet/server). */

const KUBELET_PORT = 10_250;
const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

const json = (body: unknown): ApiResponse => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const configz = (configurations: object): ApiResponse => ({
  ...json(configurations),
  headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
});
const text = (status: number, body: string): ApiResponse => ({ status, headers: { ...PLAIN }, body });

async function podsOn({ cluster }: RestScope, node: string): Promise<corev1.Pod[]> {
  const pods = await cluster.reader.list<corev1.Pod>('', 'pods');
  return pods.filter(({ spec }) => spec?.nodeName === node);
}

const podList = (items: readonly corev1.Pod[]): object => ({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });

/** Metrics whose values are known: what runs on the node. */
function metrics(pods: readonly corev1.Pod[], version: string): string {
  const running = pods.flatMap(({ status }) => status?.containerStatuses ?? []).filter(({ state }) => state?.running).length;
  return [
    '# HELP kubelet_running_containers [ALPHA] Number of containers currently running',
    '# TYPE kubelet_running_containers gauge',
    `kubelet_running_containers{container_state="running"} ${running}`,
    '# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox',
    '# TYPE kubelet_running_pods gauge',
    `kubelet_running_pods ${pods.filter(({ status }) => status?.phase === 'Running').length}`,
    "# HELP kubernetes_build_info [BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    '# TYPE kubernetes_build_info gauge',
    `kubernetes_build_info{git_version="${version}",platform="linux/amd64"} 1`,
    '',
  ].join('\n');
}

/** /containerLogs/NAMESPACE/POD/CONTAINER. */
async function containerLogs(
  scope: RestScope,
  pods: readonly corev1.Pod[],
  parts: readonly string[],
  query: URLSearchParams,
): Promise<ApiResponse> {
  const [, namespace = '', name = '', container = ''] = parts;
  const pod = pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  if (!pod) return text(404, `pod ${goQuote(name)} does not exist`);
  const machine = await PodMachine.open(pod, worldOf(scope), { logged: container });
  const found = machine.get(container);
  if (!found) return text(404, `container ${goQuote(container)} not found in pod ${goQuote(name)}`);
  const options = logOptions(query, name, scope.cluster.clock.now());
  try {
    checkLogExists(pod, container, options.previous);
  } catch (error) {
    if (error instanceof StatusError) return text(400, error.message);
    throw error;
  }
  await machine.advance();
  const instance = instanceOf(found, options);
  const lines = (instance && machine.logOf(instance)?.lines) ?? [];
  const shown = options.tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - options.tailLines));
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: new LogWriter(options).write(shown) };
}

async function kubelet(scope: RestScope, node: corev1.Node, path: string, query: URLSearchParams): Promise<ApiResponse> {
  const parts = path.split('/').filter((part) => part !== '');
  const pods = await podsOn(scope, node.metadata.name);
  switch (parts[0]) {
    case 'healthz':
      return text(200, 'ok');
    case 'pods':
      return json(podList(pods));
    case 'runningpods':
      return json(podList(pods.filter(({ status }) => status?.phase === 'Running')));
    case 'metrics':
      if (parts.length > 1) break;
      return text(200, metrics(pods, node.status?.nodeInfo?.kubeletVersion ?? ''));
    case 'configz':
      if (parts.length > 1) break;
      return configz(kubeletConfigurations(scope.cluster.controlPlane.kubeletConfiguration(node.metadata.name)));
    case 'containerLogs':
      if (parts.length === 4) return containerLogs(scope, pods, parts, query);
      break;
  }
  return text(404, '404 page not found\n');
}

async function proxy(scope: RestScope, request: ApiRequest, query: URLSearchParams): Promise<ApiResponse> {
  const id = splitId(scope.name);
  if (!id) throw badRequest(`invalid node request ${goQuote(scope.name)}`);
  const node = (await getObject({ ...scope, name: id.name })).object as corev1.Node;
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  if (!isGlobal(address)) throw badRequest('address not allowed');
  const redirect = redirectToRoot(request);
  if (redirect) return redirect;
  const isKubelet = id.port === '' || Number(id.port) === (node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? KUBELET_PORT);
  if (!isKubelet || !node.status?.nodeInfo?.kubeletVersion) {
    throw unreachable(`dial tcp ${address}:${id.port || KUBELET_PORT}: connect: connection refused`);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, '405: Method Not Allowed');
  const answer = await kubelet(scope, node, proxiedPath(request) ?? '/', query);
  if (request.method !== 'HEAD') return answer;
  const { body: _, ...head } = answer;
  return head;
}

/** nodes/proxy (pkg/registry/core/node/rest/proxy.go): reaches the node's kubelet. */
export const nodeProxy: StorageProvider = {
  group: '',
  resource: 'nodes',
  subresource: 'proxy',
  capabilities: () => ({ connect: proxy, connectOptions: (request) => proxyOptions('NodeProxyOptions', request) }),
};
