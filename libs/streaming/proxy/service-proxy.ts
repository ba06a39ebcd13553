import type { corev1 } from '#api';
import { badRequest, goQuote, type KubeObject, notFound, serviceUnavailable } from '#apimachinery';
import { type ApiRequest, type ApiResponse, getObject, type RestScope, type StorageProvider } from '#apiserver';
import { proxyToPod } from './backend.js';
import { proxyOptions } from './pod-proxy.js';
import { redirectToRoot, splitId } from './proxied-path.js';
import { isUpgrade } from './proxied-upgrade.js';

/** The name of the port that a number or a name stands for. Throws 404, 503. */
async function portName(scope: RestScope, name: string, port: string): Promise<string> {
  if (!/^\d+$/.test(port)) return port;
  const { spec } = (await getObject({ ...scope, name })).object as corev1.Service;
  const found = spec?.ports?.find((one) => one.port === Number(port));
  if (!found) throw serviceUnavailable(`no service port ${port} found for service ${goQuote(name)}`);
  return found.name ?? '';
}

/** A pod behind a Service, and its port (core/service/storage ResourceLocation). Throws 404, 503. */
async function backendOf(scope: RestScope, { name, port }: { name: string; port: string }): Promise<{ pod: corev1.Pod; port: number }> {
  const wanted = await portName(scope, name, port);
  const { reader } = scope.cluster;
  const endpoints = await reader.get<corev1.Endpoints & KubeObject>('', 'endpoints', scope.namespace, name);
  if (!endpoints) throw notFound({ group: '', resource: 'services' }, name);
  if (!endpoints.subsets?.length) throw serviceUnavailable(`no endpoints available for service ${goQuote(name)}`);
  for (const { addresses = [], ports = [] } of endpoints.subsets) {
    const found = ports.find((one) => (one.name ?? '') === wanted);
    if (!found) continue;
    for (const { targetRef, ip } of addresses) {
      if (targetRef?.kind !== 'Pod') continue;
      const pod = await reader.get<corev1.Pod & KubeObject>('', 'pods', targetRef.namespace ?? scope.namespace, targetRef.name ?? '');
      if (pod?.status?.podIPs?.some((one) => one.ip === ip)) return { pod, port: found.port };
    }
  }
  throw serviceUnavailable(`no endpoints available for service ${goQuote(scope.name)}`);
}

async function proxy(scope: RestScope, request: ApiRequest): Promise<ApiResponse> {
  const id = splitId(scope.name);
  if (!id) throw badRequest(`invalid service request ${goQuote(scope.name)}`);
  const backend = await backendOf(scope, id);
  const redirect = isUpgrade(request) ? undefined : redirectToRoot(request);
  return redirect ?? proxyToPod(scope, request, { ...backend, scheme: id.scheme });
}

/** services/proxy (pkg/registry/core/service/proxy.go). */
export const serviceProxy: StorageProvider = {
  group: '',
  resource: 'services',
  subresource: 'proxy',
  capabilities: () => ({ connect: proxy, connectOptions: (request) => proxyOptions('ServiceProxyOptions', request) }),
};
