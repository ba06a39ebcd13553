import type { corev1 } from '#api';
import { type KubeObject, notFound } from '#apimachinery';
import { type RestScope, type StorageProvider, selectionOf, unstored } from '#apiserver';

type Health = Pick<corev1.ComponentCondition, 'status' | 'message' | 'error'>;

const isRunning = ({ status }: corev1.Pod): boolean =>
  status?.phase === 'Running' && (status.containerStatuses ?? []).some(({ state }) => state?.running !== undefined);

/** Asks a component's /healthz at the API server's own address: it answers while a container of its static pod runs. */
async function served({ cluster }: RestScope, component: string, port: number): Promise<Health> {
  const pods = await cluster.reader.list<corev1.Pod>('', 'pods', 'kube-system');
  const running =
    cluster.controlPlane.isUp(component) && pods.some((pod) => pod.metadata.labels?.component === component && isRunning(pod));
  if (running) return { status: 'True', message: 'ok' };
  const address = `127.0.0.1:${port}`;
  return { status: 'False', message: `Get "https://${address}/healthz": dial tcp ${address}: connect: connection refused` };
}

async function storeHealth({ cluster }: RestScope): Promise<Health> {
  if (!cluster.controlPlane.hasStore) return { status: 'False', error: 'context deadline exceeded' };
  return cluster.store.revision().then(
    () => ({ status: 'True', message: 'ok' }),
    () => ({ status: 'False', error: 'context deadline exceeded' }),
  );
}

/** The components that are asked, with their default ports (core/rest/storage_core.go serversToValidate). */
const CHECKS: ReadonlyMap<string, (scope: RestScope) => Promise<Health>> = new Map([
  ['controller-manager', (scope: RestScope) => served(scope, 'kube-controller-manager', 10257)],
  ['etcd-0', storeHealth],
  ['scheduler', (scope: RestScope) => served(scope, 'kube-scheduler', 10259)],
]);

const statusOf = (name: string, health: Health): KubeObject & corev1.ComponentStatus => ({
  kind: 'ComponentStatus',
  apiVersion: 'v1',
  metadata: { name },
  conditions: [{ type: 'Healthy', ...health }],
});

/** componentstatuses: what the components say when they are asked; nothing is stored (pkg/registry/core/componentstatus). */
export const componentStatuses: StorageProvider = {
  group: '',
  resource: 'componentstatuses',
  subresource: '',
  capabilities: () => ({
    async get(scope) {
      const check = CHECKS.get(scope.name);
      // Upstream names the resource in the singular here.
      if (check === undefined) throw notFound({ group: '', resource: 'componentstatus' }, scope.name);
      return unstored(statusOf(scope.name, await check(scope)));
    },
    async list(scope, options) {
      const { matches } = selectionOf(scope.resource, '', '', options);
      const all = await Promise.all([...CHECKS].map(async ([name, check]) => unstored(statusOf(name, await check(scope)))));
      return { items: matches === undefined ? all : all.filter(matches), revision: 0, continue: '' };
    },
  }),
};
