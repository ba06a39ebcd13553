import type { corev1 } from '#api';
import { type Instant, isQuantity, parseQuantity } from '#apimachinery';

/**
 * What a pod's containers use is told by these annotations of the pod, or guessed. The value is an amount, or a percentage of the
 * container's request (else of its limit); with `.CONTAINER` at the end it is for one container.
 */
const USAGE_ANNOTATIONS = { cpu: 'usage.orrery.io/cpu', memory: 'usage.orrery.io/memory' } as const;

/** What a container uses. */
export interface Usage {
  /** Thousandths of a core. */
  cpu: number;
  /** Bytes. */
  memory: number;
}

type Resource = keyof typeof USAGE_ANNOTATIONS;

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

/** An amount of the container's requests or limits. */
function amount(container: corev1.Container, kind: 'requests' | 'limits', resource: Resource): number | undefined {
  const text = container.resources?.[kind]?.[resource];
  if (text === undefined) return undefined;
  const quantity = parseQuantity(text);
  return resource === 'cpu' ? quantity.milliValue() : quantity.value();
}

function annotated(pod: corev1.Pod, container: corev1.Container, resource: Resource): number | undefined {
  const { annotations } = pod.metadata;
  const key = USAGE_ANNOTATIONS[resource];
  const text = annotations?.[`${key}.${container.name}`] ?? annotations?.[key];
  if (text === undefined) return undefined;
  if (/^\d{1,6}%$/.test(text)) {
    const whole = amount(container, 'requests', resource) ?? amount(container, 'limits', resource);
    return whole === undefined ? undefined : (whole * Number(text.slice(0, -1))) / 100;
  }
  if (!isQuantity(text)) return undefined;
  const quantity = parseQuantity(text);
  return Math.max(0, resource === 'cpu' ? quantity.milliValue() : quantity.value());
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
  const cpu = annotated(pod, container, 'cpu') ?? 1 + 2 * noise + busy + load;
  const memory =
    annotated(pod, container, 'memory') ?? MEBI * (4 + 28 * fraction(container.image ?? '') + noise) + (load > 0 ? 8 * MEBI : 0);
  const capped = (value: number, resource: Resource): number =>
    Math.min(value, amount(container, 'limits', resource) ?? Number.POSITIVE_INFINITY);
  return { cpu: capped(cpu, 'cpu'), memory: Math.round(capped(memory, 'memory')) };
}

/** What a node uses besides its pods: the kubelet, the runtime, the system. */
export function nodeOverhead(node: corev1.Node, at: Instant): Usage {
  const noise = fraction(`${node.metadata.uid}@${at}`);
  return { cpu: 30 + 20 * noise, memory: Math.round(MEBI * (420 + 40 * fraction(node.metadata.name) + 4 * noise)) };
}
