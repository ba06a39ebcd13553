import { type corev1 } from '#api';
import type { LocalCluster, LocalClusterOptions } from '#cluster';
import { openCluster } from './story.js';

/** What the stories of kubelets share. */

/** A cluster at rest, which is closed after the test. */
export async function start(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const cluster = await openCluster(options);
  await cluster.settle();
  return cluster;
}

/** A pod of the default namespace. */
export const podOf = (spec: Partial<corev1.PodSpec>, name = 'web'): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [], ...spec },
});

const wordOf = ({ name, state, ready, restartCount }: corev1.ContainerStatus): string => {
  const word = state?.running ? 'running' : (state?.waiting?.reason ?? `${state?.terminated?.reason}(${state?.terminated?.exitCode})`);
  return `${name}=${word}${ready ? '+ready' : ''}${restartCount ? `*${restartCount}` : ''}`;
};

/** A pod's status in a line. */
export function summary({ status = {} }: corev1.Pod): string {
  const { phase, reason, initContainerStatuses = [], containerStatuses = [] } = status;
  return [phase, ...(reason ? [reason] : []), ...initContainerStatuses.map(wordOf), ...containerStatuses.map(wordOf)].join(' ');
}

/** All writes about a pod in their order: its events by reason, its status in a line. */
export async function story(cluster: LocalCluster, name = 'web'): Promise<string[]> {
  const lines: string[] = [];
  for (const { type, key, value } of await cluster.log()) {
    const object = JSON.parse(value);
    if (key === `/registry/pods/default/${name}`) lines.push(type === 'delete' ? 'deleted' : summary(object));
    if (key.startsWith(`/registry/events/default/${name}.`)) lines.push(`(${object.reason})`);
  }
  return lines;
}

/** Lines that a pod has printed. */
export async function logOf({ api }: LocalCluster, name = 'web', query = '', namespace = 'default'): Promise<string[]> {
  const { body, pieces } = await api.handle({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/log`,
    query,
    headers: {},
    user: { name: 'admin', groups: ['system:masters', 'system:authenticated'] },
    requestId: 'r',
  });
  const parts: Buffer[] = body === undefined ? [] : [Buffer.from(body)];
  for await (const chunk of pieces?.chunks ?? []) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts).toString().split('\n').slice(0, -1);
}

/** Runs a command in a pod's only container, as kubectl exec does, until it ends. */
export async function run({ api }: LocalCluster, name: string, command: readonly string[]): Promise<void> {
  const { takeover, status } = await api.handle({
    method: 'GET',
    path: `/api/v1/namespaces/default/pods/${name}/exec`,
    query: `${command.map((word) => `command=${encodeURIComponent(word)}&`).join('')}stdout=1`,
    headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'v5.channel.k8s.io' },
    user: { name: 'admin', groups: ['system:masters', 'system:authenticated'] },
    requestId: 'r',
  });
  if (!takeover) throw new Error(`exec answers ${status}`);
  await new Promise<void>((resolve) => {
    const handler = takeover.start({
      send: () => true,
      pause: () => undefined,
      resume: () => undefined,
      close: () => {
        handler.closed();
        resolve();
      },
    });
  });
}
