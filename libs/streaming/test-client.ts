import type { ApiResponse, CloseCode, ConnectionHandler } from '#apiserver';

/** For specs: the client's end of a connection that was taken over. */
export class TestClient {
  readonly sent: Buffer[] = [];
  /** The code with which it was closed; undefined while it is open. */
  code: CloseCode | undefined;
  handler: ConnectionHandler | undefined;
  /** It reads nothing. */
  blocked = false;
  /** Whether it is read from. */
  paused = false;

  /** Takes the connection of a response; returns its status. */
  take({ status, takeover }: ApiResponse): number {
    this.handler = takeover?.start({
      send: (data) => {
        this.sent.push(Buffer.from(data as Uint8Array));
        return !this.blocked;
      },
      pause: () => {
        this.paused = true;
      },
      resume: () => {
        this.paused = false;
      },
      close: (code = 1000) => {
        if (this.code !== undefined) return;
        this.code = code;
        this.handler?.closed();
      },
    });
    return status;
  }

  send(...parts: ReadonlyArray<string | Buffer>): void {
    for (const part of parts) this.handler?.receive(Buffer.from(part as string), false);
  }

  get closed(): boolean {
    return this.code !== undefined;
  }

  /** Everything that was sent, as text. */
  get text(): string {
    return Buffer.concat(this.sent).toString('latin1');
  }

  /** The bytes of a channel. */
  channel(channel: number): string {
    return Buffer.concat(this.sent.filter(([first]) => first === channel).map((message) => message.subarray(1))).toString();
  }
}

/** Lets what is pending go on. */
export async function settle(): Promise<void> {
  for (let at = 0; at < 50; at++) await new Promise((resolve) => setImmediate(resolve));
}

/** A pod of one container that runs on the node `n`. */
export function runningPod(name: string, container: object): object {
  const running = { running: { startedAt: '2026-01-02T03:04:00Z' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeName: 'n', containers: [{ name: 'c', ...container }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
      containerStatuses: [
        { name: 'c', image: 'busybox', imageID: '', ready: true, restartCount: 0, containerID: 'containerd://x', state: running },
      ],
    },
  };
}
