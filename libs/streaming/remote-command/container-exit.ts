import type { corev1 } from '#api';
import { formatTime, isConflict, isNotFound, type KubeObject } from '#apimachinery';
import { NODE_USER_PREFIX, type RestScope } from '#apiserver';

type Statuses = 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses';
const LISTS: readonly Statuses[] = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];

/** A copy of a pod in which a running container has ended. */
function withExit(pod: corev1.Pod, container: string, { code, at }: { code: number; at: number }): corev1.Pod {
  const copy = structuredClone(pod);
  for (const list of LISTS) {
    for (const status of copy.status?.[list] ?? []) {
      const { running } = status.state ?? {};
      if (status.name !== container || !running) continue;
      const { startedAt = formatTime(at) } = running;
      const { containerID } = status;
      const reason = code === 0 ? 'Completed' : 'Error';
      status.state = {
        terminated: { exitCode: code, reason, startedAt, finishedAt: formatTime(at), ...(containerID ? { containerID } : {}) },
      };
      status.ready = false;
      status.started = false;
    }
  }
  return copy;
}

/**
 * Reports, as the kubelet of its node, that a container's process has ended in the session of a client. The kubelet then restarts it or ends
 * the pod.
 */
export async function reportExit(scope: RestScope, { metadata, spec }: corev1.Pod, container: string, code: number): Promise<void> {
  const { cluster } = scope;
  const storage = cluster.storages.find('', 'v1', 'pods', 'status');
  const { nodeName } = spec ?? {};
  if (!storage || !nodeName) return;
  const user = { name: `${NODE_USER_PREFIX}${nodeName}`, groups: ['system:nodes', 'system:authenticated'] };
  const { uid = '' } = metadata;
  const write: RestScope = {
    ...scope,
    storage,
    resource: storage.resource,
    subresource: 'status',
    verb: 'update',
    user,
    manager: 'kubelet',
  };
  const options = { dryRun: false, fieldManager: 'kubelet', fieldValidation: 'Warn' as const };
  try {
    await storage.update?.(write, {
      options,
      uid,
      transform: (standing) => withExit(standing as corev1.Pod, container, { code, at: cluster.clock.now() }) as KubeObject,
    });
  } catch (error) {
    // The pod is gone, or is another one.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
