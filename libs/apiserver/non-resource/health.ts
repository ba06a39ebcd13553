import { getOwn } from '#apimachinery';
import { checksAnswer } from '#component-base';
import { plainResponse } from '../endpoints/responses.js';
import type { ApiResponse } from '../request/request.js';

/** The checks of a kube-apiserver v1.36, in its order. In a simulated cluster they all depend on the store. */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-wait-for-first-sync',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map((hook) => `poststarthook/${hook}`);
const LAST = ['autoregister-completion', 'poststarthook/apiservice-openapi-controller', 'poststarthook/apiservice-openapiv3-controller'];
const LIVE = ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...HOOKS, ...LAST];
const READY = ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...HOOKS, ...LAST, 'shutdown'];

/** The checks of each health endpoint. */
export const HEALTH_CHECKS: Readonly<Record<string, readonly string[]>> = { healthz: LIVE, livez: LIVE, readyz: READY };

const STORE_CHECKS = new Set(['etcd', 'etcd-readiness']);

/** Where the results come from and go to. */
interface HealthSources {
  /** Throws if the store cannot be reached. */
  probe(): Promise<unknown>;
  /** Told about the result of each check that was done. */
  checked(type: string, check: string, passed: boolean): void;
}

/**
 * Answers /healthz, /livez, /readyz and the checks below them (apiserver/pkg/server/healthz): `ok`, or a line per check with ?verbose.
 * Undefined: no such path.
 */
export async function healthResponse(
  path: string,
  query: URLSearchParams,
  { probe, checked }: HealthSources,
): Promise<ApiResponse | undefined> {
  const [name = '', ...below] = path.split('/').filter((part) => part !== '');
  const checks = getOwn(HEALTH_CHECKS, name);
  if (checks === undefined) return undefined;
  const single = below.join('/');
  if (single !== '' && !checks.includes(single)) return undefined;
  const reachable = await probe().then(
    () => true,
    () => false,
  );
  // A single check is not excluded, and not counted (adaptCheckToHandler).
  const excluded = new Set(single === '' ? query.getAll('exclude') : []);
  const failed = (check: string): boolean => !reachable && STORE_CHECKS.has(check) && !excluded.has(check);
  if (single === '') for (const check of checks) if (!excluded.has(check)) checked(name, check, !failed(check));
  if (single !== '') return failed(single) ? plainResponse(500, 'internal server error: store not reachable\n') : plainResponse(200, 'ok');
  const { status, body } = checksAnswer(name, checks, { failed, excluded, verbose: query.has('verbose') });
  return plainResponse(status, body);
}
