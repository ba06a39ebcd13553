import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { ApiRequest, ApiResponse, RestScope, StorageProvider } from '#apiserver';
import { CannotStart, PodMachine, startAttached } from '#node';
import { keepFiles, trackFiles } from '../kept-files.js';
import { worldOf } from '../target.js';
import { reportExit } from './container-exit.js';
import { optionsObject, runningContainer } from './exec.js';
import { remoteCommand } from './remote-command.js';
import { keeping } from './remote-process.js';

async function attach(scope: RestScope, request: ApiRequest, query: URLSearchParams): Promise<ApiResponse> {
  const found = await runningContainer(scope, query);
  return remoteCommand(scope, { request, query }, async (options) => {
    if (!('pod' in found)) return found;
    const { namespace = '', name } = found.pod.metadata;
    const machine = await PodMachine.opened(found.pod, worldOf(scope), { logged: found.container });
    const container = machine.get(found.container);
    if (!container) throw new CannotStart('container not found');
    const { clock, timers, share, store, reader } = scope.cluster;
    const pace = share.task(store.cluster);
    const host = { clock, after: timers.after.bind(timers), pace, around: machine.around(container) };
    // A container that ends, or a pod that is deleted, ends the session.
    const finished = async (): Promise<number | undefined> => {
      const pod = await reader.get<corev1.Pod & KubeObject>('', 'pods', namespace, name);
      if (pod?.metadata.uid !== found.pod.metadata.uid) return 0;
      const { status = {} } = pod ?? {};
      const statuses = [
        ...(status.containerStatuses ?? []),
        ...(status.ephemeralContainerStatuses ?? []),
        ...(status.initContainerStatuses ?? []),
      ];
      const now = statuses.find((one) => one.name === found.container);
      return now?.state?.running && now.containerID === container.status?.containerID ? undefined : 0;
    };
    const ended = (code: number) => void reportExit(scope, found.pod, found.container, code);
    await trackFiles(scope, found.pod, container);
    const { tty, stdin } = options;
    return ({ stdout, stderr, inputDrained }) => {
      const sinks = { stdout, stderr };
      const run = startAttached({ machine, container, tty, stdin, sinks, onInputDrained: inputDrained, finished, ended }, host);
      const kept = keeping(run, () => keepFiles(scope, machine, container));
      // The end of the process ends the session, but its exit code is not the session's (kubelet's AttachContainer).
      return { ...kept, exit: kept.exit.then(() => 0) };
    };
  });
}

/** pods/attach (pkg/registry/core/pod/rest AttachREST). */
export const podAttach: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'attach',
  capabilities: () => ({ connect: attach, connectOptions: (_request, query) => optionsObject('PodAttachOptions', query) }),
};
