import type { corev1 } from '#api';
import { badRequest, goQuote, type KubeObject } from '#apimachinery';
import { type ApiRequest, type ApiResponse, getObject, type RestScope, type StorageProvider } from '#apiserver';
import { proxyToPod } from './backend.js';
import { proxiedPath, redirectToRoot, splitId } from './proxied-path.js';
import { isUpgrade } from './proxied-upgrade.js';

/** The options of a proxy as admission sees them. */
export function proxyOptions(kind: string, request: ApiRequest): KubeObject {
  const path = proxiedPath(request);
  return { kind, apiVersion: 'v1', metadata: { name: '' }, ...(path === undefined ? {} : { path }) };
}

/** Loopback, link-local and unset addresses are not reached through the proxy. */
export const isGlobal = (address: string): boolean =>
  address !== '' && !/^(127\.|169\.254\.|0\.|::1$|fe80:|22[4-9]\.|23\d\.)/i.test(address);

async function proxy(scope: RestScope, request: ApiRequest): Promise<ApiResponse> {
  const id = splitId(scope.name);
  if (!id) throw badRequest(`invalid pod request ${goQuote(scope.name)}`);
  const pod = (await getObject({ ...scope, name: id.name })).object as corev1.Pod;
  if (!isGlobal(pod.status?.podIP ?? '')) throw badRequest('address not allowed');
  const redirect = isUpgrade(request) ? undefined : redirectToRoot(request);
  if (redirect) return redirect;
  const declared = pod.spec?.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  const port = id.port === '' ? (declared ?? (id.scheme === 'https' ? 443 : 80)) : Number(id.port);
  return proxyToPod(scope, request, { pod, port, scheme: id.scheme });
}

/** pods/proxy (pkg/registry/core/pod/rest ProxyREST). */
export const podProxy: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'proxy',
  capabilities: () => ({ connect: proxy, connectOptions: (request) => proxyOptions('PodProxyOptions', request) }),
};
