import { createHash } from 'node:crypto';
import type { RestScope } from '#apiserver';
import { type ConnectionPeer, PodMachine, type ServedConnection } from '#node';
import { podOf, worldOf } from '../target.js';

/** Opens a connection to a port of the pod, from inside of it; the error that a kubelet reports if nothing listens. */
export async function connectToPort(
  scope: RestScope,
  port: number,
  peer: ConnectionPeer & { pause(): Promise<void> | undefined },
): Promise<ServedConnection | { error: string }> {
  const pod = await podOf(scope);
  const machine = await PodMachine.opened(pod, worldOf(scope));
  const listener = machine.listener(port, 'inside');
  return listener?.connect(peer, { client: '127.0.0.1', pause: () => peer.pause() }) ?? { error: refusal(pod.metadata.uid ?? '', port) };
}

/** containerd's error, with the network namespace of the pod's sandbox. */
function refusal(uid: string, port: number): string {
  const sandbox = createHash('sha256').update(uid).digest('hex');
  const failed = `failed to connect to localhost:${port} inside namespace "/var/run/netns/cni-${uid}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 [::1]:${port}: connect: connection refused `;
  return `error forwarding port ${port} to pod ${sandbox}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${uid}": ${failed}`;
}
