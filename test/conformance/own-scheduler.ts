import { CoreV1Api, KubeConfig, RbacAuthorizationV1Api, type V1Pod, Watch } from '@kubernetes/client-node';

const NAME = 'my-scheduler';
const IN = { namespace: 'kube-system' };

/** An account with the rights of a scheduler, as in upstream's "Configure Multiple Schedulers"; its config. */
export async function schedulerAccount(admin: KubeConfig): Promise<KubeConfig> {
  const core = admin.makeApiClient(CoreV1Api);
  await core.createNamespacedServiceAccount({ ...IN, body: { metadata: { name: NAME } } });
  await admin.makeApiClient(RbacAuthorizationV1Api).createClusterRoleBinding({
    body: {
      metadata: { name: `${NAME}-as-kube-scheduler` },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: IN.namespace }],
      roleRef: { kind: 'ClusterRole', name: 'system:kube-scheduler', apiGroup: 'rbac.authorization.k8s.io' },
    },
  });
  const { status } = await core.createNamespacedServiceAccountToken({ ...IN, name: NAME, body: { spec: { audiences: [] } } });
  const config = new KubeConfig();
  const cluster = admin.getCurrentCluster();
  if (!cluster || !status) throw new Error('no cluster, or no token');
  config.loadFromClusterAndUser(cluster, { name: NAME, token: status.token });
  return config;
}

/** A scheduler as users write them: it watches the pods that name it, and binds each to the next node that takes pods. */
export class OwnScheduler {
  private readonly core: CoreV1Api;
  private turn = 0;
  private stop: (() => void) | undefined;
  readonly failures: unknown[] = [];

  constructor(private readonly config: KubeConfig) {
    this.core = config.makeApiClient(CoreV1Api);
  }

  async start(): Promise<void> {
    const query = { fieldSelector: `spec.schedulerName=${NAME},spec.nodeName=` };
    const controller = await new Watch(this.config).watch(
      '/api/v1/pods',
      query,
      (phase, pod: V1Pod) => {
        if (phase === 'ADDED') this.schedule(pod).catch((error: unknown) => this.failures.push(error));
      },
      () => undefined,
    );
    this.stop = () => controller.abort();
  }

  end(): void {
    this.stop?.();
  }

  private async schedule({ metadata }: V1Pod): Promise<void> {
    const { name = '', namespace = '', uid } = metadata ?? {};
    const { items } = await this.core.listNode();
    const open = items.filter(({ spec }) => !spec?.unschedulable && !spec?.taints?.some(({ effect }) => effect === 'NoSchedule'));
    const node = open[this.turn++ % open.length]?.metadata?.name ?? '';
    const body = { metadata: { name, namespace, uid }, target: { apiVersion: 'v1', kind: 'Node', name: node } };
    await this.core.createNamespacedPodBinding({ name, namespace, body });
    await this.core.createNamespacedEvent({
      namespace,
      body: {
        metadata: { generateName: `${name}.` },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${node}`,
        source: { component: NAME },
        firstTimestamp: new Date(),
        lastTimestamp: new Date(),
        count: 1,
      },
    });
  }
}
