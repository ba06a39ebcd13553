import { ClusterRole, ClusterRoleBinding, Node, type rbacv1, ServiceAccount } from '#api';
import { ignoreAlreadyExists } from '#apimachinery';
import { type ApiServer, inProcessClient } from '#apiserver';
import type { CloudInstance } from '#controller-runtime';
import { CLOUD_KEY, type CloudRow, cloudFor, withoutInstance, withPower } from './cloud.js';

const CAUSE = { requestId: 'cloud', user: 'system:host', component: 'cloud' };
/** Tries to write the row while others write it. */
const ATTEMPTS = 10;
const NAME = 'cloud-controller-manager';
const UNINITIALIZED = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };

const rule = (verbs: string[], apiGroups: string[], resources: string[]): rbacv1.PolicyRule => ({ verbs, apiGroups, resources });

/** What a cloud's manifests let cloud-controller-manager do. */
const RULES: rbacv1.PolicyRule[] = [
  rule(['create', 'patch', 'update'], ['', 'events.k8s.io'], ['events']),
  rule(['delete', 'get', 'list', 'patch', 'update', 'watch'], [''], ['nodes']),
  rule(['patch', 'update'], [''], ['nodes/status', 'services/status']),
  rule(['get', 'list', 'patch', 'update', 'watch'], [''], ['services']),
  rule(['create', 'get', 'list', 'update', 'watch'], ['coordination.k8s.io'], ['leases']),
];

/** The cloud of a cluster, as those who own its machines see it. */
export class ClusterCloud {
  constructor(private readonly api: ApiServer) {}

  /** Puts a cluster into a cloud: its nodes are machines of it, and cloud-controller-manager has to initialise them. */
  async enable(): Promise<void> {
    if (await this.row()) return;
    const client = inProcessClient(this.api, { manager: 'kubelet' });
    await this.install();
    const { items } = await client.list(Node);
    for (const { metadata, spec } of items) {
      const taints = [...(spec.taints ?? []), UNINITIALIZED];
      await client.patch(Node, metadata.name, undefined, 'merge', { spec: { taints } });
    }
    await this.write(cloudFor(items), undefined);
  }

  /** Its machines; undefined if it is in no cloud. */
  async instances(): Promise<readonly CloudInstance[] | undefined> {
    return (await this.row())?.cloud.instances;
  }

  /** Removes a machine for good. Whether there was one. */
  remove(name: string): Promise<boolean> {
    return this.change((cloud, now) => withoutInstance(cloud, name, now));
  }

  /** Shuts a machine down, or starts it again. Whether there is one. */
  power(name: string, on: boolean): Promise<boolean> {
    return this.change((cloud, now) => withPower(cloud, name, on, now));
  }

  private async install(): Promise<void> {
    const client = inProcessClient(this.api, { manager: 'kubectl' });
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const name = `system:${NAME}`;
    const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: 'kube-system' }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: 'kube-system' } } as const;
    const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, subjects, roleRef } as const;
    // One after another: the log has them in this order.
    for (const create of [
      () => client.create(ServiceAccount, account),
      () => client.create(ClusterRole, { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: RULES }),
      () => client.create(ClusterRoleBinding, binding),
    ]) {
      await create().catch(ignoreAlreadyExists);
    }
  }

  private async row(): Promise<{ cloud: CloudRow; revision: number } | undefined> {
    const row = await this.api.cluster.store.get(CLOUD_KEY);
    return row && { cloud: row.object as CloudRow, revision: row.revision };
  }

  private async change(how: (cloud: CloudRow, now: number) => CloudRow | undefined): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const row = await this.row();
      const next = row && how(row.cloud, this.api.cluster.clock.now());
      if (!row || !next) return false;
      if (await this.write(next, row.revision)) return true;
    }
    throw new Error('others change the cloud at the same time');
  }

  private async write({ metadata, ...cloud }: CloudRow, expected: number | undefined): Promise<boolean> {
    const { store, clock } = this.api.cluster;
    const value = JSON.stringify({ ...cloud, metadata: { name: metadata.name } });
    const base = { key: CLOUD_KEY, value, cause: CAUSE, at: clock.now() };
    const [written] = await store.write([expected === undefined ? { type: 'create', ...base } : { type: 'update', ...base, expected }]);
    return written?.ok === true;
  }
}
