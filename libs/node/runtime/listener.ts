import type { corev1 } from '#api';
import { goQuote } from '#apimachinery';
import { isMirrorPod } from '../eviction/pressure.js';
import { FileError } from '../files/file-system.js';
import { HttpConnection } from '../http/http-connection.js';
import { STATUS_CODES } from '../http/status-codes.js';
import type { ConnectionPeer, HttpAnswer, HttpRequest, ProgramView, ServedConnection, ServedPort } from '../images/program.js';
import { pathOf, plain } from '../images/program.js';
import { hostnameOf } from '../pod/host-name.js';
import { programOfContainer } from '../pod/programs.js';
import type { Container } from './container.js';
import type { MachineWorld } from './world.js';

/** Who connects to a program. */
export interface ConnectOptions {
  /** The address that the connection comes from. */
  client: string;
  /** It speaks TLS. */
  secure?: boolean;
  /** Called between requests: a promise when it is another tenant's turn. */
  pause?(): Promise<void> | undefined;
}

/** A program that accepts a connection and says nothing on it. */
const silent = (peer: ConnectionPeer): ServedConnection => ({
  receive: () => true,
  drained: () => undefined,
  ended: () => peer.end(),
  closed: () => undefined,
});

/** The port of a running container's program; undefined if it does not listen there. */
export function openPort(container: Container, port: number): ServedPort | undefined {
  const program = container.isRunning ? programOfContainer(container.spec) : undefined;
  if (program === undefined || program.does === 'not-start') return undefined;
  return program.ports.find((candidate) => candidate.port === port);
}

/** A program that could not ask what it depends on (responsewriters.InternalError). */
const internalError = ({ target }: HttpRequest): HttpAnswer => plain(`Internal Server Error: ${goQuote(target)}\n`, 500);

interface Parts {
  container: Container;
  port: ServedPort;
  pod: corev1.Pod;
  world: Pick<MachineWorld, 'clock' | 'etcd' | 'components' | 'faults'>;
}

/** An open port of a pod: the program that listens on it. */
export class Listener {
  constructor(private readonly parts: Parts) {}

  /** The name of its container. */
  get container(): string {
    return this.parts.container.spec.name;
  }

  get port(): ServedPort {
    return this.parts.port;
  }

  /** Whether its process is paused: the kernel accepts connections, and nothing is said on them. */
  get isPaused(): boolean {
    const { container, pod, world } = this.parts;
    return isMirrorPod(pod) && world.faults?.isPaused?.(container.spec.name, pod.spec.nodeName ?? '') === true;
  }

  /** One HTTP exchange. A port that speaks something else has none. */
  answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
    const { port } = this.parts;
    const view = this.view();
    if (port.answerLater) return port.answerLater(request, view).catch(() => internalError(request));
    if (port.answer) return port.answer(request, view);
    const status = port.status?.(pathOf(request), view.now - view.startedAt) ?? 400;
    return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: `${STATUS_CODES[status]?.toLowerCase() ?? status}\n` };
  }

  /** A connection on which the program speaks HTTP; what is said over other protocols is not simulated. */
  connect(peer: ConnectionPeer, options: ConnectOptions): ServedConnection {
    const { port, world } = this.parts;
    if (this.isPaused || port.protocol !== 'http' || (port.tls !== undefined) !== (options.secure ?? false)) return silent(peer);
    const { upgrade } = port;
    return new HttpConnection({
      ...options,
      peer,
      now: () => world.clock.now(),
      answer: (request) => this.answer(request),
      ...(upgrade && { upgrade: (request, other) => upgrade(request, this.view(), other) }),
    });
  }

  /** What the container's program sees. */
  view(): ProgramView {
    const { container, pod, world } = this.parts;
    const { clock, etcd, components } = world;
    const [, ...args] = container.argv;
    return {
      args,
      env: container.env,
      hostname: hostnameOf(pod),
      podIP: pod.status?.podIP ?? '',
      now: clock.now(),
      startedAt: container.current?.startedAt ?? 0,
      ...(pod.spec.nodeName === undefined ? {} : { node: pod.spec.nodeName }),
      ...(etcd && pod.spec.hostNetwork ? { etcd } : {}),
      ...(components && { components }),
      image: container.spec.image ?? '',
      pod: { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name },
      read(path) {
        try {
          return Buffer.from(container.files.read(path), 'latin1');
        } catch (error) {
          if (error instanceof FileError) return undefined;
          throw error;
        }
      },
    };
  }
}
