import type { corev1 } from '#api';
import { goQuote, type KubeObject } from '#apimachinery';
import type { ApiRequest, ApiResponse, RestScope, StorageProvider } from '#apiserver';
import { CannotStart, PodMachine, startProcess } from '#node';
import { keepFiles, trackFiles } from '../kept-files.js';
import { checkNode, containerNameOf, ensureCreate, podOf, worldOf } from '../target.js';
import { plainRefusal } from '../upgrade.js';
import { remoteCommand, remoteOptions } from './remote-command.js';
import { keeping, type RemoteOptions, type RunSinks, type StartRun } from './remote-process.js';

/** The options of exec and attach as admission sees them. */
export function optionsObject(kind: string, query: URLSearchParams): KubeObject {
  const command = query.getAll('command');
  const container = query.get('container');
  const object = {
    kind,
    apiVersion: 'v1',
    metadata: { name: '' },
    ...remoteOptions(query),
    ...(container ? { container } : {}),
    ...(command.length > 0 ? { command } : {}),
  };
  return object;
}

/** The pod and the container of a request; an answer of the kubelet's if the container does not run. Throws 400, 403, 404. */
export async function runningContainer(
  scope: RestScope,
  query: URLSearchParams,
): Promise<{ pod: corev1.Pod; container: string } | ApiResponse> {
  await ensureCreate(scope);
  const pod = await podOf(scope);
  const container = containerNameOf(pod, query.get('container') ?? '');
  await checkNode(scope, pod);
  const { status = {} } = pod;
  const statuses = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  if (statuses.find(({ name }) => name === container)?.state?.running) return { pod, container };
  return plainRefusal(500, `container not found (${goQuote(container)})`);
}

async function execIn(
  scope: RestScope,
  pod: corev1.Pod,
  name: string,
  command: readonly string[],
  options: RemoteOptions,
): Promise<StartRun> {
  const machine = await PodMachine.opened(pod, worldOf(scope));
  const container = machine.get(name);
  if (!container) throw new CannotStart('container not found');
  await trackFiles(scope, pod, container);
  const { clock, timers, share, store } = scope.cluster;
  const pace = share.task(store.cluster);
  return ({ stdout, stderr, inputDrained }: RunSinks) => {
    const host = { clock, after: timers.after.bind(timers), pace, around: machine.around(container), room: machine.processes.room };
    const sinks = { stdout, stderr };
    try {
      const process = startProcess(
        container,
        { command, tty: options.tty, stdin: options.stdin, sinks, onInputDrained: inputDrained },
        host,
      );
      return keeping(process, () => keepFiles(scope, machine, container));
    } catch (error) {
      if (!(error instanceof CannotStart)) throw error;
      const id = container.current?.id.replace('containerd://', '') ?? '';
      throw new CannotStart(
        `error executing command in container: failed to exec in container: failed to start exec ${goQuote(id)}: ${error.message}: unknown`,
      );
    }
  };
}

async function exec(scope: RestScope, request: ApiRequest, query: URLSearchParams): Promise<ApiResponse> {
  const found = await runningContainer(scope, query);
  return remoteCommand(scope, { request, query }, async (options) => {
    if (!('pod' in found)) return found;
    return execIn(scope, found.pod, found.container, query.getAll('command'), options);
  });
}

/** pods/exec (pkg/registry/core/pod/rest ExecREST). */
export const podExec: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'exec',
  capabilities: () => ({ connect: exec, connectOptions: (_request, query) => optionsObject('PodExecOptions', query) }),
};
