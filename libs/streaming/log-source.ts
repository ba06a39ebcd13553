import type { corev1 } from '#api';
import { badRequest, goQuote } from '#apimachinery';
import type { Instance, LogLine } from '#node';
import type { LogOptions } from './log-options.js';

/** Which log of a container is shown, and which of its lines. */

const statusesOf = ({ status }: corev1.Pod): corev1.ContainerStatus[] => [
  ...(status?.containerStatuses ?? []),
  ...(status?.initContainerStatuses ?? []),
  ...(status?.ephemeralContainerStatuses ?? []),
];

/** Throws the kubelet's errors for a container without a log (kubelet_pods.go validateContainerLogStatus). */
export function checkLogExists(pod: corev1.Pod, container: string, previous: boolean): void {
  const status = statusesOf(pod).find(({ name }) => name === container);
  const what = `container ${goQuote(container)} in pod ${goQuote(pod.metadata.name)}`;
  if (!status) throw badRequest(`${what} is not available`);
  const { waiting, running, terminated } = status.state ?? {};
  const last = status.lastState?.terminated;
  if (previous) {
    if (!last?.containerID) throw badRequest(`previous terminated ${what} not found`);
    return;
  }
  if (running || terminated?.containerID || last?.containerID) return;
  if (terminated || last) throw badRequest(`${what} is terminated`);
  if (!waiting) throw badRequest(`${what} is waiting to start - no logs yet`);
  const { reason = '' } = waiting;
  const text =
    reason === 'ErrImagePull' ? "image can't be pulled" : reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
  throw badRequest(`${what} is waiting to start: ${text}`);
}

/** The start whose log is asked for. */
export function instanceOf(
  { current, previous }: { current?: Instance | undefined; previous?: Instance | undefined },
  options: LogOptions,
): Instance | undefined {
  return options.previous ? previous : current;
}

/** An instant with nanoseconds, as the kubelet prints it. */
const nanoTime = (at: number): string => new Date(at).toISOString().replace('Z', '000000Z');

const lineText = ({ at, text, partial }: LogLine, timestamps: boolean): string =>
  `${timestamps ? `${nanoTime(at)} ` : ''}${text}${partial ? '' : '\n'}`;

/** Makes the text of lines, up to a number of bytes in all. */
export class LogWriter {
  private left: number;

  constructor(private readonly options: Pick<LogOptions, 'timestamps' | 'limitBytes' | 'since'>) {
    this.left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** Whether no more bytes may be written. */
  get full(): boolean {
    return this.left <= 0;
  }

  /** The bytes of lines. */
  write(lines: readonly LogLine[]): Buffer {
    const { since = Number.NEGATIVE_INFINITY, timestamps } = this.options;
    let text = '';
    for (const line of lines) {
      if (line.at < since || this.left <= 0) continue;
      const shown = lineText(line, timestamps).slice(0, this.left);
      this.left -= shown.length;
      text += shown;
    }
    return Buffer.from(text, 'latin1');
  }
}
