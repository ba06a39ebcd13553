import type { corev1 } from '#api';
import { type Instant, parseQuantity } from '#apimachinery';
import { annotatedUsage } from '#component-helpers';

/** What a container uses. */
export interface Usage {
  /** Thousandths of a core. */
  cpu: number;
  /** Bytes. */
  memory: number;
}

type Resource = keyof Usage;

const MEBI = 2 ** 20;
/** Characters of a command that are looked at. */
const MAX_COMMAND = 4096;
/** Commands that keep a core busy. */
const BUSY =
  /\b(?:while (?:true|:|\[ 1 \])|for \(\(;;\)\)); *do *(?::|true|echo [^;|]*> *\/dev\/null); *done|\bstress(?:-ng)?\b|\byes *> *\/dev\/null|\/dev\/urandom/;

/** A number from 0 to 1 that depends on the text alone (FNV-1a). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}

/** The text of a container's command and arguments, as far as it is looked at. */
export function commandText({ command = [], args = [] }: corev1.Container): string {
  return [...command, ...args].join(' ').slice(0, MAX_COMMAND);
}

/** What a container uses at most. */
function limitOf({ resources }: corev1.Container, resource: Resource): number {
  const text = resources?.limits?.[resource];
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const quantity = parseQuantity(text);
  return resource === 'cpu' ? quantity.milliValue() : quantity.value();
}

/**
 * What a running container uses at a time: what the pod's annotations say; otherwise nearly no CPU, unless its command keeps a core busy or
 * others send it requests (`load`, in thousandths of a core), and an amount of memory that depends on its image. The same for the same
 * pod, container and time. Never more than its limits.
 */
export function containerUsage(pod: corev1.Pod, container: corev1.Container, at: Instant, load: number): Usage {
  const own = `${pod.metadata.uid}/${container.name}`;
  const noise = fraction(`${own}@${at}`);
  const busy = BUSY.test(commandText(container)) ? 1000 : 0;
  const cpu = annotatedUsage(pod, container, 'cpu') ?? 1 + 2 * noise + busy + load;
  const memory =
    annotatedUsage(pod, container, 'memory') ?? MEBI * (4 + 28 * fraction(container.image ?? '') + noise) + (load > 0 ? 8 * MEBI : 0);
  const capped = (value: number, resource: Resource): number => Math.min(value, limitOf(container, resource));
  return { cpu: capped(cpu, 'cpu'), memory: Math.round(capped(memory, 'memory')) };
}

/** What a node uses besides its pods: the kubelet, the runtime, the system. */
export function nodeOverhead(node: corev1.Node, at: Instant): Usage {
  const noise = fraction(`${node.metadata.uid}@${at}`);
  return { cpu: 30 + 20 * noise, memory: Math.round(MEBI * (420 + 40 * fraction(node.metadata.name) + 4 * noise)) };
}
