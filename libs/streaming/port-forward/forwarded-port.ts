import type { RestScope } from '#apiserver';
import { HttpConnection, PodMachine } from '#node';
import { podOf, worldOf } from '../target.js';

/** A TCP connection to a port of a pod, from inside of it. */
export interface PortConnection {
  receive(bytes: Buffer): void;
}

export interface PortEvents {
  write(bytes: Buffer): void;
  /** The program has closed the connection. */
  end(): void;
}

/** Opens a connection to a port of the pod; the error that a kubelet reports if nothing listens. */
export async function connectToPort(scope: RestScope, port: number, events: PortEvents): Promise<PortConnection | { error: string }> {
  const pod = await podOf(scope);
  const machine = await PodMachine.opened(pod, worldOf(scope));
  const listener = machine.listener(port);
  if (!listener) return { error: refusal(pod.metadata.uid ?? '', port) };
  const { protocol } = listener.port;
  if (protocol !== 'http' || listener.port.tls) {
    // The program accepts the connection; what it says over other protocols is not simulated.
    return { receive: () => undefined };
  }
  const { clock } = scope.cluster;
  const connection = new HttpConnection({
    client: '127.0.0.1',
    now: () => clock.now(),
    answer: (request) => listener.answer(request),
    write: events.write,
    end: events.end,
  });
  return { receive: (bytes) => connection.receive(bytes) };
}

/** containerd's error, with the network namespace of the pod's sandbox. */
function refusal(uid: string, port: number): string {
  const sandbox = uid.replaceAll('-', '').padEnd(64, '0').slice(0, 64);
  const failed = `failed to connect to localhost:${port} inside namespace "/var/run/netns/cni-${uid}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 [::1]:${port}: connect: connection refused `;
  return `error forwarding port ${port} to pod ${sandbox}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${uid}": ${failed}`;
}
